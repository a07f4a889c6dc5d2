//! How webhooks change: creating, editing, disabling, deleting, and what that does to what waits for them.

use api::webhooks::WebhookView;
use async_trait::async_trait;
use domain::{Description, OrganizationId, Webhook, WebhookId, WebhookName};
use serde_json::json;

use super::{
    StoreError,
    outbox::Group,
    webhooks::{NewWebhookRow, WebhookChange, place},
    writer::Write,
};
use crate::vault::Vault;

pub(super) struct CreateWebhook {
    pub(super) new: NewWebhookRow,
    pub(super) vault: Vault,
}

#[async_trait]
impl Write for CreateWebhook {
    type Output = WebhookView;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<WebhookView, StoreError> {
        let new = &self.new;
        let id: WebhookId = group.new_id();
        let inserted = sqlx::query(
            "INSERT INTO webhooks (id, organization_id, name, name_key, type, url, description, enabled, secret, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (organization_id, platform, name_key) WHERE deleted_at IS NULL DO NOTHING",
        )
        .bind(id.to_string())
        .bind(new.organization_id.to_string())
        .bind(new.name.as_str())
        .bind(new.name.key())
        .bind(new.event_type.as_str())
        .bind(&new.url)
        .bind(new.description.as_str())
        .bind(new.enabled)
        .bind(self.vault.seal(&place(new.organization_id, id), new.secret.as_bytes())?)
        .bind(group.now.unix_ms())
        .execute(&mut *group.connection)
        .await?;
        if inserted.rows_affected() == 0 {
            return Err(name_taken(&new.name));
        }
        let webhook = Webhook {
            id,
            name: new.name.as_str().to_owned(),
            event_type: new.event_type,
            url: new.url.clone(),
            enabled: new.enabled,
            created_at: group.now,
            description: Some(new.description.as_str().to_owned()).filter(|text| !text.is_empty()),
        };
        Ok(WebhookView { webhook, pending: 0, held: 0, disabled_reason: None })
    }
}

fn name_taken(name: &WebhookName) -> StoreError {
    let detail = format!("There is a webhook named “{name}” already. Choose another name.");
    StoreError::Taken("name", detail)
}

pub(super) struct ChangeWebhook {
    pub(super) organization: OrganizationId,
    pub(super) id: WebhookId,
    pub(super) change: WebhookChange,
}

#[async_trait]
impl Write for ChangeWebhook {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let change = &self.change;
        if let Some(name) = &change.name {
            self.require_free(group, name).await?;
        }
        let changed = sqlx::query(
            "UPDATE webhooks SET enabled = coalesce(?1, enabled), name = coalesce(?2, name),
                    name_key = coalesce(?3, name_key), url = coalesce(?4, url), description = coalesce(?5, description),
                    disabled_reason = CASE WHEN coalesce(?1, enabled) = 1 THEN NULL ELSE disabled_reason END
             WHERE id = ?6 AND organization_id = ?7 AND platform = 0 AND deleted_at IS NULL",
        )
        .bind(change.enabled)
        .bind(change.name.as_ref().map(WebhookName::as_str))
        .bind(change.name.as_ref().map(WebhookName::key))
        .bind(change.url.as_deref())
        .bind(change.description.as_ref().map(Description::as_str))
        .bind(self.id.to_string())
        .bind(self.organization.to_string())
        .execute(&mut *group.connection)
        .await?;
        if changed.rows_affected() == 0 {
            return Err(StoreError::NotFound("webhook"));
        }
        if change.enabled == Some(false) {
            hold_pending(group, &[self.id]).await?;
        }
        group.wake();
        Ok(())
    }
}

impl ChangeWebhook {
    async fn require_free(&self, group: &mut Group<'_>, name: &WebhookName) -> Result<(), StoreError> {
        let taken: i64 = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM webhooks
                            WHERE organization_id = ? AND platform = 0 AND name_key = ? AND deleted_at IS NULL AND id <> ?)",
        )
        .bind(self.organization.to_string())
        .bind(name.key())
        .bind(self.id.to_string())
        .fetch_one(&mut *group.connection)
        .await?;
        if taken == 1 { Err(name_taken(name)) } else { Ok(()) }
    }
}

/// What waits for a webhook that was disabled is held, so that nobody is sent what they have turned off.
pub(super) async fn hold_pending(group: &mut Group<'_>, webhooks: &[WebhookId]) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE deliveries SET state = 'held', due_at = NULL
         WHERE state = 'pending' AND webhook_id IN (SELECT value FROM json_each(?))",
    )
    .bind(json!(webhooks).to_string())
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}

pub(super) struct DeleteWebhooks {
    pub(super) organization: OrganizationId,
    pub(super) ids: Vec<WebhookId>,
}

#[async_trait]
impl Write for DeleteWebhooks {
    type Output = u32;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<u32, StoreError> {
        let ids = json!(self.ids).to_string();
        let deleted = sqlx::query(
            "UPDATE webhooks SET deleted_at = ?1
             WHERE id IN (SELECT value FROM json_each(?2))
               AND organization_id = ?3 AND platform = 0 AND deleted_at IS NULL",
        )
        .bind(group.now.unix_ms())
        .bind(&ids)
        .bind(self.organization.to_string())
        .execute(&mut *group.connection)
        .await?
        .rows_affected();
        if deleted != self.ids.len() as u64 {
            return Err(StoreError::NotFound("webhook"));
        }
        sqlx::query(
            "UPDATE deliveries SET state = 'cancelled', due_at = NULL
             WHERE state IN ('pending', 'held') AND webhook_id IN (SELECT value FROM json_each(?))",
        )
        .bind(&ids)
        .execute(&mut *group.connection)
        .await?;
        Ok(u32::try_from(deleted).unwrap_or(u32::MAX))
    }
}
