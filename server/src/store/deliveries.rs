//! A delivery with its body and its attempts. Lists of them stand in `delivery_lists`, what the engine asks in `lanes`.

use domain::{Attempt, Delivery, DeliveryDetail, DeliveryId, Exchange, Timestamp, delivery_body};
use sqlx::FromRow;

use super::{Store, StoreError, parsed, webhooks::Owner};

impl Store {
    /// A delivery with its attempts.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such delivery.
    pub async fn delivery(
        &self,
        organization: impl Into<Owner>,
        id: DeliveryId,
    ) -> Result<DeliveryDetail, StoreError> {
        let organization = organization.into();
        let mut reader = self.pages.reader().await?;
        let row: Option<DetailRow> = sqlx::query_as(
            "SELECT d.seq, d.id, e.id AS event_id, e.type AS event_type, w.id AS webhook_id, d.state, d.test, d.attempts,
                    d.due_at, d.created_at, d.delivered_at, e.purged_at IS NOT NULL AS purged, d.head, e.payload, e.sequence, e.happened_at
             FROM deliveries AS d JOIN events AS e ON e.seq = d.event_seq JOIN webhooks AS w ON w.seq = d.webhook_seq
             WHERE d.id = ? AND w.organization_id = ? AND w.platform = ?",
        )
        .bind(id.to_string())
        .bind(organization.to_string())
        .bind(organization.platform)
        .fetch_optional(&mut *reader)
        .await?;
        let row = row.ok_or(StoreError::NotFound("delivery"))?;
        let attempts: Vec<AttemptRow> = sqlx::query_as(
            "SELECT number, trigger, started_at, duration_ms, url, signature, custom_headers, status, error_class,
                    error_text, response_headers, response_body, response_cut
             FROM attempts WHERE delivery_seq = ? ORDER BY number",
        )
        .bind(row.delivery.seq)
        .fetch_all(&mut *reader)
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

#[derive(FromRow)]
pub(super) struct ViewRow {
    pub(super) seq: i64,
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
    purged: bool,
}

impl ViewRow {
    pub(super) fn delivery(&self) -> Result<Delivery, StoreError> {
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
            purged: self.purged,
        })
    }
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
