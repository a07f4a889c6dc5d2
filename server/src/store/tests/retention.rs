//! What the retention takes and what it leaves, step by step.

use domain::{
    Timestamp,
    limits::{PRUNE_DELIVERIES, PRUNE_ROWS},
};

use super::TestStore;
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
