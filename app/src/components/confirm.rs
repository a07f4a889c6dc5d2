//! A question whose answer is a form of one server function.

use leptos::prelude::*;

use super::{
    error_summary::ErrorSummary,
    field::{TextField, Typed},
    modal::{CancelButton, Modal},
};
use crate::forms::{Form, hidden_inputs};

/// The name in the address by which a page asks.
pub(crate) const ASK: &str = "ask";
/// The form that answers: what stands elsewhere in the question belongs to it by this id.
pub(crate) const ANSWER: &str = "answer";

/// A button that asks. Without script it loads the page with the question; `path` has no query.
#[component]
pub(crate) fn AskButton(
    #[prop(into)] path: String,
    /// What is asked, in the address.
    asks: &'static str,
    words: &'static str,
    #[prop(optional)] delete: bool,
    #[prop(optional)] small: bool,
) -> impl IntoView {
    let class = match (delete, small) {
        (true, _) => "button button-delete",
        (false, true) => "button button-small",
        (false, false) => "button",
    };
    view! {
        <form method="get" action=path>
            <button type="submit" class=class name=ASK value=asks>{words}</button>
        </form>
    }
}

/// What asked it, for the focus to go back to.
pub(crate) fn asked_by(asks: &str) -> String {
    format!("button[name='{ASK}'][value='{asks}']")
}

/// The question in a modal, with what was wrong when it was answered before.
#[component]
pub(crate) fn Confirm(
    form: Form,
    #[prop(into)] title: String,
    /// The page without the question.
    #[prop(into)]
    back: String,
    #[prop(into)] asked_by: String,
    /// What the form sends.
    fields: Vec<(&'static str, String)>,
    button: &'static str,
    /// Whether the button may look like any other.
    #[prop(optional)]
    harmless: bool,
    children: Children,
) -> impl IntoView {
    let class = if harmless { "button button-primary" } else { "button button-danger" };
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    view! {
        <Modal title back=back.clone() asked_by>
            <ErrorSummary form=form.clone()/>
            {children()}
            <form method="post" action=form.path() id=ANSWER>
                {hidden_inputs(fields)}
                <PasswordAgain form=form.clone()/>
            </form>
            <div class="modal-actions">
                <CancelButton to=back/>
                <button type="submit" class=class form=ANSWER>{button}</button>
            </div>
        </Modal>
    }
}

/// The field for the password of who sends the form, where it was given too long ago for what the form does.
#[component]
pub(crate) fn PasswordAgain(form: Form) -> impl IntoView {
    form.error("password").is_some().then(|| {
        view! { <TextField form=form.clone() name="password" label="Your password" typed=Typed::Password/> }
    })
}
