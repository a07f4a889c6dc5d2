//! Deliveries of a webhook.

use domain::{Delivery, OrganizationId, WebhookId};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::backend;
use crate::{Problem, webhooks::LastAttempt};

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

/// One page, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryPage {
    pub deliveries: Vec<DeliveryRow>,
    /// Where the next page begins, when there is one.
    pub next_cursor: Option<String>,
}

#[server(prefix = "/fn", endpoint = "deliveries/list")]
pub async fn list_deliveries(
    organization_id: OrganizationId,
    webhook_id: WebhookId,
    cursor: Option<String>,
) -> Result<DeliveryPage, Problem> {
    backend()?.deliveries(organization_id, webhook_id, cursor).await
}
