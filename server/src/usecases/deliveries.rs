//! Publishing events, and what an admin does with deliveries: looks at them, sends them again, settles what was held.

use std::sync::Arc;

use api::{
    Problem,
    deliveries::{Begun, DeliveryFilter, DeliveryPage, DeliveryRow, DeliveryView, Redelivery},
};
use domain::{
    Delivery, DeliveryDetail, DeliveryId, DeliveryState, EventId, EventType, FieldError, Id, Issue, Payload,
    Timestamp, WebhookId, delivery_body,
    limits::{IDEMPOTENCY_KEY_LENGTH_MAX, MATCHED_COUNTED_MAX, SELECTION_MAX, WAITING_COUNTED_MAX},
};
use futures::future::join_all;

use crate::{
    access::Grant,
    herald::Herald,
    store::{EventFilter, FeedPage, Job, JobAction, Matching, NewEvent, Published, StoreError},
};

/// An event to be published, checked.
#[derive(Clone)]
pub(crate) struct PublishRequest {
    pub(crate) payload: Payload,
    pub(crate) idempotency_key: Option<String>,
}

impl Herald {
    /// Publishes those that could be read; the others keep their places.
    pub(crate) async fn publish(
        &self,
        grant: &Grant,
        requests: Vec<Result<PublishRequest, Problem>>,
    ) -> Result<Vec<Result<(EventType, Published), Problem>>, Problem> {
        let organization_id = grant.organization()?.id;
        let mut events = Vec::with_capacity(requests.len());
        let mut take = |PublishRequest { payload, idempotency_key }| {
            let event_type = payload.event_type();
            events.push(NewEvent { organization_id, payload, idempotency_key });
            event_type
        };
        let read: Vec<_> = requests.into_iter().map(|request| request.map(&mut take)).collect();
        let stored = if events.is_empty() { Vec::new() } else { self.store.publish(events).await? };
        let mut stored = stored.into_iter();
        let mut answers = Vec::with_capacity(read.len());
        for event_type in read {
            answers.push(match event_type {
                Ok(event_type) => Ok((event_type, stored.next().ok_or_else(Problem::internal)?)),
                Err(problem) => Err(problem),
            });
        }
        Ok(answers)
    }

