//! What has become of a delivery since its page was loaded, while something is to come.
//!
//! It is said on a button, not done to the page: what somebody reads there, an answer of the receiver perhaps, must not change
//! into another under their eyes.

use api::deliveries::{DeliveryRow, delivery_progress};
use domain::{DeliveryId, DeliveryState, Scope};
use leptos::prelude::*;

use super::{
    news::{News, NewsBar, follow},
    polling::Heard,
};

/// For a delivery that is pending: the page has so many of its attempts. `to` loads the page anew.
#[island]
pub(crate) fn NewAttempts(scope: Scope, delivery: DeliveryId, attempts: u32, to: String) -> impl IntoView {
    let news = follow(move || async move {
        let now = delivery_progress(scope, delivery).await?;
        Ok((words(&now, attempts), heard(&now)))
    });
    view! { <NewsBar news to nothing="Watching for the next attempt."/> }
}

/// What has ended has nothing more to tell.
fn heard(now: &DeliveryRow) -> Heard {
    if now.delivery.status == DeliveryState::Pending { Heard::Answer } else { Heard::End }
}

fn words(now: &DeliveryRow, attempts: u32) -> News {
    let (number, status) = (now.delivery.attempts, now.delivery.status);
    let words = match (number > attempts, status) {
        (false, DeliveryState::Pending) => return News::Nothing,
        (false, status) => format!("New: it is {status} now"),
        (true, DeliveryState::Delivered) => format!("New: attempt {number}, delivered"),
        (true, _) => format!("New: attempt {number}, {}", outcome(now)),
    };
    News::Something(words)
}

/// `500`, or why there was no answer in a few words.
fn outcome(now: &DeliveryRow) -> &str {
    now.last.as_ref().map_or("not delivered", |last| &last.summary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::webhooks::LastAttempt;
    use domain::{Delivery, EventId, EventType, Timestamp, WebhookId};

    fn after(attempts: u32, status: DeliveryState) -> DeliveryRow {
        let at = Timestamp::from_unix_ms(0);
        DeliveryRow {
            delivery: Delivery {
                id: DeliveryId::from_bytes([1; 12]),
                event_id: EventId::from_bytes([2; 12]),
                event_type: EventType::UserDisabled,
                webhook_id: WebhookId::from_bytes([3; 12]),
                status,
                test: false,
                attempts,
                next_attempt_at: None,
                created_at: at,
                delivered_at: None,
                purged: false,
            },
            username: "demo".into(),
            last: Some(LastAttempt { at, succeeded: false, summary: "500".into() }),
            duration_ms: None,
            error_text: None,
        }
    }

    #[test]
    fn what_is_new_is_the_newest_attempt_and_what_came_of_it() {
        use DeliveryState::{Cancelled, Delivered, Failed, Pending};
        let words = |attempts, status| match words(&after(attempts, status), 2) {
            News::Something(words) => words,
            other => format!("{other:?}"),
        };
        assert_eq!(words(2, Pending), "Nothing");
        assert_eq!(words(3, Pending), "New: attempt 3, 500");
        assert_eq!(words(3, Delivered), "New: attempt 3, delivered");
        assert_eq!(words(10, Failed), "New: attempt 10, 500");
        assert_eq!(words(2, Cancelled), "New: it is cancelled now");
    }

    #[test]
    fn it_asks_as_long_as_something_is_to_come() {
        assert_eq!(heard(&after(3, DeliveryState::Pending)), Heard::Answer);
        assert_eq!(heard(&after(3, DeliveryState::Delivered)), Heard::End);
    }
}
