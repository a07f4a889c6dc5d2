//! Copying to the clipboard.

use std::time::Duration;

use leptos::prelude::*;
use web_sys::js_sys::Reflect;

const BY_HAND: &str = "Select and copy by hand";
const SAID_FOR: Duration = Duration::from_secs(2);

/// A large button that copies what cannot be seen beside it, and says so itself.
#[island]
pub(crate) fn CopyAs(text: String, words: String) -> impl IntoView {
    let said = RwSignal::new(words.clone());
    let copy = move |_| {
        said.set(if write_to_clipboard(&text) { "Copied".to_owned() } else { BY_HAND.to_owned() });
        let words = words.clone();
        set_timeout(move || said.set(words), SAID_FOR);
    };
    view! {
        <button type="button" class="button needs-script" on:click=copy>
            {said}
        </button>
    }
}

/// A button that copies a text. `what` completes “Copy ...” for those who do not see what stands beside it.
#[island]
pub(crate) fn CopyButton(text: String, what: String) -> impl IntoView {
    let said = RwSignal::new("Copy");
    let copy = move |_| {
        said.set(if write_to_clipboard(&text) { "Copied" } else { BY_HAND });
        set_timeout(move || said.set("Copy"), SAID_FOR);
    };
    view! {
        <button type="button" class="button button-small needs-script" on:click=copy>
            {said}
            <span class="visually-hidden">" "{what}</span>
        </button>
    }
}

/// Browsers let pages copy over https and on localhost only.
fn write_to_clipboard(text: &str) -> bool {
    let navigator = window().navigator();
    let offered = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    if offered {
        let _ = navigator.clipboard().write_text(text);
    }
    offered
}
