//! Says of a URL, as its field is left, whether it could be saved.

use api::webhooks::{UrlVerdict, check_url};
use domain::Scope;
use leptos::{ev, prelude::*, task::spawn_local};
use web_sys::{Element, Event, HtmlInputElement, wasm_bindgen::JsCast};

use crate::browser::by_id;

const FIELD: &str = "url";
const NOTE: &str = "url-check";

/// The server says the same when the form is saved.
#[island]
pub(crate) fn UrlCheck(scope: Scope) -> impl IntoView {
    let verdict = RwSignal::new(None::<UrlVerdict>);
    Effect::new(move |_| {
        window_event_listener(ev::input, move |event| {
            if field_of(&event).is_some() {
                verdict.set(None);
            }
        });
        window_event_listener(ev::change, move |event| {
            if let Some(field) = field_of(&event).filter(|field| !field.value().trim().is_empty()) {
                spawn_local(check(scope, field, verdict));
            }
        });
    });
    view! {
        <p class=move || class(verdict.get().as_ref()) id=NOTE role="status">
            {move || verdict.get().map(|verdict| verdict.words)}
        </p>
    }
}

async fn check(scope: Scope, field: HtmlInputElement, verdict: RwSignal<Option<UrlVerdict>>) {
    let asked = field.value();
    let said = check_url(scope, asked.clone()).await;
    // What was typed meanwhile is another question.
    if field.value() != asked {
        return;
    }
    let said = said.unwrap_or_else(|problem| UrlVerdict { allowed: false, words: problem.detail });
    let _ = field.set_attribute("aria-invalid", if said.allowed { "false" } else { "true" });
    let _ = field.set_attribute("aria-describedby", NOTE);
    if let Some(outdated) = by_id::<Element>("url-error") {
        outdated.remove();
    }
    verdict.set(Some(said));
}

fn field_of(event: &Event) -> Option<HtmlInputElement> {
    let field = event.target()?.dyn_into::<HtmlInputElement>().ok()?;
    (field.id() == FIELD).then_some(field)
}

fn class(verdict: Option<&UrlVerdict>) -> &'static str {
    match verdict {
        Some(UrlVerdict { allowed: true, .. }) => "note note-good",
        Some(UrlVerdict { allowed: false, .. }) => "note note-error",
        None => "note",
    }
}
