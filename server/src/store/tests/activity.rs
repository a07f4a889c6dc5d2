//! What is counted of attempts, and that it stays the same when it is condensed.

use std::{sync::Arc, time::Duration};

use domain::{ActivityRange, Attempt, Bucket, OrganizationId, Timestamp, Verdict, WebhookId};

use super::{NOW, TestStore, attempt};
use crate::store::{Completion, activity::ACTIVITY};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

async fn complete(store: &TestStore, key: i64, ended_at: Timestamp, verdict: Verdict, duration_ms: u64) {
    let attempt = Attempt { started_at: ended_at, duration_ms, ..attempt() };
    let completion = Completion { key, webhook: 1, schedule_from: 0, attempt, verdict, ended_at };
    store.store.complete(Arc::new(completion)).await.expect("stored");
}

async fn world() -> (TestStore, OrganizationId, WebhookId) {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    let webhook = store.webhook(organization, "demo").await;
    store.deliveries(1, "pending", 8).await;
    (store, organization, webhook)
}

async fn read(store: &TestStore, world: (OrganizationId, WebhookId), range: ActivityRange) -> Vec<Bucket> {
    let mut found = store.store.activity(world.0, &[world.1], range).await.expect("read");
    found.remove(&world.1).unwrap_or_default()
}

fn sums(buckets: &[Bucket]) -> Vec<(u32, u32)> {
    buckets.iter().filter(|b| b.attempts() > 0).map(|b| (b.succeeded, b.failed)).collect()
}

#[tokio::test]
async fn attempts_are_counted_when_they_ended_and_by_how_they_ended() {
    let (store, organization, webhook) = world().await;
    complete(&store, 1, NOW, Verdict::Delivered, 40).await;
    complete(&store, 2, NOW, Verdict::Delivered, 41).await;
    complete(&store, 3, NOW, Verdict::Failed, 10_000).await;
    complete(&store, 4, NOW - 30 * MINUTE, Verdict::RetryAt(NOW), 3).await;
    complete(&store, 5, NOW - 26 * HOUR, Verdict::Delivered, 3).await;
    let hour = read(&store, (organization, webhook), ActivityRange::Hour).await;
    assert_eq!(sums(&hour), [(0, 1), (2, 1)]);
    let last = hour.last().expect("buckets");
    let median = last.durations.percentile(50).expect("two succeeded");
    assert!((32..=46).contains(&median), "{median}: failures do not count");
    assert_eq!(sums(&read(&store, (organization, webhook), ActivityRange::Day).await).last(), Some(&(2, 1)));
    assert_eq!(sums(&read(&store, (organization, webhook), ActivityRange::Week).await), [(1, 0), (2, 2)]);
}

#[tokio::test]
async fn an_organization_reads_its_own_only() {
    let (store, organization, webhook) = world().await;
    complete(&store, 1, NOW, Verdict::Delivered, 1).await;
    let other = store.organization("other").await.id;
    let found = store.store.activity(other, &[webhook], ActivityRange::Day).await.expect("read");
    assert!(found.is_empty());
    assert!(!read(&store, (organization, webhook), ActivityRange::Day).await.is_empty());
}

#[tokio::test]
async fn condensing_keeps_every_count_and_removes_what_is_too_old() {
    let (store, organization, webhook) = world().await;
    let at = [NOW, NOW - HOUR, NOW - 5 * HOUR, NOW - 5 * HOUR - 10 * MINUTE, NOW - 27 * HOUR];
    for (key, ended_at) in (1..).zip(at) {
        complete(&store, key, ended_at, Verdict::Delivered, 5).await;
    }
    complete(&store, 6, NOW - 40 * 24 * HOUR, Verdict::Failed, 5).await;
    let ranges = [ActivityRange::Hour, ActivityRange::Day, ActivityRange::Week, ActivityRange::Month];
    let mut before = Vec::new();
    for range in ranges {
        before.push(read(&store, (organization, webhook), range).await);
    }
    let mut steps = 0;
    while store.store.condense_activity(NOW).await.expect("condensed") {
        steps += 1;
    }
    assert!(steps >= 4, "each step takes one short row's time: {steps}");
    assert_eq!(store.number("SELECT count(*) FROM activity WHERE span = 300").await, 2);
    assert_eq!(store.number("SELECT sum(attempts) FROM activity").await, 5, "40 days are too old");
    for (range, before) in ranges.into_iter().zip(before) {
        assert_eq!(read(&store, (organization, webhook), range).await, before, "{range}");
    }
}

