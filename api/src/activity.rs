//! What became of a webhook's attempts over time.

use domain::{ActivityRange, Bucket, Scope, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::backend;
use crate::{Problem, transport::Repeatable};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookActivity {
    /// All of the range, the oldest first. Test sends do not count.
    pub buckets: Vec<Bucket>,
    /// Since when the oldest delivery waits that is pending.
    pub oldest_pending: Option<Timestamp>,
}

#[server(prefix = "/fn", endpoint = "webhooks/activity", client = Repeatable)]
pub async fn read_activity(
    scope: Scope,
    webhook_id: WebhookId,
    #[server(default)] range: ActivityRange,
) -> Result<WebhookActivity, Problem> {
    backend()?.activity(scope, webhook_id, range).await
}
