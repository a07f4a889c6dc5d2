//! Deliveries and their attempts, as they are shown. What the engine asks stands in `lanes`.

use api::deliveries::{DeliveryPage, DeliveryRow};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    Attempt, Delivery, DeliveryDetail, DeliveryId, DeliveryState, EventType, Exchange, OrganizationId,
    Timestamp, WebhookId, delivery_body,
};
use sqlx::FromRow;

use super::{Store, StoreError, parsed, webhooks::last_attempt};
use crate::vault::Vault;

/// Which of a webhook's deliveries are asked for.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    pub state: Option<DeliveryState>,
    pub event_type: Option<EventType>,
    /// Made from then on.
    pub from: Option<Timestamp>,
    /// Made before then.
    pub to: Option<Timestamp>,
}

impl Store {
    /// A page of a webhook's deliveries, newest first. `cursor` is what the page before answered.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such webhook; [`StoreError::Cursor`] for one that Herald
    /// did not give out for this webhook.
    pub async fn deliveries(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        filter: &DeliveryFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<DeliveryPage, StoreError> {
        let before = cursor.map(|cursor| open_cursor(&self.vault, webhook, cursor)).transpose()?;
        let seq: Option<i64> = sqlx::query_scalar(
            "SELECT seq FROM webhooks WHERE id = ? AND organization_id = ? AND platform = 0 AND deleted_at IS NULL",
        )
        .bind(webhook.to_string())
        .bind(organization.to_string())
        .fetch_optional(&self.readers)
        .await?;
        let rows: Vec<PageRow> = sqlx::query_as(sqlx::AssertSqlSafe(page_sql(filter)))
            .bind(seq.ok_or(StoreError::NotFound("webhook"))?)
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::try_from(limit + 1).unwrap_or(i64::MAX))
            .bind(filter.from.map_or(i64::MIN, Timestamp::unix_ms))
            .bind(filter.to.map_or(i64::MAX, Timestamp::unix_ms))
            .fetch_all(&self.readers)
            .await?;
        page(&self.vault, webhook, rows, limit)
    }

    /// A delivery with its attempts.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such delivery.
    pub async fn delivery(
        &self,
        organization: OrganizationId,
        id: DeliveryId,
    ) -> Result<DeliveryDetail, StoreError> {
        let row: Option<DetailRow> = sqlx::query_as(
            "SELECT d.seq, d.id, e.id AS event_id, e.type AS event_type, w.id AS webhook_id, d.state, d.test, d.attempts,
                    d.due_at, d.created_at, d.delivered_at, d.head, e.payload, e.sequence, e.happened_at
             FROM deliveries AS d JOIN events AS e ON e.seq = d.event_seq JOIN webhooks AS w ON w.seq = d.webhook_seq
             WHERE d.id = ? AND w.organization_id = ? AND w.platform = 0",
        )
        .bind(id.to_string())
        .bind(organization.to_string())
        .fetch_optional(&self.readers)
        .await?;
        let row = row.ok_or(StoreError::NotFound("delivery"))?;
        let attempts: Vec<AttemptRow> = sqlx::query_as(
            "SELECT number, trigger, started_at, duration_ms, url, signature, custom_headers, status, error_class,
                    error_text, response_headers, response_body, response_cut
             FROM attempts WHERE delivery_seq = ? ORDER BY number",
        )
        .bind(row.delivery.seq)
        .fetch_all(&self.readers)
        .await?;
        let attempts: Result<Vec<Attempt>, StoreError> =
            attempts.into_iter().map(AttemptRow::attempt).collect();
        Ok(DeliveryDetail {
            event_time: Timestamp::from_unix_ms(row.happened_at),
            sequence: row.sequence,
            body: delivery_body(&row.head, &row.payload),
            delivery: row.delivery.delivery()?,
            attempts: attempts?,
        })
    }
}

/// The state stands in the text, since only then its partial index can be used; SQLite would rather take the larger one.
pub(super) fn page_sql(filter: &DeliveryFilter) -> String {
    let index = match filter.state {
        Some(DeliveryState::Failed) => "deliveries_failed",
        Some(DeliveryState::Held) => "deliveries_held",
        _ => "deliveries_of_webhook",
    };
    let state = filter.state.map_or_else(String::new, |state| format!(" AND d.state = '{state}'"));
    let event_type = filter.event_type.map_or_else(String::new, |known| format!(" AND e.type = '{known}'"));
    format!(
        "SELECT d.seq, d.id, e.id AS event_id, e.type AS event_type, w.id AS webhook_id, d.state, d.test, d.attempts,
                d.due_at, d.created_at, d.delivered_at, e.payload ->> 'username' AS username, a.started_at AS last_at,
                a.status AS last_status, a.error_class AS last_error_class, a.error_text, a.duration_ms
         FROM deliveries AS d INDEXED BY {index}
         JOIN events AS e ON e.seq = d.event_seq
         JOIN webhooks AS w ON w.seq = d.webhook_seq
         LEFT JOIN attempts AS a ON a.delivery_seq = d.seq AND a.number = d.attempts
         WHERE d.webhook_seq = ?1 AND d.seq < ?2 AND d.created_at >= ?4 AND d.created_at < ?5{state}{event_type}
         ORDER BY d.seq DESC LIMIT ?3"
    )
}