#[tokio::test]
async fn the_newest_attempt_is_known_whatever_waits_behind_it_and_when_it_is_condensed() {
    let (store, organization, webhook) = world().await;
    let last = async || {
        let rows = store.store.webhooks(organization).await.expect("a list");
        let view = store.store.webhook(organization, webhook).await.expect("a webhook");
        let id = view.last_delivery.map(|id| id.to_string()).unwrap_or_default();
        let key =
            store.number(format!("SELECT ifnull((SELECT seq FROM deliveries WHERE id = '{id}'), 0)")).await;
        (rows[0].last.as_ref().map(|last| last.at), key)
    };
    assert_eq!(last().await, (None, 0));
    complete(&store, 2, NOW - 3 * HOUR, Verdict::Delivered, 5).await;
    complete(&store, 1, NOW - 3 * HOUR + MINUTE, Verdict::Failed, 5_000).await;
    assert_eq!(last().await, (Some(NOW - 3 * HOUR + MINUTE), 1), "of both kinds the newer");
    store.deliveries(1, "held", 500).await;
    store.deliveries(1, "cancelled", 500).await;
    complete(&store, 3, NOW - 3 * HOUR + MINUTE / 2, Verdict::Failed, 5_000).await;
    complete(&store, 6, NOW - 4 * HOUR, Verdict::Delivered, 5).await;
    assert_eq!(last().await.1, 1, "what ended earlier is no news");
    while store.store.condense_activity(NOW).await.expect("condensed") {}
    assert_eq!(store.number("SELECT count(*) FROM activity WHERE span = 300").await, 0);
    assert_eq!(last().await, (Some(NOW - 3 * HOUR + MINUTE), 1));
    complete(&store, 4, NOW, Verdict::Delivered, 5).await;
    complete(&store, 5, NOW, Verdict::Delivered, 5).await;
    assert_eq!(last().await, (Some(NOW), 5), "of two at once the one that is written last");
}

#[tokio::test]
async fn activity_is_sought_row_by_row() {
    let store = TestStore::open().await;
    let plan = store.plan(ACTIVITY).await;
    let seek = "SEARCH a USING INDEX activity_of_webhook (webhook_seq=? AND start=? AND span=?)";
    assert!(plan.iter().any(|step| step == seek), "{plan:#?}");
    assert!(
        !plan.iter().any(|step| step.starts_with("SCAN a") && !step.starts_with("SCAN asked")),
        "{plan:#?}"
    );
}

#[tokio::test]
async fn a_webhook_that_fails_after_doing_well_and_does_well_again_is_known_for_each() {
    let (store, ..) = world().await;
    let failures = async || store.number("SELECT failures FROM webhooks").await;
    complete(&store, 1, NOW, Verdict::Delivered, 1).await;
    complete(&store, 2, NOW, Verdict::Delivered, 1).await;
    complete(&store, 3, NOW, Verdict::RetryAt(NOW + HOUR), 1).await;
    complete(&store, 4, NOW, Verdict::RetryAt(NOW + HOUR), 1).await;
    assert_eq!(failures().await, 2);
    complete(&store, 5, NOW, Verdict::Delivered, 1).await;
    assert_eq!(failures().await, 0);
    store.execute("UPDATE webhooks SET failures = 3, failing_since = 1").await.expect("written");
    complete(&store, 6, NOW, Verdict::Delivered, 1).await;
    assert_eq!(failures().await, 0, "whatever else is written, what was known is known no more");
}
