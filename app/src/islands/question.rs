//! Makes the dialog that the server opened a modal one: the page behind it rests, Esc closes it, the focus goes back.

use leptos::{ev, prelude::*};
use web_sys::{
    Element, HtmlDialogElement,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};

use crate::browser::{by_id, focus};

/// There is one question at a time.
pub(crate) const MODAL: &str = "modal";

/// `back` is the page without the question; `asked_by` selects what asked it.
#[island]
pub(crate) fn Question(back: String, asked_by: String) -> impl IntoView {
    Effect::new(move |_| {
        let Some(dialog) = by_id::<HtmlDialogElement>(MODAL) else { return };
        let _ = dialog.remove_attribute("open");
        let _ = dialog.show_modal();
        // The first of them: what was refused stands at the top of the question.
        focus("#modal .error-summary, #modal [data-cancel]");
        cancel_in_place(dialog.clone());
        let (back, asked_by) = (back.clone(), asked_by.clone());
        on_close(&dialog, move || {
            forget_question(&back);
            focus(&asked_by);
        });
    });
}

/// Without script Cancel loads the page again; there is no need to.
fn cancel_in_place(dialog: HtmlDialogElement) {
    window_event_listener(ev::click, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.closest("#modal [data-cancel]").ok().flatten().is_some()) {
            event.prevent_default();
            dialog.close();
        }
    });
}

/// `close` does not bubble, so it is heard at the dialog itself.
fn on_close(dialog: &HtmlDialogElement, run: impl Fn() + 'static) {
    let closed = Closure::<dyn Fn()>::new(run);
    let _ = dialog.add_event_listener_with_callback("close", closed.as_ref().unchecked_ref());
    closed.forget();
}

/// The address asks no longer, so that loading the page again does not either.
fn forget_question(back: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(back));
    }
}
