//! Webhooks in lists: all of an organization's, or a page of those that match.

use api::webhooks::{WebhookPage, WebhookRow};
use domain::{
    Timestamp, Webhook, WebhookFilter, WebhookId, WebhookState,
    limits::{PAGE_ROWS, WAITING_COUNTED_MAX},
};
use serde_json::json;
use sqlx::FromRow;

use super::{
    Store, StoreError,
    last_attempts::{LAST_ATTEMPTED, last_attempt},
    parsed,
    webhooks::{Owner, ROW, Row},
};
use crate::vault::Vault;

/// What a filter looks at. Nothing is counted for it.
#[derive(FromRow)]
struct Candidate {
    seq: i64,
    id: String,
    name: String,
    event_type: String,
    url: String,
    description: String,
    enabled: bool,
    failing: bool,
    disabled_by_herald: bool,
}

impl Candidate {
    fn matches(&self, filter: &WebhookFilter) -> Result<bool, StoreError> {
        let webhook = Webhook {
            id: parsed(&self.id)?,
            name: self.name.clone(),
            event_type: parsed(&self.event_type)?,
            url: self.url.clone(),
            enabled: self.enabled,
            created_at: Timestamp::from_unix_ms(0),
            description: Some(self.description.clone()),
            headers: Vec::new(),
            disabled_reason: None,
            disabled_at: None,
        };
        let state = WebhookState::of(self.enabled, self.failing, self.disabled_by_herald);
        Ok(filter.matches(&webhook, state))
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

impl ListRow {
    fn open(self, vault: &Vault, owner: Owner, now: Timestamp) -> Result<WebhookRow, StoreError> {
        let webhook = self.row.webhook(vault, owner)?;
        let failing = self.row.failing(now);
        Ok(WebhookRow {
            state: WebhookState::of(webhook.enabled, failing.is_some(), webhook.disabled_reason.is_some()),
            webhook,
            last: last_attempt(self.last_at, self.last_status, self.last_error_class.as_deref())?,
            pending: self.row.pending,
            held: self.row.held,
            activity: Vec::new(),
        })
    }
}

impl Store {
    /// The owner's webhooks by name, each with how its newest attempt ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhooks(&self, owner: impl Into<Owner>) -> Result<Vec<WebhookRow>, StoreError> {
        self.webhook_rows(owner.into(), None).await
    }

    /// A page of those that match, by name. `page` counts from 1; one behind the last is the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhook_page(
        &self,
        owner: impl Into<Owner>,
        filter: &WebhookFilter,
        page: u32,
    ) -> Result<WebhookPage, StoreError> {
        let owner = owner.into();
        let all = self.candidates(owner).await?;
        let mut matching = Vec::new();
        for candidate in &all {
            if candidate.matches(filter)? {
                matching.push(candidate.seq);
            }
        }
        let pages = matching.len().div_ceil(PAGE_ROWS).max(1);
        let page = usize::try_from(page).unwrap_or(pages).clamp(1, pages);
        let shown = matching.chunks(PAGE_ROWS).nth(page - 1).unwrap_or_default();
        Ok(WebhookPage {
            webhooks: self.webhook_rows(owner, Some(shown)).await?,
            total: count(all.len()),
            matching: count(matching.len()),
            page: count(page),
            pages: count(pages),
        })
    }

    /// Since when the oldest delivery waits that is pending for a webhook.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the owner has no such webhook.
    pub async fn oldest_pending(
        &self,
        owner: impl Into<Owner>,
        id: WebhookId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let owner = owner.into();
        // Said which index: by the one of all deliveries it would go through the whole history first.
        let found: Option<Option<i64>> = sqlx::query_scalar(
            "SELECT (SELECT created_at FROM deliveries
                     WHERE seq = (SELECT min(seq) FROM deliveries INDEXED BY deliveries_due
                                  WHERE webhook_seq = w.seq AND state = 'pending'))
             FROM webhooks AS w
             WHERE w.id = ? AND w.organization_id = ? AND w.platform = ? AND w.deleted_at IS NULL",
        )
        .bind(id.to_string())
        .bind(owner.to_string())
        .bind(owner.platform)
        .fetch_optional(&mut *self.pages.reader().await?)
        .await?;
        Ok(found.ok_or(StoreError::NotFound("webhook"))?.map(Timestamp::from_unix_ms))
    }

    /// In the order of their names.
    async fn candidates(&self, owner: Owner) -> Result<Vec<Candidate>, StoreError> {
        let found = sqlx::query_as(
            "SELECT seq, id, name, type AS event_type, url, description, enabled,
                    failing_since IS NOT NULL AS failing, disabled_reason IS NOT NULL AS disabled_by_herald
             FROM webhooks
             WHERE organization_id = ? AND platform = ? AND deleted_at IS NULL
             ORDER BY name_key",
        )
        .bind(owner.to_string())
        .bind(owner.platform)
        .fetch_all(&mut *self.pages.reader().await?)
        .await?;
        Ok(found)
    }

    /// All, or only these.
    async fn webhook_rows(&self, owner: Owner, only: Option<&[i64]>) -> Result<Vec<WebhookRow>, StoreError> {
        let rows: Vec<ListRow> = sqlx::query_as(sqlx::AssertSqlSafe(rows_sql()))
            .bind(owner.to_string())
            .bind(owner.platform)
            .bind(only.map(|only| json!(only).to_string()))
            .bind(WAITING_COUNTED_MAX)
            .fetch_all(&mut *self.pages.reader().await?)
            .await?;
        let now = self.clock.steady_now();
        rows.into_iter().map(|row| row.open(&self.vault, owner, now)).collect()
    }
}

/// What waits is counted up to the fourth value.
pub(super) fn rows_sql() -> String {
    format!(
        "SELECT {ROW},
                (SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_due
                                       WHERE state = 'pending' AND webhook_seq = w.seq LIMIT ?4)) AS pending,
                (SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_held
                                       WHERE state = 'held' AND webhook_seq = w.seq LIMIT ?4)) AS held,
                a.started_at AS last_at, a.status AS last_status, a.error_class AS last_error_class
         FROM webhooks AS w
         LEFT JOIN deliveries AS d ON d.seq = {LAST_ATTEMPTED}
         LEFT JOIN attempts AS a ON a.delivery_seq = d.seq AND a.number = d.attempts
         WHERE w.organization_id = ?1 AND w.platform = ?2 AND w.deleted_at IS NULL
           AND (?3 IS NULL OR w.seq IN (SELECT value FROM json_each(?3)))
         ORDER BY w.name_key"
    )
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
