//! Webhooks and their secrets.

use api::webhooks::{LastAttempt, WebhookRow, WebhookView};
use async_trait::async_trait;
use domain::{
    Description, EventType, OrganizationId, Secret, Timestamp, Webhook, WebhookId, WebhookName, fold_case,
};
use serde_json::json;
use sqlx::FromRow;

use super::{Store, StoreError, outbox::Group, parsed, writer::Write};
use crate::vault::{Vault, VaultError};

/// A webhook to be. The URL has been checked by the guard.
pub struct NewWebhookRow {
    pub organization_id: OrganizationId,
    pub event_type: EventType,
    pub name: WebhookName,
    pub url: String,
    pub description: Description,
    pub enabled: bool,
    pub secret: Secret,
}

/// What is to be changed; `None` stays as it is.
#[derive(Default)]
pub struct WebhookChange {
    pub enabled: Option<bool>,
    pub name: Option<WebhookName>,
    pub url: Option<String>,
    pub description: Option<Description>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    event_type: String,
    url: String,
    description: String,
    enabled: bool,
    disabled_reason: Option<String>,
    created_at: i64,
    pending: u32,
    held: u32,
}

impl Row {
    fn webhook(&self) -> Result<Webhook, StoreError> {
        Ok(Webhook {
            id: parsed(&self.id)?,
            name: self.name.clone(),
            event_type: parsed(&self.event_type)?,
            url: self.url.clone(),
            enabled: self.enabled,
            created_at: Timestamp::from_unix_ms(self.created_at),
            description: Some(self.description.clone()).filter(|text| !text.is_empty()),
        })
    }

    fn view(&self) -> Result<WebhookView, StoreError> {
        Ok(WebhookView {
            webhook: self.webhook()?,
            pending: self.pending,
            held: self.held,
            disabled_reason: self.disabled_reason.clone(),
        })
    }
}

#[derive(FromRow)]
struct ListRow {
    #[sqlx(flatten)]
    row: Row,
    last_at: Option<i64>,
    last_status: Option<u16>,
    last_error_class: Option<String>,
}

/// How an attempt ended, in the few words of a table's cell.
pub(super) fn last_attempt(
    at: Option<i64>,
    status: Option<u16>,
    error_class: Option<&str>,
) -> Result<Option<LastAttempt>, StoreError> {
    let Some(at) = at else {
        return Ok(None);
    };
    let class: Option<domain::ErrorClass> = error_class.map(parsed).transpose()?;
    let summary = match (status, class) {
        (Some(status), _) => status.to_string(),
        (None, Some(class)) => class.describe().to_owned(),
        (None, None) => "No answer".to_owned(),
    };
    Ok(Some(LastAttempt { at: Timestamp::from_unix_ms(at), succeeded: class.is_none(), summary }))
}

