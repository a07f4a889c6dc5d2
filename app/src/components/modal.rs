//! A modal question: a native `<dialog>`, open in the server's HTML where the address asks for it.

use leptos::prelude::*;

use crate::{
    address::Query,
    forms::hidden_inputs,
    islands::question::{MODAL, Question},
};

/// `back` is the page without the question; `asked_by` selects what asked it, and gets the focus back.
#[component]
pub(crate) fn Modal(
    #[prop(into)] title: String,
    #[prop(into)] back: String,
    #[prop(into)] asked_by: String,
    children: Children,
) -> impl IntoView {
    view! {
        <dialog class="modal" id=MODAL open aria-labelledby="modal-title">
            <h2 id="modal-title">{title}</h2>
            {children()}
        </dialog>
        <Question back asked_by/>
    }
}

/// Cancel: the safe way out, so it has the focus. Without script it loads the page without the question.
#[component]
pub(crate) fn CancelButton(#[prop(into)] to: String) -> impl IntoView {
    let (path, query) = to.split_once('?').unwrap_or((&to, ""));
    view! {
        <form method="get" action=path.to_owned()>
            {hidden_inputs(Query::parse(query).into_pairs())}
            <button type="submit" class="button" data-cancel autofocus>"Cancel"</button>
        </form>
    }
}
