//! The audit log: who did what to what. Append-only.

use domain::{Id, OrganizationId, UserId, WebhookId};
use serde_json::json;

use super::{StoreError, group::Group, to_json};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    User {
        id: UserId,
        username: String,
    },
    /// Herald itself.
    System,
}

/// Something that was done to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AuditEntry {
    pub(super) organization_id: OrganizationId,
    /// `subject:action`
    pub(super) event: &'static str,
    pub(super) actor: Actor,
    pub(super) webhook_id: WebhookId,
    pub(super) webhook_name: String,
    pub(super) detail: Option<String>,
}

pub(super) async fn insert(group: &mut Group<'_>, entries: &[AuditEntry]) -> Result<(), StoreError> {
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            let id: Id<()> = group.new_id();
            let (actor_type, actor_id, actor_name) = match &entry.actor {
                Actor::User { id, username } => ("user", Some(*id), username.as_str()),
                Actor::System => ("system", None, "Herald"),
            };
            json!([
                id,
                entry.organization_id,
                entry.event,
                actor_type,
                actor_id,
                actor_name,
                entry.webhook_id,
                entry.webhook_name,
                entry.detail,
                group.now.unix_ms(),
            ])
        })
        .collect();
    sqlx::query(
        "INSERT INTO audit_log (id, organization_id, type, actor_type, actor_id, actor_name, target_type, target_id,
                                target_name, outcome, detail, created_at)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, 'webhook', value ->> 6,
                value ->> 7, 'success', value ->> 8, value ->> 9
         FROM json_each(?)",
    )
    .bind(to_json(&rows))
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}
