//! Finding an event: who was told of it, and who was not and why.

use domain::{Delivery, DeliveryId, EventId, EventType, OrganizationId, Scope, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::backend;
use crate::{Problem, deliveries::WebhookState, transport::Repeatable};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Found {
    /// It is a delivery's id: what receivers see as `webhook-id`.
    Delivery(Scope, DeliveryId),
    /// It is a webhook's id.
    Webhook(Scope, WebhookId),
    Events(EventsFound),
}

/// One page, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventsFound {
    pub events: Vec<FoundEvent>,
    /// Where the next page begins, when there is one.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundEvent {
    pub id: EventId,
    pub event_type: EventType,
    pub happened_at: Timestamp,
    pub username: String,
    pub email: String,
    /// Webhooks that were told, or are to be. At most [`TOLD_SHOWN_MAX`](domain::limits::TOLD_SHOWN_MAX).
    pub told: Vec<Told>,
    /// How many were.
    pub told_count: u32,
    /// Webhooks that were not.
    pub untold: Vec<Untold>,
}

/// A webhook that matched, and what became of its delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub name: String,
    pub state: WebhookState,
    /// Fires for every organization.
    pub platform: bool,
    pub delivery: Delivery,
    /// What its newest attempt was answered, in a few words.
    pub last: Option<String>,
    /// Since when the webhook is disabled, where it is and that is known.
    pub disabled_since: Option<Timestamp>,
    /// Until when the receiver is left alone, because its attempts have failed.
    pub paused_until: Option<Timestamp>,
}

/// A webhook that did not match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    pub id: WebhookId,
    pub name: String,
    pub state: WebhookState,
    pub platform: bool,
    pub why: Why,
}

/// Why a webhook was not told of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    OtherType(EventType),
    /// It was made then, after the event.
    MadeLater(Timestamp),
    /// It was deleted then, before the event.
    DeletedBefore(Timestamp),
    /// What is stored does not say.
    Unknown,
}

/// Finds events of an organization by a user name, an e-mail or an id, each whole and in any case.
#[server(prefix = "/fn", endpoint = "events/find", client = Repeatable)]
pub async fn find_events(
    organization_id: OrganizationId,
    text: String,
    #[server(default)] cursor: Option<String>,
) -> Result<Found, Problem> {
    backend()?.find_events(organization_id, text, cursor).await
}
