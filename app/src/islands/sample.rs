//! What a webhook will send, beside the form that makes it.

use domain::{EventType, sample_body};
use leptos::{ev, prelude::*};
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};

use super::json::Json;
use crate::browser::by_id;

/// The body that a webhook of the chosen type will get; of the first type while none is chosen. Follows the form.
#[island]
pub(crate) fn Sample(organization: String, event_type: String, name: String) -> impl IntoView {
    let (chosen, name) = (RwSignal::new(event_type), RwSignal::new(name));
    let read = move || {
        if let Some(select) = by_id::<HtmlSelectElement>("event_type") {
            chosen.set(select.value());
        }
        if let Some(input) = by_id::<HtmlInputElement>("name") {
            name.set(input.value());
        }
        if let Some(hint) = by_id::<Element>("event_type-hint") {
            hint.set_text_content(Some(type_hint(&chosen.get_untracked())));
        }
    };
    Effect::new(move |_| {
        // What was typed before the island woke counts.
        read();
        window_event_listener(ev::input, move |_| read());
    });
    let json = Signal::derive(move || {
        let event_type = chosen.with(|chosen| chosen.parse().unwrap_or(EventType::UserCreated));
        name.with(|name| sample_body(event_type, &organization, name.trim()))
    });
    view! {
        <aside class="sample" aria-label="What will be sent">
            <h2 class="sample-title">"What will be sent"</h2>
            <Json json/>
            <p class="hint">"Signed by headers as Standard Webhooks 1.0.0 has it. The webhook's page shows the secret."</p>
        </aside>
    }
}

/// What stands under the type.
pub(crate) fn type_hint(chosen: &str) -> &'static str {
    chosen.parse().map_or("What has to happen for it to fire.", EventType::describe)
}
