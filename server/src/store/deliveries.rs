//! Deliveries: what is due, and how they are shown. What comes of an attempt stands in `completions`.

use std::collections::HashSet;

use api::deliveries::{DeliveryPage, DeliveryRow};
use domain::{Delivery, OrganizationId, Timestamp, WebhookId, delivery_body, limits::PAGE_ROWS};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    completions::{Complete, Completion},
    parsed,
    webhooks::{last_attempt, open_secret},
};
use crate::delivery::Due;

/// A webhook with pending deliveries, and when the first of them is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    pub webhook_id: WebhookId,
    pub due_at: Timestamp,
}

/// The first due delivery of each webhook, found by skipping through the index from webhook to webhook.
pub(super) const LANES: &str = "
    WITH RECURSIVE lane (webhook_id) AS (
        SELECT min(webhook_id) FROM deliveries WHERE state = 'pending'
        UNION ALL
        SELECT (SELECT min(webhook_id) FROM deliveries WHERE state = 'pending' AND webhook_id > lane.webhook_id)
        FROM lane WHERE lane.webhook_id IS NOT NULL
    )
    SELECT webhook_id,
           (SELECT min(due_at) FROM deliveries WHERE state = 'pending' AND webhook_id = lane.webhook_id)
    FROM lane WHERE webhook_id IS NOT NULL";

/// One webhook's next deliveries in the order in which they are due.
pub(super) const WINDOW: &str = "
    SELECT d.seq AS key, d.id, d.event_id, d.webhook_id, d.head, d.attempts, d.due_at,
           e.payload, e.sequence, e.happened_at, w.url, w.secret, w.organization_id
    FROM (SELECT seq FROM deliveries WHERE state = 'pending' AND webhook_id = ?1 ORDER BY due_at, seq LIMIT ?2) AS due
    JOIN deliveries AS d ON d.seq = due.seq
    JOIN events AS e ON e.id = d.event_id
    JOIN webhooks AS w ON w.id = d.webhook_id
    ORDER BY d.due_at, d.seq";

#[derive(FromRow)]
struct DueRow {
    key: i64,
    id: String,
    event_id: String,
    webhook_id: String,
    head: String,
    attempts: u32,
    due_at: i64,
    payload: String,
    sequence: i64,
    happened_at: i64,
    url: String,
    secret: Vec<u8>,
    organization_id: String,
}

