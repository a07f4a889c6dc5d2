//! What the result of an attempt makes of its delivery, whatever happened to that while the attempt was under way.

use std::sync::Arc;

use domain::{Timestamp, Verdict};

use super::{NOW, TestStore, attempt};
use crate::store::Completion;

const LATER: Timestamp = Timestamp::from_unix_ms(NOW.unix_ms() + 60_000);
const STATES: [&str; 5] = ["pending", "delivered", "failed", "held", "cancelled"];

fn completion(key: i64, verdict: Verdict) -> Completion {
    Completion { key, webhook: 1, schedule_from: 0, attempt: attempt(), verdict, ended_at: NOW }
}

/// State and due time of each delivery after such a result; the first five as they were, the others begun anew by hand meanwhile.
async fn after(verdict: Verdict) -> Vec<(String, Option<i64>)> {
    let store = TestStore::open().await;
    let organization = store.organization("acme").await.id;
    store.webhook(organization, "demo").await;
    for state in STATES.into_iter().chain(STATES) {
        store.deliveries(1, state, 1).await;
    }
    let anew = "UPDATE deliveries SET attempts = 1, schedule_from = 1, trigger = 'manual' WHERE seq > 5";
    store.execute(anew).await.expect("begun anew");
    for key in 1..=10 {
        store.store.complete(Arc::new(completion(key, verdict))).await.expect("stored");
    }
    assert_eq!(store.number("SELECT count(*) FROM attempts").await, 10, "each is told");
    let rows = sqlx::query_as("SELECT state, due_at FROM deliveries ORDER BY seq");
    rows.fetch_all(&store.store.readers).await.expect("deliveries")
}

fn states(expected: [(&str, Option<i64>); 10]) -> Vec<(String, Option<i64>)> {
    expected.into_iter().map(|(state, due_at)| (state.to_owned(), due_at)).collect()
}

#[tokio::test]
async fn what_was_delivered_is_delivered_whatever_happened_meanwhile() {
    assert_eq!(after(Verdict::Delivered).await, states([("delivered", None); 10]));
}

#[tokio::test]
async fn a_retry_is_for_what_still_waits_and_was_not_begun_anew() {
    let expected = states([
        ("pending", Some(LATER.unix_ms())),
        ("delivered", None),
        ("failed", None),
        ("held", None),
        ("cancelled", None),
        // Due since its redelivery.
        ("pending", Some(1)),
        ("delivered", None),
        ("failed", None),
        ("held", None),
        ("cancelled", None),
    ]);
    assert_eq!(after(Verdict::RetryAt(LATER)).await, expected);
}

#[tokio::test]
async fn the_last_failure_ends_what_waits_or_is_held_and_was_not_begun_anew() {
    let expected = states([
        ("failed", None),
        ("delivered", None),
        ("failed", None),
        ("failed", None),
        ("cancelled", None),
        ("pending", Some(1)),
        ("delivered", None),
        ("failed", None),
        ("held", None),
        ("cancelled", None),
    ]);
    assert_eq!(after(Verdict::Failed).await, expected);
}
