//! The choice of theme: a plain form, answered in place once the island is awake.

use leptos::{ev, prelude::*};
use web_sys::{HtmlDocument, wasm_bindgen::JsCast};

use crate::theme::{THEME_COOKIE, Theme};

const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

#[island]
pub(crate) fn ThemeChoice(theme: Theme) -> impl IntoView {
    let chosen = RwSignal::new(theme);
    let button = |theme: Theme| {
        let choose = move |event: ev::MouseEvent| {
            event.prevent_default();
            chosen.set(theme);
            apply(theme);
        };
        view! {
            <button
                type="submit"
                class="segment"
                name="theme"
                value=theme.as_str()
                aria-pressed=move || (chosen.get() == theme).to_string()
                on:click=choose
            >
                {theme.label()}
            </button>
        }
    };
    view! {
        <form method="post" action="/theme">
            <div class="segments" role="group" aria-label="Theme">{Theme::ALL.map(button)}</div>
        </form>
    }
}

fn apply(theme: Theme) {
    let theme = theme.as_str();
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", theme);
    }
    if let Some(page) = document().dyn_ref::<HtmlDocument>() {
        let _ =
            page.set_cookie(&format!("{THEME_COOKIE}={theme}; path=/; max-age={YEAR_SECONDS}; samesite=lax"));
    }
}
