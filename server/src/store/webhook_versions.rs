//! Two admins who edit a webhook at once: the second is told of the first, and overwrites nothing without knowing.

use domain::{Act, WebhookId};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use sqlx::FromRow;

use super::{Store, StoreError, group::Group, webhooks::Owner};

/// How many bytes of the hash make a version.
const VERSION_BYTES: usize = 16;

/// What a webhook's form shows, or stands for.
#[derive(FromRow)]
pub(super) struct Versioned {
    name: String,
    url: String,
    description: String,
    /// Sealed anew by every change of them.
    headers: Option<Vec<u8>>,
}

impl Versioned {
    pub(super) fn version(&self) -> String {
        let parts = [self.name.as_bytes(), self.url.as_bytes(), self.description.as_bytes()];
        version_of(parts, self.headers.as_deref())
    }
}

/// A part's length goes before it, so that no two lists of parts are hashed alike.
pub(super) fn version_of(parts: [&[u8]; 3], headers: Option<&[u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts.into_iter().chain([headers.unwrap_or_default()]) {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(VERSION_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// What somebody changed of a webhook.
pub struct WebhookUpdate {
    pub by: String,
    /// Names of what was changed, such as `url`.
    pub members: Vec<String>,
}

impl Store {
    /// The newest change of a webhook.
    ///
    /// # Errors
    /// When it could not be read in time.
    pub async fn last_webhook_update(
        &self,
        owner: impl Into<Owner>,
        webhook: WebhookId,
    ) -> Result<Option<WebhookUpdate>, StoreError> {
        let found: Option<(String, Option<String>)> = sqlx::query_as(
            "SELECT actor_name, changes FROM audit_log
             WHERE organization_id = ? AND type = ? AND target_id = ? AND outcome = 'success'
             ORDER BY seq DESC LIMIT 1",
        )
        .bind(owner.into().to_string())
        .bind(Act::UpdateWebhook.as_str())
        .bind(webhook.to_string())
        .fetch_optional(&mut *self.pages.reader().await?)
        .await?;
        Ok(found.map(|(by, changes)| WebhookUpdate { by, members: members(changes.as_deref()) }))
    }
}

fn members(changes: Option<&str>) -> Vec<String> {
    let changes: Option<Map<String, Value>> = changes.and_then(|json| serde_json::from_str(json).ok());
    changes.unwrap_or_default().into_iter().map(|(name, _)| name).collect()
}

/// # Errors
/// [`StoreError::Outrun`] when the webhook of this row is not of this version any more.
pub(super) async fn require_version(
    group: &mut Group<'_>,
    seq: i64,
    version: &str,
) -> Result<(), StoreError> {
    let sql = "SELECT name, url, description, headers FROM webhooks WHERE seq = ?";
    let now: Versioned = sqlx::query_as(sql).bind(seq).fetch_one(&mut *group.connection).await?;
    if now.version() == version { Ok(()) } else { Err(StoreError::Outrun) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_run_into_each_other() {
        let version = |name: &str, url: &str| version_of([name.as_bytes(), url.as_bytes(), b""], None);
        assert_eq!(version("a", "b").len(), 2 * VERSION_BYTES);
        assert_eq!(version("a", "b"), version("a", "b"));
        assert_ne!(version("ab", ""), version("a", "b"));
        assert_ne!(version_of([b"", b"", b""], Some(b"x")), version_of([b"", b"", b"x"], None));
    }

    #[test]
    fn what_was_changed_is_named() {
        assert_eq!(members(Some(r#"{"url":{"old":"a","new":"b"}}"#)), ["url"]);
        assert!(members(None).is_empty() && members(Some("[]")).is_empty());
    }
}
