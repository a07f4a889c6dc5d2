//! Bulk jobs, step by step.

use domain::{
    DeliveryState, JobId, OrganizationId, Timestamp, WebhookId,
    limits::{FIRST_STEPS_MAX, JOB_ROWS, RUNNING_JOBS_MAX},
};

use super::TestStore;
use crate::delivery::Wanted;
use crate::store::{JobAction, JobState, Matching, StoreError, WebhookChange};

/// More than one part of a job.
const MANY: usize = 2 * JOB_ROWS + 1;

/// A store with a webhook that has so many deliveries in a state.
async fn with_deliveries(state: &str, count: usize) -> (TestStore, OrganizationId, WebhookId) {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    let webhook = store.webhook(organization, "demo").await;
    store.deliveries(1, state, count).await;
    (store, organization, webhook)
}

impl TestStore {
    async fn set_enabled(&self, organization: OrganizationId, webhook: WebhookId, enabled: bool) {
        let change = WebhookChange { enabled: Some(enabled), ..WebhookChange::default() };
        self.store.change_webhook(organization, webhook, change, super::by()).await.expect("changed");
    }

    async fn begin(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        action: JobAction,
    ) -> Result<JobId, StoreError> {
        self.store.begin_job(organization, webhook, action, Matching::default(), 0, super::by()).await
    }

    /// Lets each job whose turn it is do one part.
    async fn round(&self) -> usize {
        let jobs = self.store.jobs_in_turn().await.expect("readable");
        for job in &jobs {
            self.store.step_job(*job).await.expect("a step");
        }
        jobs.len()
    }

    async fn in_state(&self, state: DeliveryState) -> usize {
        let count = self.number(format!("SELECT count(*) FROM deliveries WHERE state = '{state}'")).await;
        usize::try_from(count).expect("a count")
    }
}

#[tokio::test]
async fn holding_ends_when_the_webhook_is_enabled_again() {
    let (store, organization, webhook) = with_deliveries("pending", MANY).await;
    store.set_enabled(organization, webhook, false).await;
    assert_eq!(store.in_state(DeliveryState::Held).await, JOB_ROWS, "the first part at once");
    store.set_enabled(organization, webhook, true).await;
    let release = store.begin(organization, webhook, JobAction::Release).await.expect("begun");
    assert_eq!(store.round().await, 1, "one after the other");
    assert_eq!(store.in_state(DeliveryState::Held).await, JOB_ROWS, "nothing more is held");
    while store.round().await > 0 {}
    assert_eq!(store.in_state(DeliveryState::Pending).await, MANY);
    let job = store.store.job(organization, release).await.expect("known");
    assert_eq!((job.status, job.done as usize), (JobState::Done, JOB_ROWS));
}

#[tokio::test]
async fn what_is_held_later_is_not_what_was_discarded() {
    let (store, organization, webhook) = with_deliveries("held", JOB_ROWS + 1).await;
    store.deliveries(1, "pending", 1).await;
    store.begin(organization, webhook, JobAction::Discard).await.expect("begun");
    store.set_enabled(organization, webhook, false).await;
    while store.round().await > 0 {}
    assert_eq!(store.in_state(DeliveryState::Cancelled).await, JOB_ROWS + 1);
    assert_eq!(store.in_state(DeliveryState::Held).await, 1);
}

#[tokio::test]
async fn turning_a_webhook_on_and_off_begins_no_second_job() {
    let (store, organization, webhook) = with_deliveries("pending", MANY).await;
    for _ in 0..3 {
        store.set_enabled(organization, webhook, false).await;
        store.set_enabled(organization, webhook, true).await;
    }
    store.set_enabled(organization, webhook, false).await;
    assert_eq!(store.number("SELECT count(*) FROM jobs").await, 1);
    while store.round().await > 0 {}
    assert_eq!(store.in_state(DeliveryState::Held).await, MANY);
}

#[tokio::test]
async fn a_webhook_has_only_so_many_jobs_at_once() {
    let (store, organization, webhook) = with_deliveries("failed", 1).await;
    for _ in 0..RUNNING_JOBS_MAX {
        store.begin(organization, webhook, JobAction::Redeliver).await.expect("begun");
    }
    let refused = store.begin(organization, webhook, JobAction::Redeliver).await;
    assert!(matches!(&refused, Err(StoreError::Refused(why)) if why.contains("8 jobs")), "{refused:?}");
    let other = store.webhook(organization, "other").await;
    store.begin(organization, other, JobAction::Redeliver).await.expect("another webhook's");
    assert_eq!(store.round().await, 2);
}

#[tokio::test]
async fn many_webhooks_are_deleted_at_once_and_their_deliveries_later() {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    let mut webhooks = Vec::new();
    for n in 1..=FIRST_STEPS_MAX + 1 {
        webhooks.push(store.webhook(organization, &format!("demo-{n}")).await);
        store.deliveries(n as i64, "pending", 3).await;
    }
    let lanes = store.store.lanes().await.expect("readable");
    assert_eq!(
        store.store.delete_webhooks(organization, webhooks.clone(), super::by()).await.expect("deleted"),
        5
    );
    assert_eq!(store.in_state(DeliveryState::Pending).await, 3 * webhooks.len());
    for lane in lanes {
        let wanted = Wanted { lane: lane.webhook, known: Vec::new(), rows_max: 10, bytes_max: usize::MAX };
        let load = store.store.load_lane(wanted, Timestamp::from_unix_ms(i64::MAX)).await;
        let load = load.expect("readable");
        assert!(load.is_none(), "nothing is sent meanwhile");
    }
    while store.round().await > 0 {}
    assert_eq!(store.in_state(DeliveryState::Cancelled).await, 3 * webhooks.len());
}
