//! The start page: what failed lately, what is pending, what happened last.

use domain::{EventId, EventType, OrganizationId, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::backend;
use crate::{Problem, deliveries::DeliveryRow, transport::Repeatable};

/// How an organization's webhooks stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Webhooks that need somebody: their attempts fail, or Herald disabled them.
    pub troubled: Vec<Troubled>,
    /// Deliveries that were given up, the newest first.
    pub failed: Vec<FailedDelivery>,
    /// Webhooks with something pending or held.
    pub waiting: Vec<Waiting>,
    /// The newest first.
    pub events: Vec<RecentEvent>,
    pub webhooks: u32,
    /// Whether there is a user beside the first.
    pub has_users: bool,
    /// Whether anything was delivered lately, if only a test.
    pub has_delivered: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Troubled {
    pub id: WebhookId,
    pub name: String,
    /// Failed attempts in a row, and since when.
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    /// Why Herald disabled it, where it did.
    pub disabled_reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedDelivery {
    pub row: DeliveryRow,
    /// The webhook's name.
    pub webhook: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub id: WebhookId,
    pub name: String,
    /// Each counted up to [`WAITING_COUNTED_MAX`](domain::limits::WAITING_COUNTED_MAX).
    pub pending: u32,
    pub held: u32,
    /// When the first is due.
    pub due_at: Option<Timestamp>,
    /// Until when the receiver is left alone, because its attempts have failed.
    pub paused_until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentEvent {
    pub id: EventId,
    pub event_type: EventType,
    pub username: String,
    pub happened_at: Timestamp,
    /// Of its deliveries to the organization's webhooks,
    pub told: u32,
    /// those that arrived.
    pub delivered: u32,
}

#[server(prefix = "/fn", endpoint = "start/read", client = Repeatable)]
pub async fn read_start(organization_id: OrganizationId) -> Result<Overview, Problem> {
    backend()?.start(organization_id).await
}
