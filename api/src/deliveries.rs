//! Deliveries of a webhook, and sending them again.

use domain::{
    Delivery, DeliveryDetail, DeliveryId, DeliveryState, EventType, JobId, Scope, Timestamp, WebhookId,
};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

use crate::{
    Next, Problem, Toast, paths,
    transport::{Once, Repeatable},
    webhooks::LastAttempt,
};
#[cfg(feature = "ssr")]
use crate::{backend, settle};

/// A delivery and how its newest attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    pub delivery: Delivery,
    /// Of whom it tells.
    pub username: String,
    pub last: Option<LastAttempt>,
    /// Of the newest attempt.
    pub duration_ms: Option<u64>,
    /// What went wrong in words, when it did.
    pub error_text: Option<String>,
}

/// Which deliveries are listed. What is `None` does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryFilter {
    #[serde(default)]
    pub status: Option<DeliveryState>,
    #[serde(default)]
    pub event_type: Option<EventType>,
    /// Made from then on.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Made before then.
    #[serde(default)]
    pub to: Option<Timestamp>,
}

/// One page, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryPage {
    pub deliveries: Vec<DeliveryRow>,
    /// Where the next page begins, when there is one.
    pub next_cursor: Option<String>,
    /// Until when the receiver is left alone, because its attempts have failed.
    pub paused_until: Option<Timestamp>,
}

/// A delivery on its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryView {
    pub detail: DeliveryDetail,
    /// Of whom it tells.
    pub username: String,
    /// Who did what it tells of, where the audit log knows.
    pub done_by: Option<String>,
    pub webhook: DeliveredTo,
    /// How many webhooks of the same owner got the event, this one among them.
    pub told: u32,
    /// How many of the attempts belong to earlier schedules: a redelivery begins a new one.
    pub schedule_from: u32,
    /// Until when the receiver is left alone, because its attempts have failed.
    pub paused_until: Option<Timestamp>,
}

/// The webhook of a delivery, which may be gone by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveredTo {
    pub name: String,
    pub state: WebhookState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WebhookState {
    Enabled,
    Disabled,
    Deleted,
}

/// Which deliveries to send again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redelivery {
    /// Only those since then.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Only those before then.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Only those in this state. Without it the failed ones, or where a time is given all that have ended.
    #[serde(default)]
    pub status: Option<DeliveryState>,
    /// Only count them.
    #[serde(default)]
    pub dry_run: bool,
}

/// What was begun for many deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// For how many.
    pub matched: u32,
    /// The work itself, unless it was only counted.
    pub job: Option<JobId>,
}

/// What becomes of the deliveries that were held while their webhook was disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeldAction {
    /// They are sent.
    Release,
    /// They never are.
    Discard,
}

/// A page of a webhook's deliveries, newest first. `cursor` is what the page before answered.
#[server(prefix = "/fn", endpoint = "deliveries/list", client = Repeatable)]
pub async fn list_deliveries(
    scope: Scope,
    webhook_id: WebhookId,
    #[server(default)] filter: DeliveryFilter,
    #[server(default)] cursor: Option<String>,
) -> Result<DeliveryPage, Problem> {
    backend()?.deliveries(scope, webhook_id, filter, cursor).await
}

/// How many deliveries there are that are newer than one of them, counted up to [`NEWER_COUNTED_MAX`]; without it, how many
/// there are.
#[server(prefix = "/fn", endpoint = "deliveries/newer", client = Repeatable)]
pub async fn count_newer(
    scope: Scope,
    webhook_id: WebhookId,
    #[server(default)] filter: DeliveryFilter,
    #[server(default)] than: Option<DeliveryId>,
) -> Result<u32, Problem> {
    backend()?.newer_deliveries(scope, webhook_id, filter, than).await
}

/// How far a delivery has come.
#[server(prefix = "/fn", endpoint = "deliveries/progress", client = Repeatable)]
pub async fn delivery_progress(scope: Scope, delivery_id: DeliveryId) -> Result<DeliveryRow, Problem> {
    backend()?.delivery_progress(scope, delivery_id).await
}

