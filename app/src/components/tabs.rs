//! Tabs: links between the pages of one thing, with the open one marked.

use leptos::prelude::*;

/// A tab by its words and its address.
pub(crate) struct TabLink {
    pub(crate) words: &'static str,
    pub(crate) to: String,
    pub(crate) is_open: bool,
}

#[component]
pub(crate) fn Tabs(
    /// Of what they are, for those who do not see them.
    #[prop(into)]
    label: String,
    tabs: Vec<TabLink>,
) -> impl IntoView {
    let link = |tab: TabLink| {
        let current = tab.is_open.then_some("page");
        view! { <li><a href=tab.to aria-current=current>{tab.words}</a></li> }
    };
    let links = tabs.into_iter().map(link).collect::<Vec<_>>();
    view! {
        <nav class="tabs" aria-label=label>
            <ul>{links}</ul>
        </nav>
    }
}
