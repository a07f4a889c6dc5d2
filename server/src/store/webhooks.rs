//! Webhooks and their secrets. Lists of them stand in `webhook_lists`, how they change in `webhook_changes`.

use std::fmt::{self, Display};

use api::webhooks::{Failing, WebhookView};
use domain::{
    CustomHeaders, Description, EventType, OrganizationId, Secret, Timestamp, Webhook, WebhookId,
    WebhookName, disabling_percent, fold_case,
};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    audit::ActedBy,
    last_attempts::LAST_ATTEMPTED,
    parsed, to_json,
    versions::webhook_version,
    webhook_changes::{ChangeWebhook, CreateWebhook, DeleteWebhooks},
};
use crate::vault::{Vault, VaultError};

/// Whose webhooks: an organization's own, or those that the platform's organization has for every organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub id: OrganizationId,
    pub platform: bool,
}

impl From<OrganizationId> for Owner {
    fn from(id: OrganizationId) -> Self {
        Self { id, platform: false }
    }
}

/// As its organization's id.
impl Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

/// A webhook to be. The URL has been checked by the guard.
pub struct NewWebhookRow {
    pub owner: Owner,
    pub event_type: EventType,
    pub name: WebhookName,
    pub url: String,
    pub description: Description,
    pub enabled: bool,
    pub headers: CustomHeaders,
    pub secret: Secret,
}

/// What is to be changed; `None` stays as it is.
#[derive(Default)]
pub struct WebhookChange {
    pub enabled: Option<bool>,
    pub name: Option<WebhookName>,
    pub url: Option<String>,
    pub description: Option<Description>,
    /// A value sets, `None` removes.
    pub headers: Vec<(String, Option<String>)>,
    /// Only if it is of this version still.
    pub version: Option<String>,
}

/// The columns of [`Row`] but for what waits, of `webhooks AS w`. When Herald disabled one is known from the audit log.
pub(super) const ROW: &str = "
    w.id, w.name, w.type AS event_type, w.url, w.description, w.enabled, w.disabled_reason,
    w.headers, w.failures, w.failing_since, w.created_at,
    CASE WHEN w.disabled_reason IS NOT NULL THEN
        (SELECT l.created_at FROM audit_log AS l INDEXED BY audit_log_of_type
         WHERE l.organization_id = w.organization_id AND l.type = 'webhook:disable' AND l.target_id = w.id
             AND l.actor_type = 'system'
         ORDER BY l.seq DESC LIMIT 1)
    END AS disabled_at";

/// What stands in a webhook's own row, and how much waits for it.
#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    name: String,
    event_type: String,
    url: String,
    description: String,
    enabled: bool,
    disabled_reason: Option<String>,
    disabled_at: Option<i64>,
    headers: Option<Vec<u8>>,
    failures: u32,
    failing_since: Option<i64>,
    created_at: i64,
    pub(super) pending: u32,
    pub(super) held: u32,
}

impl Row {
    pub(super) fn webhook(&self, vault: &Vault, organization: Owner) -> Result<Webhook, StoreError> {
        let id = parsed(&self.id)?;
        let headers = match &self.headers {
            Some(sealed) => open_headers(vault, organization, id, sealed)?,
            None => CustomHeaders::default(),
        };
        Ok(Webhook {
            id,
            name: self.name.clone(),
            event_type: parsed(&self.event_type)?,
            url: self.url.clone(),
            enabled: self.enabled,
            created_at: Timestamp::from_unix_ms(self.created_at),
            description: Some(self.description.clone()).filter(|text| !text.is_empty()),
            headers: headers.names(),
            disabled_reason: self.disabled_reason.clone(),
            disabled_at: self.disabled_at.map(Timestamp::from_unix_ms),
        })
    }

    pub(super) fn failing(&self, now: Timestamp) -> Option<Failing> {
        let since = Timestamp::from_unix_ms(self.failing_since?);
        let percent = disabling_percent(self.failures, Some(since), now);
        Some(Failing { attempts: self.failures, since, percent })
    }

    fn view(&self, vault: &Vault, organization: Owner, now: Timestamp) -> Result<WebhookView, StoreError> {
        Ok(WebhookView {
            webhook: self.webhook(vault, organization)?,
            pending: self.pending,
            held: self.held,
            failing: self.failing(now),
            paused_until: None,
            last_delivery: None,
            previous_until: None,
            version: webhook_version(&self.name, &self.url, &self.description, self.headers.as_deref())
                .into(),
        })
    }
}

#[derive(FromRow)]
struct ViewRow {
    #[sqlx(flatten)]
    row: Row,
    last_delivery: Option<String>,
    previous_until: Option<i64>,
}

