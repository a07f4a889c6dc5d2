//! The way back up.

use leptos::prelude::*;

#[component]
pub(crate) fn Breadcrumb(
    /// Each step by its words and its address, the outermost first.
    steps: Vec<(String, String)>,
) -> impl IntoView {
    let step = |(words, to)| view! { <li><a href=to>{words}</a></li> };
    let steps = steps.into_iter().map(step).collect::<Vec<_>>();
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>{steps}</ol>
        </nav>
    }
}