#[derive(FromRow)]
struct ViewRow {
    seq: i64,
    id: String,
    event_id: String,
    event_type: String,
    webhook_id: String,
    state: String,
    test: bool,
    attempts: u32,
    due_at: Option<i64>,
    created_at: i64,
    delivered_at: Option<i64>,
}

impl ViewRow {
    fn delivery(&self) -> Result<Delivery, StoreError> {
        Ok(Delivery {
            id: parsed(&self.id)?,
            event_id: parsed(&self.event_id)?,
            event_type: parsed(&self.event_type)?,
            webhook_id: parsed(&self.webhook_id)?,
            status: parsed(&self.state)?,
            test: self.test,
            attempts: self.attempts,
            next_attempt_at: self.due_at.map(Timestamp::from_unix_ms),
            created_at: Timestamp::from_unix_ms(self.created_at),
            delivered_at: self.delivered_at.map(Timestamp::from_unix_ms),
        })
    }
}

#[derive(FromRow)]
struct PageRow {
    #[sqlx(flatten)]
    delivery: ViewRow,
    username: String,
    last_at: Option<i64>,
    last_status: Option<u16>,
    last_error_class: Option<String>,
    error_text: Option<String>,
    duration_ms: Option<i64>,
}

impl PageRow {
    fn view(self) -> Result<DeliveryRow, StoreError> {
        Ok(DeliveryRow {
            delivery: self.delivery.delivery()?,
            username: self.username,
            last: last_attempt(self.last_at, self.last_status, self.last_error_class.as_deref())?,
            duration_ms: self.duration_ms.and_then(|ms| u64::try_from(ms).ok()),
            error_text: self.error_text,
        })
    }
}

fn page(
    vault: &Vault,
    webhook: WebhookId,
    mut rows: Vec<PageRow>,
    limit: usize,
) -> Result<DeliveryPage, StoreError> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more).map(|row| row.delivery.seq);
    let next_cursor = last.map(|seq| seal_cursor(vault, webhook, seq)).transpose()?;
    let deliveries: Result<Vec<DeliveryRow>, StoreError> = rows.into_iter().map(PageRow::view).collect();
    Ok(DeliveryPage { deliveries: deliveries?, next_cursor })
}

/// Sealed, so that a cursor cannot be made up or used for another list.
fn seal_cursor(vault: &Vault, webhook: WebhookId, seq: i64) -> Result<String, StoreError> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(vault.seal(&cursor_place(webhook), &seq.to_be_bytes())?))
}

fn open_cursor(vault: &Vault, webhook: WebhookId, cursor: &str) -> Result<i64, StoreError> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| StoreError::Cursor)?;
    let bytes = vault.open(&cursor_place(webhook), &sealed).map_err(|_| StoreError::Cursor)?;
    Ok(i64::from_be_bytes(bytes.try_into().map_err(|_| StoreError::Cursor)?))
}

fn cursor_place(webhook: WebhookId) -> String {
    format!("cursor/deliveries/{webhook}")
}

#[derive(FromRow)]
struct DetailRow {
    #[sqlx(flatten)]
    delivery: ViewRow,
    head: String,
    payload: String,
    sequence: Option<i64>,
    happened_at: i64,
}

#[derive(FromRow)]
struct AttemptRow {
    number: u32,
    trigger: String,
    started_at: i64,
    duration_ms: i64,
    url: String,
    signature: Option<String>,
    custom_headers: Option<String>,
    status: Option<u16>,
    error_class: Option<String>,
    error_text: Option<String>,
    response_headers: Option<String>,
    response_body: Option<String>,
    response_cut: Option<bool>,
}

impl AttemptRow {
    fn attempt(self) -> Result<Attempt, StoreError> {
        let response = match (self.response_headers, self.response_body) {
            (Some(headers), Some(body)) => {
                let headers = listed(&headers)?;
                Some(Exchange { headers, body, truncated: self.response_cut.unwrap_or_default() })
            }
            _ => None,
        };
        Ok(Attempt {
            number: self.number,
            trigger: parsed(&self.trigger)?,
            started_at: Timestamp::from_unix_ms(self.started_at),
            duration_ms: u64::try_from(self.duration_ms).unwrap_or_default(),
            status: self.status,
            error_class: self.error_class.as_deref().map(parsed).transpose()?,
            error_text: self.error_text,
            url: self.url,
            signature: self.signature.unwrap_or_default(),
            custom_headers: self.custom_headers.as_deref().map(listed).transpose()?.unwrap_or_default(),
            response,
        })
    }
}

fn listed<T: serde::de::DeserializeOwned>(json: &str) -> Result<Vec<T>, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Corrupt(json.to_owned()))
}
