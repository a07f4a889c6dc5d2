//! What the retention takes and what it leaves, step by step.

use domain::{
    Attempt, Timestamp, Trigger,
    limits::{PRUNE_DELIVERIES, PRUNE_ROWS},
};

use super::{NOW, Record, TestStore, attempt};
use crate::store::Pruned;

/// The deliveries of these tests are from the first millisecond of 1970.
const BEFORE: Timestamp = Timestamp::from_unix_ms(1_000);

async fn with_webhook() -> TestStore {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    store.webhook(organization, "demo").await;
    store
}

/// Prunes to the end, and answers how many deliveries each step removed.
async fn prune(store: &TestStore) -> Vec<i64> {
    let mut removed = Vec::new();
    let mut after = 0;
    loop {
        let there = store.number("SELECT count(*) FROM deliveries").await;
        let pruned = store.store.prune(BEFORE, after).await.expect("pruned");
        removed.push(there - store.number("SELECT count(*) FROM deliveries").await);
        match pruned {
            Pruned::UpTo(seq) => after = seq,
            Pruned::All => return removed,
        }
    }
}

#[tokio::test]
async fn one_event_from_the_future_does_not_keep_the_others() {
    let store = with_webhook().await;
    for _ in 0..PRUNE_ROWS + 10 {
        store.deliveries(1, "delivered", 1).await;
    }
    store.execute("UPDATE events SET happened_at = 1000000 WHERE seq = 3").await.expect("a wrong clock");
    prune(&store).await;
    assert_eq!(store.number("SELECT count(*) FROM events").await, 1);
    assert_eq!(store.number("SELECT min(seq) FROM events").await, 3);
}

#[tokio::test]
async fn an_event_with_many_deliveries_is_removed_some_at_a_time() {
    let store = with_webhook().await;
    let step = i64::try_from(PRUNE_DELIVERIES).expect("small");
    store.deliveries(1, "failed", 2 * PRUNE_DELIVERIES + 1).await;
    assert_eq!(prune(&store).await, [step, step, 1]);
    assert_eq!(store.number("SELECT count(*) FROM events").await, 0);
}

#[tokio::test]
async fn what_waits_stays_however_old_it_is() {
    let store = with_webhook().await;
    for state in ["pending", "held", "failed", "cancelled", "delivered"] {
        store.deliveries(1, state, 1).await;
    }
    assert_eq!(prune(&store).await, [3]);
    for state in ["pending", "held"] {
        let sql = format!(
            "SELECT count(*) FROM deliveries JOIN events ON events.seq = event_seq WHERE state = '{state}'"
        );
        assert_eq!(store.number(sql).await, 1, "{state}");
    }
    assert_eq!(store.number("SELECT count(*) FROM events").await, 2);
}

#[tokio::test]
async fn no_number_is_given_twice_though_everything_is_gone() {
    let store = with_webhook().await;
    let organization = store.organization("acme").await.id;
    let webhook = store.webhook(organization, "demo").await;
    store.deliveries(1, "delivered", 5).await;
    prune(&store).await;
    assert_eq!(store.number("SELECT count(*) FROM events").await, 0);
    store.store.writer.write(Record(organization)).await.expect("an event");
    let last = |table| format!("SELECT seq FROM {table} ORDER BY seq DESC LIMIT 1");
    assert_eq!((store.number(last("events")).await, store.number(last("deliveries")).await), (2, 6));

    store.execute("UPDATE deliveries SET state = 'cancelled', due_at = NULL").await.expect("settled");
    store.execute("UPDATE events SET happened_at = 1").await.expect("long ago");
    prune(&store).await;
    let test = store.store.prepare_test(organization, webhook).await.expect("a test");
    store.store.record_test(&test, tested(), true, NOW, super::by()).await.expect("stored");
    assert_eq!((store.number(last("events")).await, store.number(last("deliveries")).await), (3, 7));
}

#[tokio::test]
async fn a_test_whose_webhook_is_gone_leaves_nothing_behind() {
    let store = with_webhook().await;
    let organization = store.organization("acme").await.id;
    let webhook = store.webhook(organization, "demo").await;
    let test = store.store.prepare_test(organization, webhook).await.expect("a test");
    store.store.delete_webhooks(organization, vec![webhook], super::by()).await.expect("deleted");
    store.store.record_test(&test, tested(), true, NOW, super::by()).await.expect("no error");
    store.store.tidy().await.expect("tidied");
    assert_eq!(store.number("SELECT count(*) FROM webhooks").await, 1, "its row is gone");
    store.store.record_test(&test, tested(), true, NOW, super::by()).await.expect("no error");
    for table in ["events", "deliveries", "attempts"] {
        assert_eq!(store.number(format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
}

fn tested() -> Attempt {
    Attempt { trigger: Trigger::Test, status: Some(200), ..attempt() }
}
