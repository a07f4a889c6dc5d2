//! Times: relative, with the exact one on hover and focus.

use domain::Timestamp;
use leptos::prelude::*;

use crate::{
    relative::{due, relative},
    request::use_page,
};

/// When something happened.
#[component]
pub(crate) fn Moment(at: Timestamp) -> impl IntoView {
    worded(at, "moment", relative(use_page().now, at))
}

/// When something will happen.
#[component]
pub(crate) fn Due(at: Timestamp) -> impl IntoView {
    worded(at, "moment moment-due", due(use_page().now, at))
}

/// A time that is told in words of its own, such as how long after another it was.
#[component]
pub(crate) fn Stamp(at: Timestamp, #[prop(into)] words: String) -> impl IntoView {
    worded(at, "stamp", words)
}

/// A time that is written out already.
#[component]
pub(crate) fn Exact(at: Timestamp) -> impl IntoView {
    view! { <time datetime=at.to_string()>{at.readable()}</time> }
}

fn worded(at: Timestamp, class: &'static str, words: String) -> impl IntoView {
    view! { <time class=class datetime=at.to_string() title=at.readable() tabindex="0">{words}</time> }
}
