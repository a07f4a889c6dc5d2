//! How the newest attempt of a webhook ended.

use api::webhooks::LastAttempt;
use leptos::{either::Either, prelude::*};

use super::moment::Moment;

#[component]
pub(crate) fn Last(last: Option<LastAttempt>) -> impl IntoView {
    match last {
        None => Either::Left(view! { <span class="quiet">"none yet"</span> }),
        Some(LastAttempt { at, succeeded, summary }) => {
            let class = if succeeded { "quiet" } else { "bad" };
            Either::Right(view! { <span class=class><Moment at/>" · "{summary}</span> })
        }
    }
}
