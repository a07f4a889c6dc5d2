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

fn worded(at: Timestamp, class: &'static str, words: String) -> impl IntoView {
    view! { <time class=class datetime=at.to_string() title=at.readable() tabindex="0">{words}</time> }
}
