//! How webhooks change: creating, editing, disabling, deleting, and what that does to what waits for them.

use api::webhooks::WebhookView;
use async_trait::async_trait;
use domain::{Act, CustomHeaders, Description, MASKED, Webhook, WebhookId, WebhookName};
use serde_json::json;
use sqlx::FromRow;

use super::{
    Change, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target, shown_url},
    group::Group,
    job_steps::{begin_own, begin_own_of_all},
    jobs::JobAction,
    parsed,
    versions::require_version,
    webhooks::{NewWebhookRow, Owner, WebhookChange, open_headers, place, seal_headers},
    writer::Write,
};
use crate::vault::Vault;

pub(super) struct CreateWebhook {
    pub(super) new: NewWebhookRow,
    pub(super) by: ActedBy,
    pub(super) vault: Vault,
}

#[async_trait]
impl Write for CreateWebhook {
    type Output = WebhookView;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<WebhookView, StoreError> {
        let new = &self.new;
        let id: WebhookId = group.new_id();
        let inserted = sqlx::query(
            "INSERT INTO webhooks (id, organization_id, platform, name, name_key, type, url, description, enabled,
                                   secret, headers, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (organization_id, platform, name_key) WHERE deleted_at IS NULL DO NOTHING",
        )
        .bind(id.to_string())
        .bind(new.owner.id.to_string())
        .bind(new.owner.platform)
        .bind(new.name.as_str())
        .bind(new.name.key())
        .bind(new.event_type.as_str())
        .bind(&new.url)
        .bind(new.description.as_str())
        .bind(new.enabled)
        .bind(self.vault.seal(&place(new.owner.id, id), new.secret.as_bytes())?)
        .bind(seal_headers(&self.vault, new.owner.id, id, &new.headers)?)
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
            headers: new.headers.names(),
            disabled_reason: None,
            disabled_at: None,
        };
        let changes = Changes::default()
            .set("type", new.event_type.as_str())
            .set("url", shown_url(&new.url))
            .set("enabled", new.enabled)
            .set("headers", json!(webhook.headers));
        let entry = AuditEntry::new(
            new.owner.id,
            Act::CreateWebhook,
            &self.by,
            Target::webhook(id, new.name.as_str()),
        );
        group.audit(entry.with(changes));
        Ok(WebhookView {
            webhook,
            pending: 0,
            held: 0,
            failing: None,
            paused_until: None,
            last_delivery: None,
            previous_until: None,
            version: String::new(),
        })
    }
}

fn name_taken(name: &WebhookName) -> StoreError {
    let detail = format!("There is a webhook named “{name}” already. Choose another name.");
    StoreError::Taken("name", detail)
}

pub(super) struct ChangeWebhook {
    pub(super) organization: Owner,
    pub(super) id: WebhookId,
    pub(super) change: WebhookChange,
    pub(super) by: ActedBy,
    pub(super) vault: Vault,
}

#[async_trait]
impl Write for ChangeWebhook {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let seq = webhook_seq(group, self.organization, self.id).await?;
        require_version(group, seq, self.change.version.as_deref()).await?;
        let before = Shown::read(group, seq).await?;
        let change = &self.change;
        if let Some(name) = &change.name {
            self.require_free(group, name).await?;
        }
        // Enabling is a new beginning, and so is another URL: what failed before does not count towards being disabled.
        sqlx::query(
            "UPDATE webhooks SET enabled = coalesce(?1, enabled), name = coalesce(?2, name),
                    name_key = coalesce(?3, name_key), url = coalesce(?4, url), description = coalesce(?5, description),
                    disabled_reason = CASE WHEN coalesce(?1, enabled) = 1 THEN NULL ELSE disabled_reason END,
                    failures = CASE WHEN (?1 = 1 AND enabled = 0) OR ?4 <> url THEN 0 ELSE failures END,
                    failing_since = CASE WHEN (?1 = 1 AND enabled = 0) OR ?4 <> url THEN NULL ELSE failing_since END
             WHERE seq = ?6",
        )
        .bind(change.enabled)
        .bind(change.name.as_ref().map(WebhookName::as_str))
        .bind(change.name.as_ref().map(WebhookName::key))
        .bind(change.url.as_deref())
        .bind(change.description.as_ref().map(Description::as_str))
        .bind(seq)
        .execute(&mut *group.connection)
        .await?;
        if !change.headers.is_empty() {
            self.change_headers(group, seq).await?;
        }
        if change.enabled == Some(false) {
            hold_pending(group, seq).await?;
        }
        let after = Shown::read(group, seq).await?;
        // What says only what is so already must not end a pause.
        let anew = (after.enabled && !before.enabled) || after.url != before.url;
        group.webhook_changed(seq, if anew { Change::Anew } else { Change::Row });
        self.note(group, &before, &after);
        Ok(())
    }
}

/// What the audit log compares.
#[derive(FromRow)]
struct Shown {
    name: String,
    url: String,
    description: String,
    enabled: bool,
}

impl Shown {
    async fn read(group: &mut Group<'_>, seq: i64) -> Result<Self, StoreError> {
        let sql = "SELECT name, url, description, enabled FROM webhooks WHERE seq = ?";
        Ok(sqlx::query_as(sql).bind(seq).fetch_one(&mut *group.connection).await?)
    }
}

