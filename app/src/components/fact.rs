//! One fact in a list of them: a term and what it is.

use leptos::prelude::*;

/// Within a `<dl class="facts">`.
#[component]
pub(crate) fn Fact(term: &'static str, children: Children) -> impl IntoView {
    view! {
        <dt class="fact-term">{term}</dt>
        <dd class="fact-value">{children()}</dd>
    }
}
