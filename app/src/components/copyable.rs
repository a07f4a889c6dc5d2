//! An id with a button that copies it.

use leptos::prelude::*;

use crate::islands::copy::CopyButton;

/// An id, monospaced, with its copy button.
#[component]
pub(crate) fn CopyableId(#[prop(into)] id: String, #[prop(into)] what: String) -> impl IntoView {
    view! {
        <span class="copyable">
            <code>{id.clone()}</code>
            <CopyButton text=id what/>
        </span>
    }
}