impl ChangeWebhook {
    /// Enabling and disabling are acts of their own; whatever else changed with them is another entry.
    fn note(&self, group: &mut Group<'_>, before: &Shown, after: &Shown) {
        let mut note = |act, changes: Changes| {
            if !changes.is_empty() {
                let target = Target::webhook(self.id, &after.name);
                group.audit(AuditEntry::new(self.organization.id, act, &self.by, target).with(changes));
            }
        };
        // Values of headers are secrets, and so is whether one is the same as before.
        let headers: Vec<&str> = self.change.headers.iter().map(|(name, _)| name.as_str()).collect();
        let set_headers = if headers.is_empty() {
            Changes::default()
        } else {
            Changes::default().change("headers", json!(headers), MASKED)
        };
        let edited = set_headers
            .change("name", before.name.as_str(), after.name.as_str())
            .change("description", before.description.as_str(), after.description.as_str())
            .change_url(&before.url, &after.url);
        note(Act::UpdateWebhook, edited);
        let act = if after.enabled { Act::EnableWebhook } else { Act::DisableWebhook };
        note(act, Changes::default().change("enabled", before.enabled, after.enabled));
    }

    async fn require_free(&self, group: &mut Group<'_>, name: &WebhookName) -> Result<(), StoreError> {
        let taken: i64 = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM webhooks
                            WHERE organization_id = ? AND platform = ? AND name_key = ? AND deleted_at IS NULL AND id <> ?)",
        )
        .bind(self.organization.to_string())
        .bind(self.organization.platform)
        .bind(name.key())
        .bind(self.id.to_string())
        .fetch_one(&mut *group.connection)
        .await?;
        if taken == 1 { Err(name_taken(name)) } else { Ok(()) }
    }

    async fn change_headers(&self, group: &mut Group<'_>, seq: i64) -> Result<(), StoreError> {
        let sealed: Option<Vec<u8>> = sqlx::query_scalar("SELECT headers FROM webhooks WHERE seq = ?")
            .bind(seq)
            .fetch_one(&mut *group.connection)
            .await?;
        let known = match sealed {
            Some(sealed) => open_headers(&self.vault, self.organization, self.id, &sealed)?,
            None => CustomHeaders::default(),
        };
        let changed = known.with(self.change.headers.clone()).map_err(StoreError::Invalid)?;
        sqlx::query("UPDATE webhooks SET headers = ? WHERE seq = ?")
            .bind(seal_headers(&self.vault, self.organization, self.id, &changed)?)
            .bind(seq)
            .execute(&mut *group.connection)
            .await?;
        Ok(())
    }
}

/// The row of an organization's webhook that was not deleted.
pub(super) async fn webhook_seq(
    group: &mut Group<'_>,
    organization: Owner,
    id: WebhookId,
) -> Result<i64, StoreError> {
    let seq: Option<i64> = sqlx::query_scalar(
        "SELECT seq FROM webhooks WHERE id = ? AND organization_id = ? AND platform = ? AND deleted_at IS NULL",
    )
    .bind(id.to_string())
    .bind(organization.to_string())
    .bind(organization.platform)
    .fetch_optional(&mut *group.connection)
    .await?;
    seq.ok_or(StoreError::NotFound("webhook"))
}

/// What waits for a webhook that was disabled is held, so that nobody is sent what they have turned off.
pub(super) async fn hold_pending(group: &mut Group<'_>, webhook: i64) -> Result<(), StoreError> {
    begin_own(group, webhook, JobAction::Hold).await
}

pub(super) struct DeleteWebhooks {
    pub(super) organization: Owner,
    pub(super) ids: Vec<WebhookId>,
    pub(super) by: ActedBy,
}

#[async_trait]
impl Write for DeleteWebhooks {
    type Output = u32;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<u32, StoreError> {
        let rows: Vec<(i64, String, String)> = sqlx::query_as(
            "UPDATE webhooks SET deleted_at = ?1
             WHERE id IN (SELECT value FROM json_each(?2))
               AND organization_id = ?3 AND platform = ?4 AND deleted_at IS NULL
             RETURNING seq, id, name",
        )
        .bind(group.now.unix_ms())
        .bind(json!(self.ids).to_string())
        .bind(self.organization.to_string())
        .bind(self.organization.platform)
        .fetch_all(&mut *group.connection)
        .await?;
        if rows.len() != self.ids.len() {
            return Err(StoreError::NotFound("webhook"));
        }
        for (_, id, name) in &rows {
            let target = Target::webhook(parsed(id)?, name);
            group.audit(AuditEntry::new(self.organization.id, Act::DeleteWebhook, &self.by, target));
        }
        let deleted: Vec<i64> = rows.iter().map(|(seq, ..)| *seq).collect();
        // Until the jobs are done nothing is sent all the same: the engine loads nothing for a webhook that was deleted.
        begin_own_of_all(group, &deleted, JobAction::Cancel).await?;
        deleted.iter().for_each(|seq| group.webhook_changed(*seq, Change::Row));
        Ok(u32::try_from(deleted.len()).unwrap_or(u32::MAX))
    }
}
