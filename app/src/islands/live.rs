//! What is new since the list was loaded: said, and loaded when one wants to. What is being read never moves.

use std::time::Duration;

use api::{
    Code, Problem,
    deliveries::{DeliveryFilter, count_newer},
};
use domain::{DeliveryId, Scope, WebhookId, limits::NEWER_COUNTED_MAX};
use leptos::prelude::*;

use super::polling::{Heard, poll};

const EVERY: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    Count(u32),
    /// The server cannot be reached.
    Away,
    SignedOut,
}

/// `than` is the newest delivery of the list; `to` loads the list anew.
#[island]
pub(crate) fn Live(
    scope: Scope,
    webhook: WebhookId,
    filter: DeliveryFilter,
    than: Option<DeliveryId>,
    to: String,
) -> impl IntoView {
    let news = RwSignal::new(News::Count(0));
    Effect::new(move |_| {
        let filter = filter.clone();
        poll(EVERY, move || {
            let asked = count_newer(scope, webhook, filter.clone(), than);
            async move {
                let (said, heard) = understood(asked.await);
                news.set(said);
                heard
            }
        });
    });
    let load = move |_| {
        let _ = window().location().assign(&to);
    };
    view! {
        <div class="live" role="status">
            <button
                type="button"
                class="button button-small live-new"
                hidden=move || !matches!(news.get(), News::Count(1..))
                on:click=load
            >
                {move || words(news.get())}
            </button>
            <p class="live-away" hidden=move || matches!(news.get(), News::Count(_))>{move || words(news.get())}</p>
        </div>
    }
}

fn understood(answer: Result<u32, Problem>) -> (News, Heard) {
    match answer {
        Ok(count) => (News::Count(count), Heard::Answer),
        Err(problem) if problem.code == Code::Unauthenticated => (News::SignedOut, Heard::End),
        Err(_) => (News::Away, Heard::Nothing),
    }
}

fn words(news: News) -> String {
    match news {
        News::Count(0) => String::new(),
        News::Count(NEWER_COUNTED_MAX..) => format!("{NEWER_COUNTED_MAX} or more new"),
        News::Count(count) => format!("{count} new"),
        News::Away => "The server cannot be reached. This page tries again and goes on by itself.".to_owned(),
        News::SignedOut => "You are signed out. Reload this page to sign in again.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_counted_up_to_a_bound() {
        assert_eq!(words(News::Count(12)), "12 new");
        assert_eq!(words(News::Count(100)), "100 or more new");
        assert_eq!(words(News::Count(0)), "");
    }

    #[test]
    fn who_is_signed_out_asks_no_more() {
        assert_eq!(understood(Err(Problem::unauthenticated())), (News::SignedOut, Heard::End));
        assert_eq!(understood(Err(Problem::unavailable("x"))), (News::Away, Heard::Nothing));
        assert_eq!(understood(Ok(3)), (News::Count(3), Heard::Answer));
    }
}
