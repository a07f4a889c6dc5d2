//! Buttons that send a form.

use leptos::prelude::*;

/// The button that sends the form it stands in.
#[component]
pub(crate) fn SubmitButton(words: &'static str) -> impl IntoView {
    view! { <button type="submit" class="button button-primary">{words}</button> }
}