impl Store {
    /// Every webhook with pending deliveries.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lanes(&self) -> Result<Vec<Lane>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(LANES).fetch_all(&self.readers).await?;
        let lane = |(id, due_at): (String, i64)| {
            Ok(Lane { webhook_id: parsed(&id)?, due_at: Timestamp::from_unix_ms(due_at) })
        };
        rows.into_iter().map(lane).collect()
    }

    /// Up to `free` of a webhook's due deliveries that are not under way, and when its next one after them is due.
    ///
    /// # Errors
    /// When the database fails, or a secret does not open.
    pub async fn due(
        &self,
        webhook: WebhookId,
        under_way: &HashSet<i64>,
        free: usize,
        now: Timestamp,
    ) -> Result<(Vec<Due>, Option<Timestamp>), StoreError> {
        let limit = i64::try_from(under_way.len() + free + 1).unwrap_or(i64::MAX);
        let rows: Vec<DueRow> =
            sqlx::query_as(WINDOW).bind(webhook.to_string()).bind(limit).fetch_all(&self.readers).await?;
        let mut due = Vec::with_capacity(free);
        for row in rows.into_iter().filter(|row| !under_way.contains(&row.key)) {
            let due_at = Timestamp::from_unix_ms(row.due_at);
            if due_at > now || due.len() == free {
                return Ok((due, Some(due_at)));
            }
            due.push(self.due_from(row)?);
        }
        Ok((due, None))
    }

    fn due_from(&self, row: DueRow) -> Result<Due, StoreError> {
        let webhook_id = parsed(&row.webhook_id)?;
        let secret = open_secret(&self.vault, parsed(&row.organization_id)?, webhook_id, &row.secret)?;
        Ok(Due {
            key: row.key,
            id: parsed(&row.id)?,
            event_id: parsed(&row.event_id)?,
            webhook_id,
            event_time: Timestamp::from_unix_ms(row.happened_at),
            sequence: row.sequence,
            attempt: row.attempts + 1,
            url: row.url,
            secrets: vec![secret],
            body: delivery_body(&row.head, &row.payload),
        })
    }

    /// Stores an attempt and its delivery's new state.
    ///
    /// # Errors
    /// When nothing was stored; the delivery is then as it was.
    pub async fn complete(&self, completion: Completion) -> Result<(), StoreError> {
        self.writer.write(Complete(completion)).await
    }

    /// A page of a webhook's deliveries, newest first. A cursor says after which row to go on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such webhook.
    pub async fn deliveries(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        before: Option<i64>,
    ) -> Result<DeliveryPage, StoreError> {
        self.webhook(organization, webhook).await?;
        let rows: Vec<PageRow> = sqlx::query_as(
            "SELECT d.seq, d.id, d.event_id, e.type AS event_type, d.webhook_id, d.state, d.attempts, d.due_at,
                    d.created_at, d.delivered_at, e.payload ->> 'username' AS username, a.started_at AS last_at,
                    a.status AS last_status, a.error_class AS last_error_class, a.error_text, a.duration_ms
             FROM deliveries AS d
             JOIN events AS e ON e.id = d.event_id
             LEFT JOIN attempts AS a ON a.delivery_seq = d.seq AND a.number = d.attempts
             WHERE d.webhook_id = ?1 AND d.seq < ?2
             ORDER BY d.seq DESC LIMIT ?3",
        )
        .bind(webhook.to_string())
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::try_from(PAGE_ROWS + 1).unwrap_or(i64::MAX))
        .fetch_all(&self.readers)
        .await?;
        page(rows)
    }
}

#[derive(FromRow)]
struct PageRow {
    seq: i64,
    id: String,
    event_id: String,
    event_type: String,
    webhook_id: String,
    state: String,
    attempts: u32,
    due_at: Option<i64>,
    created_at: i64,
    delivered_at: Option<i64>,
    username: String,
    last_at: Option<i64>,
    last_status: Option<u16>,
    last_error_class: Option<String>,
    error_text: Option<String>,
    duration_ms: Option<i64>,
}

impl PageRow {
    fn view(self) -> Result<DeliveryRow, StoreError> {
        let delivery = Delivery {
            id: parsed(&self.id)?,
            event_id: parsed(&self.event_id)?,
            event_type: parsed(&self.event_type)?,
            webhook_id: parsed(&self.webhook_id)?,
            status: parsed(&self.state)?,
            test: false,
            attempts: self.attempts,
            next_attempt_at: self.due_at.map(Timestamp::from_unix_ms),
            created_at: Timestamp::from_unix_ms(self.created_at),
            delivered_at: self.delivered_at.map(Timestamp::from_unix_ms),
        };
        Ok(DeliveryRow {
            delivery,
            username: self.username,
            last: last_attempt(self.last_at, self.last_status, self.last_error_class.as_deref())?,
            duration_ms: self.duration_ms.and_then(|ms| u64::try_from(ms).ok()),
            error_text: self.error_text,
        })
    }
}

fn page(mut rows: Vec<PageRow>) -> Result<DeliveryPage, StoreError> {
    let more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    let next_cursor = rows.last().filter(|_| more).map(|row| row.seq.to_string());
    let deliveries: Result<Vec<DeliveryRow>, StoreError> = rows.into_iter().map(PageRow::view).collect();
    Ok(DeliveryPage { deliveries: deliveries?, next_cursor })
}