impl Store {
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such webhook.
    pub async fn webhook(
        &self,
        organization: impl Into<Owner>,
        id: WebhookId,
    ) -> Result<WebhookView, StoreError> {
        let organization = organization.into();
        let row: Option<ViewRow> = sqlx::query_as(sqlx::AssertSqlSafe(webhook_sql()))
            .bind(id.to_string())
            .bind(organization.to_string())
            .bind(organization.platform)
            .fetch_optional(&mut *self.pages.reader().await?)
            .await?;
        let found = row.ok_or(StoreError::NotFound("webhook"))?;
        let view = found.row.view(&self.vault, organization, self.clock.steady_now())?;
        let now = self.clock.now();
        Ok(WebhookView {
            last_delivery: found.last_delivery.as_deref().map(parsed).transpose()?,
            previous_until: found.previous_until.map(Timestamp::from_unix_ms).filter(|until| *until > now),
            ..view
        })
    }

    /// The id of an organization's webhook by name, in any case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn webhook_named(
        &self,
        organization: impl Into<Owner>,
        name: &str,
    ) -> Result<WebhookId, StoreError> {
        let organization = organization.into();
        let id: Option<String> = sqlx::query_scalar(
            "SELECT id FROM webhooks
             WHERE organization_id = ? AND platform = ? AND name_key = ? AND deleted_at IS NULL",
        )
        .bind(organization.to_string())
        .bind(organization.platform)
        .bind(fold_case(name))
        .fetch_optional(&mut *self.pages.reader().await?)
        .await?;
        parsed(&id.ok_or(StoreError::NotFound("webhook"))?)
    }

    /// # Errors
    /// [`StoreError::Taken`] when the name is.
    pub async fn create_webhook(&self, new: NewWebhookRow, by: ActedBy) -> Result<WebhookView, StoreError> {
        self.writer.write(CreateWebhook { new, by, vault: self.vault.clone() }).await
    }

    /// Changes a webhook. Disabling it holds what is pending; enabling it leaves that held.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Taken`] when the new name is, or [`StoreError::Outrun`].
    pub async fn change_webhook(
        &self,
        organization: impl Into<Owner>,
        id: WebhookId,
        change: WebhookChange,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        let organization = organization.into();
        self.writer.write(ChangeWebhook { organization, id, change, by, vault: self.vault.clone() }).await
    }

    /// Deletes all of these webhooks or, when one is not the organization's, none. What is pending or held is cancelled.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_webhooks(
        &self,
        organization: impl Into<Owner>,
        mut ids: Vec<WebhookId>,
        by: ActedBy,
    ) -> Result<u32, StoreError> {
        let organization = organization.into();
        ids.sort_unstable();
        ids.dedup();
        self.writer.write(DeleteWebhooks { organization, ids, by }).await
    }
}

/// All that waits is counted, off the indexes of its states.
pub(super) fn webhook_sql() -> String {
    format!(
        "SELECT {ROW},
                (SELECT count(*) FROM deliveries INDEXED BY deliveries_due
                 WHERE state = 'pending' AND webhook_seq = w.seq) AS pending,
                (SELECT count(*) FROM deliveries INDEXED BY deliveries_held
                 WHERE state = 'held' AND webhook_seq = w.seq) AS held,
                (SELECT id FROM deliveries WHERE seq = {LAST_ATTEMPTED}) AS last_delivery,
                w.previous_until
         FROM webhooks AS w
         WHERE w.id = ? AND w.organization_id = ? AND w.platform = ? AND w.deleted_at IS NULL"
    )
}

pub(super) fn place(organization: impl Display, webhook: WebhookId) -> String {
    format!("{organization}/{webhook}/secret")
}

pub(super) fn previous_place(organization: impl Display, webhook: WebhookId) -> String {
    format!("{organization}/{webhook}/previous_secret")
}

pub(super) fn headers_place(organization: impl Display, webhook: WebhookId) -> String {
    format!("{organization}/{webhook}/headers")
}

pub(super) fn open_secret(vault: &Vault, place: &str, sealed: &[u8]) -> Result<Secret, StoreError> {
    let key = vault.open(place, sealed)?;
    Secret::from_bytes(&key).map_err(|_| VaultError::Sealed.into())
}

/// `None` for no headers.
pub(super) fn seal_headers(
    vault: &Vault,
    organization: impl Display,
    webhook: WebhookId,
    headers: &CustomHeaders,
) -> Result<Option<Vec<u8>>, StoreError> {
    if headers.is_empty() {
        return Ok(None);
    }
    Ok(Some(vault.seal(&headers_place(organization, webhook), to_json(headers.reveal()).as_bytes())?))
}

pub(super) fn open_headers(
    vault: &Vault,
    organization: impl Display,
    webhook: WebhookId,
    sealed: &[u8],
) -> Result<CustomHeaders, StoreError> {
    let json = vault.open(&headers_place(organization, webhook), sealed)?;
    let headers = serde_json::from_slice(&json).map_err(|_| VaultError::Sealed)?;
    Ok(CustomHeaders::from_stored(headers))
}
