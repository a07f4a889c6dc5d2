//! What a list says when it has no rows to show: empty, no match, error. Loading is the browser's own: pages come whole.

use api::Problem;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{address::here, request::use_page};

/// Nothing there yet: what it would be and how to begin.
#[component]
pub(crate) fn Empty(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="state">
            <h2>{title}</h2>
            {children()}
        </div>
    }
}

/// Something is there, but not what was searched for.
#[component]
pub(crate) fn NoMatch(
    #[prop(into)] words: String,
    /// The page without search and filters.
    #[prop(into)]
    clear: String,
) -> impl IntoView {
    view! {
        <div class="state">
            <h2>{words}</h2>
            <p><a class="button" href=clear>"Clear filters"</a></p>
        </div>
    }
}

/// It could not be read.
#[component]
pub(crate) fn Failed(what: &'static str, problem: Problem) -> impl IntoView {
    (use_page().set_status)(problem.status);
    view! {
        <div class="state state-failed" role="alert">
            <h2><span class=Icon::Alert.class() aria-hidden="true"></span>{what}" could not be read"</h2>
            <p>{problem.detail}</p>
            <p><a class="button" href=here() rel="external">"Try again"</a></p>
        </div>
    }
}