/// A delivery with its body and all its attempts.
#[server(prefix = "/fn", endpoint = "deliveries/read", client = Repeatable)]
pub async fn read_delivery(scope: Scope, delivery_id: DeliveryId) -> Result<DeliveryDetail, Problem> {
    backend()?.delivery(scope, delivery_id).await
}

/// A delivery with everything that its page shows.
#[server(prefix = "/fn", endpoint = "deliveries/show", client = Repeatable)]
pub async fn show_delivery(scope: Scope, delivery_id: DeliveryId) -> Result<DeliveryView, Problem> {
    backend()?.delivery_view(scope, delivery_id).await
}

/// Sends a delivery again, under the same `webhook-id`.
#[server(prefix = "/fn", endpoint = "deliveries/redeliver", client = Once)]
pub async fn redeliver(scope: Scope, delivery_id: DeliveryId) -> Result<Delivery, Problem> {
    let backend = backend()?;
    let outcome = backend.redeliver(scope, delivery_id).await;
    settle(&backend, outcome, |_| after_redeliver_one(scope, delivery_id))
}

#[must_use]
pub fn after_redeliver_one(scope: Scope, delivery: DeliveryId) -> Next {
    Next::saying(paths::delivery(scope, delivery), Toast::Redelivered)
}

/// Sends these deliveries of a webhook again, at most a page of them.
#[server(prefix = "/fn", endpoint = "deliveries/redeliver-selected", client = Once)]
pub async fn redeliver_selected(
    scope: Scope,
    webhook_id: WebhookId,
    #[server(default)] ids: Vec<DeliveryId>,
) -> Result<u32, Problem> {
    let backend = backend()?;
    let outcome = backend.redeliver_selected(scope, ids).await;
    settle(&backend, outcome, |_| after_redeliver_selected(scope, webhook_id))
}

#[must_use]
pub fn after_redeliver_selected(scope: Scope, webhook: WebhookId) -> Next {
    Next::saying(paths::webhook_deliveries(scope, webhook), Toast::RedeliveredMany)
}

/// Sends many deliveries of a webhook again, some at a time.
#[server(prefix = "/fn", endpoint = "deliveries/redeliver-many", client = Once)]
pub async fn redeliver_many(
    scope: Scope,
    webhook_id: WebhookId,
    #[server(default)] which: Redelivery,
) -> Result<Begun, Problem> {
    let backend = backend()?;
    let outcome = backend.redeliver_many(scope, webhook_id, which).await;
    settle(&backend, outcome, |begun| after_begin(scope, webhook_id, begun))
}

/// How many deliveries [`redeliver_many`] would be for, each state counted up to
/// [`WAITING_COUNTED_MAX`](domain::limits::WAITING_COUNTED_MAX).
#[server(prefix = "/fn", endpoint = "deliveries/count-redeliverable", client = Repeatable)]
pub async fn count_redeliverable(
    scope: Scope,
    webhook_id: WebhookId,
    #[server(default)] which: Redelivery,
) -> Result<u32, Problem> {
    backend()?.count_redeliverable(scope, webhook_id, which).await
}

/// Releases or discards what was held while the webhook was disabled.
#[server(prefix = "/fn", endpoint = "deliveries/settle-held", client = Once)]
pub async fn settle_held(scope: Scope, webhook_id: WebhookId, action: HeldAction) -> Result<Begun, Problem> {
    let backend = backend()?;
    let outcome = backend.settle_held(scope, webhook_id, action).await;
    settle(&backend, outcome, |begun| after_begin(scope, webhook_id, begun))
}

/// The list shows how far the job has come.
#[must_use]
pub fn after_begin(scope: Scope, webhook: WebhookId, begun: &Begun) -> Next {
    let path = paths::webhook_deliveries(scope, webhook);
    Next::new(begun.job.map_or_else(|| path.clone(), |job| format!("{path}?job={job}")))
}
