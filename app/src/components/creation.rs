//! The page of a form that makes one thing.

use leptos::prelude::*;

use super::{breadcrumb::Breadcrumb, button::SubmitButton, error_summary::ErrorSummary, heading::Heading};
use crate::forms::{Form, PostForm};

#[component]
pub(crate) fn Creation(
    /// As those of [`Breadcrumb`].
    steps: Vec<(String, String)>,
    title: &'static str,
    #[prop(optional)] lead: Option<&'static str>,
    form: Form,
    button: &'static str,
    /// Where one goes on without it.
    #[prop(into)]
    cancel: String,
    /// The fields.
    children: Children,
) -> impl IntoView {
    view! {
        <Breadcrumb steps/>
        <Heading>{title}</Heading>
        {lead.map(|words| view! { <p class="lead">{words}</p> })}
        <ErrorSummary form=form.clone()/>
        <div class="form-column">
            <PostForm form>
                {children()}
                <p class="actions">
                    <SubmitButton words=button/>
                    <a class="button button-plain" href=cancel>"Cancel"</a>
                </p>
            </PostForm>
        </div>
    }
}