    pub(crate) async fn feed(
        &self,
        grant: &Grant,
        filter: &EventFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<FeedPage, Problem> {
        Ok(self.store.feed(grant.organization()?.id, filter, after, limit).await?)
    }

    pub(crate) async fn deliveries(
        &self,
        grant: &Grant,
        webhook: WebhookId,
        filter: &DeliveryFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<DeliveryPage, Problem> {
        let page = self.store.deliveries(grant.owner()?, webhook, filter, cursor, limit).await?;
        Ok(DeliveryPage { paused_until: self.paused_until(webhook), ..page })
    }

    pub(crate) async fn newer_deliveries(
        &self,
        grant: &Grant,
        webhook: WebhookId,
        filter: &DeliveryFilter,
        than: Option<DeliveryId>,
    ) -> Result<u32, Problem> {
        Ok(self.store.newer_deliveries(grant.owner()?, webhook, filter, than).await?)
    }

    pub(crate) async fn delivery(&self, grant: &Grant, id: &str) -> Result<DeliveryDetail, Problem> {
        Ok(self.store.delivery(grant.owner()?, read_id(id, "delivery")?).await?)
    }

    pub(crate) async fn delivery_progress(
        &self,
        grant: &Grant,
        id: DeliveryId,
    ) -> Result<DeliveryRow, Problem> {
        Ok(self.store.delivery_row(grant.owner()?, id).await?)
    }

    pub(crate) async fn delivery_view(&self, grant: &Grant, id: DeliveryId) -> Result<DeliveryView, Problem> {
        let view = self.store.delivery_view(grant.owner()?, id).await?;
        let webhook = view.detail.delivery.webhook_id;
        Ok(DeliveryView { paused_until: self.paused_until(webhook), ..view })
    }

    /// Until when a webhook's receiver is left alone.
    pub(super) fn paused_until(&self, webhook: WebhookId) -> Option<Timestamp> {
        self.pauses.of(webhook, self.clock.now())
    }

    pub(crate) async fn redeliver(&self, grant: &Grant, id: &str) -> Result<Delivery, Problem> {
        let id = read_id(id, "delivery")?;
        let organization = grant.owner()?;
        self.store.redeliver(organization, id, grant.acted_by()).await?;
        Ok(self.store.delivery(organization, id).await?.delivery)
    }

    /// Sends each of them again, or answers the first reason why one cannot be.
    pub(crate) async fn redeliver_selected(
        &self,
        grant: &Grant,
        deliveries: Vec<DeliveryId>,
    ) -> Result<u32, Problem> {
        let refused = |code, detail: String| Problem::invalid(vec![FieldError::new("ids", code, detail)]);
        if deliveries.is_empty() {
            return Err(refused("required", "Select one or more deliveries first.".to_owned()));
        }
        if deliveries.len() > SELECTION_MAX {
            return Err(refused("too_many", format!("At most {SELECTION_MAX} can be sent again at once.")));
        }
        let organization = grant.owner()?;
        let again = deliveries.iter().map(|id| self.store.redeliver(organization, *id, grant.acted_by()));
        // Together, so that they share a group.
        for done in join_all(again).await {
            done?;
        }
        Ok(u32::try_from(deliveries.len()).unwrap_or(u32::MAX))
    }

    /// Sends again what has failed, or what is in `status`; where only times are given, all that has ended within them.
    pub(crate) async fn redeliver_many(
        &self,
        grant: &Grant,
        webhook: WebhookId,
        which: Redelivery,
    ) -> Result<Begun, Problem> {
        let matching = Matching::of(&which)?;
        self.begin(grant, webhook, JobAction::Redeliver, matching, which.dry_run).await
    }

    /// How many that would be, each state counted up to [`WAITING_COUNTED_MAX`].
    pub(crate) async fn count_redeliverable(
        &self,
        grant: &Grant,
        webhook: WebhookId,
        which: Redelivery,
    ) -> Result<u32, Problem> {
        let (action, matching, most) = (JobAction::Redeliver, Matching::of(&which)?, WAITING_COUNTED_MAX);
        Ok(self.store.count_matching(grant.owner()?, webhook, action, &matching, most).await?)
    }

    pub(crate) async fn settle_held(
        &self,
        grant: &Grant,
        webhook: WebhookId,
        action: JobAction,
    ) -> Result<Begun, Problem> {
        self.begin(grant, webhook, action, Matching::default(), false).await
    }

    async fn begin(
        &self,
        grant: &Grant,
        webhook: WebhookId,
        action: JobAction,
        matching: Matching,
        dry_run: bool,
    ) -> Result<Begun, Problem> {
        let organization = grant.owner()?;
        let counted =
            self.store.count_matching(organization, webhook, action, &matching, MATCHED_COUNTED_MAX).await;
        let matched = match counted {
            // What takes too long to count can be sent all the same.
            Err(StoreError::Slow) if !dry_run => 0,
            counted => counted?,
        };
        if dry_run {
            return Ok(Begun { matched, job: None });
        }
        let job =
            self.store.begin_job(organization, webhook, action, matching, matched, grant.acted_by()).await?;
        Ok(Begun { matched, job: Some(job) })
    }

    pub(crate) async fn job(&self, grant: &Grant, id: &str) -> Result<Job, Problem> {
        Ok(self.store.job(grant.owner()?, read_id(id, "job")?).await?)
    }

    pub(crate) async fn running_jobs(&self, grant: &Grant, webhook: WebhookId) -> Result<Vec<Job>, Problem> {
        Ok(self.store.running_jobs(grant.owner()?, webhook).await?)
    }

    pub(crate) async fn cancel_job(&self, grant: &Grant, id: &str) -> Result<(), Problem> {
        Ok(self.store.cancel_job(grant.owner()?, read_id(id, "job")?, grant.acted_by()).await?)
    }

    /// Sends a test at once and answers what came of it. It is never tried again.
    pub(crate) async fn test_webhook(
        &self,
        grant: &Grant,
        webhook: WebhookId,
    ) -> Result<DeliveryDetail, Problem> {
        let organization = grant.owner()?;
        let standing = self.limits.count_test_send(organization.id, self.clock.unset());
        if !standing.allowed {
            return Err(Problem::rate_limited("Too many test sends.", standing.reset));
        }
        let test = self.store.prepare_test(organization, webhook).await?;
        let place = Arc::clone(&self.test_sends).try_acquire_owned().map_err(|_| {
            Problem::unavailable("Many test sends are under way already. Try again in a moment.")
        })?;
        let (herald, by) = (self.clone(), grant.acted_by());
        // On its own, so that a client that goes away does not keep the result from being stored.
        let sending = self.engine_runtime.spawn(async move {
            let _place = place;
            let started_at = herald.clock.now();
            let sent = herald.sender.send(&test.route, &test.due, started_at).await;
            let (ended_at, succeeded) = (herald.clock.now(), sent.outcome.is_success());
            let attempt = sent.into_attempt(&test.due, &test.route, started_at);
            herald.store.record_test(&test, attempt.clone(), succeeded, ended_at, by).await?;
            let status = if succeeded { DeliveryState::Delivered } else { DeliveryState::Failed };
            let delivery = Delivery {
                id: test.due.id,
                event_id: test.due.event_id,
                event_type: test.event_type,
                webhook_id: webhook,
                status,
                test: true,
                attempts: 1,
                next_attempt_at: None,
                created_at: test.due.event_time,
                delivered_at: succeeded.then_some(ended_at),
                purged: false,
            };
            Ok::<DeliveryDetail, Problem>(DeliveryDetail {
                delivery,
                event_time: test.due.event_time,
                sequence: None,
                body: delivery_body(&test.due.head, &test.due.payload),
                attempts: vec![attempt],
            })
        });
        sending.await.map_err(|error| {
            tracing::error!(%error, "A test send ended in a panic");
            Problem::internal()
        })?
    }
}

impl Published {
    /// The event, for how many webhooks it is, and whether it was there before.
    ///
    /// # Errors
    /// When the key came before with another event.
    pub(crate) fn found(self) -> Result<(EventId, u32, bool), Problem> {
        match self {
            Self::Accepted { id, deliveries } => Ok((id, deliveries, false)),
            Self::Repeated { id, deliveries } => Ok((id, deliveries, true)),
            Self::Conflict => Err(Problem::conflict(
                "This idempotency key came before with another event. Use a new key for a new event.",
            )),
        }
    }
}

/// An idempotency key as it may be stored.
pub(crate) fn check_key(text: &str) -> Result<String, Issue> {
    let length = text.chars().count();
    if length == 0 || length > IDEMPOTENCY_KEY_LENGTH_MAX || text.chars().any(char::is_control) {
        let detail = format!(
            "An idempotency key has 1 to {IDEMPOTENCY_KEY_LENGTH_MAX} characters, none of them a control character."
        );
        return Err(Issue::new("invalid", detail));
    }
    Ok(text.to_owned())
}

/// What is no id names nothing.
fn read_id<T>(text: &str, what: &str) -> Result<Id<T>, Problem> {
    text.parse().map_err(|_| Problem::not_found(what))
}
