//! Signing in.

use api::{
    paths,
    session::{SignIn, after_sign_in},
};
use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::{
    address::use_query,
    components::{
        button::SubmitButton,
        error_summary::ErrorSummary,
        field::{TextField, Typed},
        heading::{Heading, PageTitle},
    },
    forms::{Form, PostForm},
    page::page,
    request::use_page,
    session::use_session,
};

#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let session = use_session();
    let to = use_query().first("to").to_owned();
    let content = async move {
        Ok(match session.await {
            // Already signed in: there is nothing to do here.
            Ok(Some(_)) => view! { <Redirect path=after_sign_in(&to).to/> }.into_any(),
            _ => view! { <SignInForm to/> }.into_any(),
        })
    };
    view! {
        <PageTitle words="Sign in"/>
        {page(content)}
    }
}

#[component]
fn SignInForm(to: String) -> impl IntoView {
    let form = Form::of::<SignIn>();
    let waits = use_page().flash.waiting.is_some();
    view! {
        <section class="card card-narrow">
            <Heading>"Sign in to Herald"</Heading>
            {waits.then(|| view! {
                <p class="notice">
                    "Your session has ended. Sign in again: what you typed is kept for 15 minutes, passwords aside."
                </p>
            })}
            <ErrorSummary form=form.clone()/>
            <PostForm form=form.clone()>
                <input type="hidden" name="to" value=to/>
                <TextField form=form.clone() name="username" label="User name or e-mail" typed=Typed::UserName/>
                <TextField form name="password" label="Password" typed=Typed::Password/>
                <p class="actions">
                    <SubmitButton words="Sign in"/>
                </p>
            </PostForm>
            <p class="hint">
                "No account, or a password that is lost? An admin of your organization can help: with a "
                <a href=paths::PASSWORD_RESET>"reset code"</a>" you set a new one."
            </p>
        </section>
    }
}
