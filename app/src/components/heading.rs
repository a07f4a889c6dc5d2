//! The heading of a page and the document's title.

use leptos::prelude::*;
use leptos_meta::Title;

use super::escape::escape;

/// The one `<h1>`.
#[component]
pub(crate) fn Heading(children: Children) -> impl IntoView {
    view! { <h1 tabindex="-1">{children()}</h1> }
}

/// The document's title: what is on the page, then where it is.
#[component]
pub(crate) fn PageTitle(#[prop(into)] words: String) -> impl IntoView {
    let title = format!("{words} · Herald");
    // leptos_meta writes the title into the head as it is, and names are other people's text.
    view! { <Title text=escape(&title)/> }
}
