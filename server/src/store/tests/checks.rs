//! The tables refuse states that cannot be, whatever code comes to write them.

use super::TestStore;
use crate::store::StoreError;

const EVENT: &str = "e00000000000000000000001";

/// A store with one webhook and one event, and the webhook's id.
async fn with_event() -> (TestStore, String) {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    let webhook = store.webhook(organization, "demo").await;
    store.execute(event(&organization.to_string(), "'USER_LOGIN'", 1)).await.expect("an event");
    (store, webhook.to_string())
}

fn event(organization: &str, event_type: &str, sequence: i64) -> String {
    format!(
        "INSERT INTO events (id, organization_id, sequence, type, payload, happened_at)
         VALUES ('{EVENT}', '{organization}', {sequence}, {event_type}, '{{}}', 1)"
    )
}

/// A delivery, its state, due time, end and number of attempts given as SQL.
fn delivery(webhook: &str, state: &str, due_at: &str, delivered_at: &str, attempts: i64) -> String {
    format!(
        "INSERT INTO deliveries (id, event_seq, webhook_seq, state, head, due_at, created_at, delivered_at, attempts)
         VALUES (lower(hex(randomblob(12))), (SELECT seq FROM events WHERE id = '{EVENT}'),
                 coalesce((SELECT seq FROM webhooks WHERE id = '{webhook}'), 99), '{state}', '{{', {due_at}, 1, {delivered_at}, {attempts})"
    )
}

async fn assert_refused(store: &TestStore, sql: &str, by: &str) {
    let error = match store.execute(sql).await {
        Err(StoreError::Database(error)) => error.to_string(),
        other => panic!("{sql}: {other:?}"),
    };
    assert!(error.contains(by), "{sql}: {error}");
}

#[tokio::test]
async fn a_delivery_is_due_when_it_is_pending_and_ended_when_it_is_delivered() {
    let (store, webhook) = with_event().await;
    for (state, due_at, delivered_at) in [
        ("pending", "1", "NULL"),
        ("delivered", "NULL", "1"),
        ("failed", "NULL", "NULL"),
        ("held", "NULL", "NULL"),
        ("cancelled", "NULL", "NULL"),
    ] {
        let sql = delivery(&webhook, state, due_at, delivered_at, 0);
        store.execute(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let (due_at, delivered_at) = if state == "pending" { ("NULL", "NULL") } else { ("1", delivered_at) };
        assert_refused(&store, &delivery(&webhook, state, due_at, delivered_at, 0), "due_at IS NOT NULL")
            .await;
    }
    for state in ["pending", "failed", "held", "cancelled"] {
        let due_at = if state == "pending" { "1" } else { "NULL" };
        assert_refused(&store, &delivery(&webhook, state, due_at, "1", 0), "delivered_at IS NOT NULL").await;
    }
    let unended = delivery(&webhook, "delivered", "NULL", "NULL", 0);
    assert_refused(&store, &unended, "delivered_at IS NOT NULL").await;
    assert_eq!(store.number("SELECT count(*) FROM deliveries").await, 5);
}

#[tokio::test]
async fn unknown_words_and_impossible_numbers_are_refused() {
    let (store, webhook) = with_event().await;
    let organization = store.organization("acme").await.id.to_string();
    for (sql, by) in [
        (delivery(&webhook, "lost", "NULL", "NULL", 0), "state IN"),
        (delivery(&webhook, "held", "NULL", "NULL", -1), "attempts >= 0"),
        (event(&organization, "'USER_PROMOTED'", 1), "type IN"),
        ("UPDATE organizations SET seats = -1".to_owned(), "seats >= 0"),
        ("UPDATE organizations SET id = 'short' WHERE name = 'acme'".to_owned(), "length(id) = 24"),
        ("UPDATE webhooks SET enabled = 2".to_owned(), "enabled IN"),
        ("UPDATE webhooks SET type = 'USER_PROMOTED'".to_owned(), "type IN"),
        ("UPDATE webhooks SET disabled_reason = 'why'".to_owned(), "disabled_reason IS NULL OR enabled = 0"),
        ("UPDATE webhooks SET created_at = 'soon'".to_owned(), "cannot store TEXT"),
        (delivery("000000000000000000000000", "held", "NULL", "NULL", 0), "FOREIGN KEY"),
    ] {
        assert_refused(&store, &sql, by).await;
    }
    let disabled = "UPDATE webhooks SET enabled = 0, disabled_reason = 'why'";
    store.execute(disabled).await.expect("a disabled webhook may have a reason");
}

#[tokio::test]
async fn what_there_is_once_is_there_once() {
    let (store, webhook) = with_event().await;
    store.execute("UPDATE organizations SET platform = 1").await.expect("one platform");
    let organization = store.organization("acme").await.id.to_string();
    assert_refused(&store, "UPDATE organizations SET platform = 1", "organizations.platform").await;
    assert_refused(&store, &event(&organization, "'USER_LOGIN'", 1), "events.id").await;
    store.execute(delivery(&webhook, "held", "NULL", "NULL", 0)).await.expect("a delivery");
    let attempt = |number: i64| {
        format!(
            "INSERT INTO attempts (delivery_seq, number, trigger, started_at, duration_ms, url)
             VALUES (1, {number}, 'scheduled', 1, 1, 'https://hooks.example.com/')"
        )
    };
    store.execute(attempt(1)).await.expect("the first attempt");
    assert_refused(&store, &attempt(1), "attempts.delivery_seq, attempts.number").await;
    assert_refused(&store, &attempt(0), "number >= 1").await;
}
