//! A question whose answer is a form of one server function.

use std::fmt::Display;

use leptos::prelude::*;

use super::{
    error_summary::ErrorSummary,
    field::{TextField, Typed},
    modal::{CancelButton, Modal},
};
use crate::forms::{Form, hidden_inputs};

/// The name in the address by which a page asks.
pub(crate) const ASK: &str = "ask";
/// The form that asks about one row of a table: the buttons in the rows belong to it by this id.
const ASK_FORM: &str = "ask-row";
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

/// Stands once on a page whose table has an [`AskAbout`] in its rows. `path` has no query.
#[component]
pub(crate) fn AskForm(
    #[prop(into)] path: String,
    /// What stays in the address.
    #[prop(optional)]
    kept: Vec<(String, String)>,
) -> impl IntoView {
    view! { <form id=ASK_FORM method="get" action=path>{hidden_inputs(kept)}</form> }
}

/// A row's button that asks about it.
#[component]
pub(crate) fn AskAbout(
    /// The name in the address.
    asks: &'static str,
    #[prop(into)] about: String,
    words: &'static str,
    /// The id of what names the row.
    described_by: String,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="button button-small"
            form=ASK_FORM
            name=asks
            value=about
            aria-describedby=described_by
        >
            {words}
        </button>
    }
}

/// What asked it, for the focus to go back to.
pub(crate) fn asked_by(asks: &str) -> String {
    asked_about(ASK, asks)
}

/// The same for an [`AskAbout`].
pub(crate) fn asked_about(asks: &str, about: impl Display) -> String {
    format!("button[name='{asks}'][value='{about}']")
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