impl Store {
    /// The organization's webhooks by name, each with how its newest attempt ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhooks(&self, organization: OrganizationId) -> Result<Vec<WebhookRow>, StoreError> {
        let rows: Vec<ListRow> = sqlx::query_as(
            "SELECT w.id, w.name, w.type AS event_type, w.url, w.description, w.enabled, w.disabled_reason, w.created_at,
                    (SELECT count(*) FROM deliveries AS d WHERE d.webhook_id = w.id AND d.state = 'pending') AS pending,
                    (SELECT count(*) FROM deliveries AS d WHERE d.webhook_id = w.id AND d.state = 'held') AS held,
                    a.started_at AS last_at, a.status AS last_status, a.error_class AS last_error_class
             FROM webhooks AS w
             LEFT JOIN deliveries AS d ON d.seq = (SELECT max(seq) FROM deliveries
                                                   WHERE webhook_id = w.id AND attempts > 0)
             LEFT JOIN attempts AS a ON a.delivery_seq = d.seq AND a.number = d.attempts
             WHERE w.organization_id = ? AND w.platform = 0 AND w.deleted_at IS NULL
             ORDER BY w.name_key",
        )
        .bind(organization.to_string())
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|found| {
                let last = last_attempt(found.last_at, found.last_status, found.last_error_class.as_deref())?;
                let (pending, held) = (found.row.pending, found.row.held);
                Ok(WebhookRow { webhook: found.row.webhook()?, last, pending, held })
            })
            .collect()
    }

    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such webhook.
    pub async fn webhook(
        &self,
        organization: OrganizationId,
        id: WebhookId,
    ) -> Result<WebhookView, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT w.id, w.name, w.type AS event_type, w.url, w.description, w.enabled, w.disabled_reason, w.created_at,
                    (SELECT count(*) FROM deliveries AS d WHERE d.webhook_id = w.id AND d.state = 'pending') AS pending,
                    (SELECT count(*) FROM deliveries AS d WHERE d.webhook_id = w.id AND d.state = 'held') AS held
             FROM webhooks AS w
             WHERE w.id = ? AND w.organization_id = ? AND w.platform = 0 AND w.deleted_at IS NULL",
        )
        .bind(id.to_string())
        .bind(organization.to_string())
        .fetch_optional(&self.readers)
        .await?;
        row.ok_or(StoreError::NotFound("webhook"))?.view()
    }

    /// The id of an organization's webhook by name, in any case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn webhook_named(
        &self,
        organization: OrganizationId,
        name: &str,
    ) -> Result<WebhookId, StoreError> {
        let id: Option<String> = sqlx::query_scalar(
            "SELECT id FROM webhooks
             WHERE organization_id = ? AND platform = 0 AND name_key = ? AND deleted_at IS NULL",
        )
        .bind(organization.to_string())
        .bind(fold_case(name))
        .fetch_optional(&self.readers)
        .await?;
        parsed(&id.ok_or(StoreError::NotFound("webhook"))?)
    }

    /// # Errors
    /// [`StoreError::Taken`] when the name is.
    pub async fn create_webhook(&self, new: NewWebhookRow) -> Result<WebhookView, StoreError> {
        self.writer.write(CreateWebhook { new, vault: self.vault.clone() }).await
    }

    /// Changes a webhook. Disabling it holds what is pending; enabling it leaves that held.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Taken`] when the new name is.
    pub async fn change_webhook(
        &self,
        organization: OrganizationId,
        id: WebhookId,
        change: WebhookChange,
    ) -> Result<(), StoreError> {
        self.writer.write(ChangeWebhook { organization, id, change }).await
    }

    /// Deletes all of these webhooks or, when one is not the organization's, none. What is pending or held is cancelled.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_webhooks(
        &self,
        organization: OrganizationId,
        mut ids: Vec<WebhookId>,
    ) -> Result<u32, StoreError> {
        ids.sort_unstable();
        ids.dedup();
        self.writer.write(DeleteWebhooks { organization, ids }).await
    }

    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Vault`] when the secret does not open.
    pub async fn webhook_secret(
        &self,
        organization: OrganizationId,
        id: WebhookId,
    ) -> Result<Secret, StoreError> {
        let sealed: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT secret FROM webhooks
             WHERE id = ? AND organization_id = ? AND platform = 0 AND deleted_at IS NULL",
        )
        .bind(id.to_string())
        .bind(organization.to_string())
        .fetch_optional(&self.readers)
        .await?;
        open_secret(&self.vault, organization, id, &sealed.ok_or(StoreError::NotFound("webhook"))?)
    }
}

fn place(organization: OrganizationId, webhook: WebhookId) -> String {
    format!("{organization}/{webhook}/secret")
}

pub(super) fn open_secret(
    vault: &Vault,
    organization: OrganizationId,
    webhook: WebhookId,
    sealed: &[u8],
) -> Result<Secret, StoreError> {
    let key = vault.open(&place(organization, webhook), sealed)?;
    Secret::from_bytes(&key).map_err(|_| VaultError::Sealed.into())
}

struct CreateWebhook {
    new: NewWebhookRow,
    vault: Vault,
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

struct ChangeWebhook {
    organization: OrganizationId,
    id: WebhookId,
    change: WebhookChange,
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

struct DeleteWebhooks {
    organization: OrganizationId,
    ids: Vec<WebhookId>,
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
