//! What the engine asks: which webhooks have something pending, and the next due deliveries of one.

use std::sync::Arc;

use domain::{CustomHeaders, Secret, Timestamp, Trigger};
use serde_json::json;
use sqlx::{FromRow, SqliteConnection};

use super::{
    Store, StoreError,
    completions::{Complete, Completion},
    parsed,
    webhooks::{open_headers, open_secret, place, previous_place},
};
use crate::{
    delivery::{Due, Route},
    vault::Vault,
};

/// A webhook with pending deliveries, and when the first of them is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// The webhook's row.
    pub webhook: i64,
    pub due_at: Timestamp,
}

/// A webhook's next deliveries.
pub struct LaneLoad {
    /// `None` when the webhook is disabled or deleted: nothing may be sent.
    pub route: Option<Arc<Route>>,
    pub due: Vec<Due>,
    /// Whether more is due than was asked for.
    pub more: bool,
    /// When the first delivery is due that is not due yet.
    pub next: Option<Timestamp>,
}

/// The first due delivery of each webhook, found by skipping through the index from webhook to webhook.
pub(super) const LANES: &str = "
    WITH RECURSIVE lane (webhook_seq) AS (
        SELECT min(webhook_seq) FROM deliveries WHERE state = 'pending'
        UNION ALL
        SELECT (SELECT min(webhook_seq) FROM deliveries WHERE state = 'pending' AND webhook_seq > lane.webhook_seq)
        FROM lane WHERE lane.webhook_seq IS NOT NULL
    )
    SELECT webhook_seq,
           (SELECT min(due_at) FROM deliveries WHERE state = 'pending' AND webhook_seq = lane.webhook_seq)
    FROM lane WHERE webhook_seq IS NOT NULL";

/// One webhook's due deliveries in the order in which they are due, without those that the engine has already.
pub(super) const WINDOW: &str = "
    SELECT d.seq AS key, d.id, e.id AS event_id, d.head, d.attempts, d.schedule_from, d.trigger,
           e.payload, e.sequence, e.happened_at
    FROM (SELECT seq, due_at FROM deliveries
          WHERE state = 'pending' AND webhook_seq = ?1 AND due_at <= ?2 AND seq NOT IN (SELECT value FROM json_each(?3))
          ORDER BY due_at, seq LIMIT ?4) AS due
    JOIN deliveries AS d ON d.seq = due.seq
    JOIN events AS e ON e.seq = d.event_seq
    ORDER BY due.due_at, due.seq";

pub(super) const NEXT: &str =
    "SELECT min(due_at) FROM deliveries WHERE state = 'pending' AND webhook_seq = ?1 AND due_at > ?2";

#[derive(FromRow)]
struct DueRow {
    key: i64,
    id: String,
    event_id: String,
    head: String,
    attempts: u32,
    schedule_from: u32,
    trigger: String,
    payload: String,
    sequence: Option<i64>,
    happened_at: i64,
}

impl TryFrom<DueRow> for Due {
    type Error = StoreError;

    fn try_from(row: DueRow) -> Result<Self, StoreError> {
        Ok(Self {
            key: row.key,
            id: parsed(&row.id)?,
            event_id: parsed(&row.event_id)?,
            event_time: Timestamp::from_unix_ms(row.happened_at),
            sequence: row.sequence,
            attempts: row.attempts,
            schedule_from: row.schedule_from,
            trigger: parsed::<Trigger>(&row.trigger)?,
            head: row.head.into(),
            payload: row.payload.into(),
        })
    }
}

#[derive(FromRow)]
pub(super) struct RouteRow {
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) organization_id: String,
    pub(super) url: String,
    pub(super) secret: Vec<u8>,
    pub(super) previous_secret: Option<Vec<u8>>,
    pub(super) previous_until: Option<i64>,
    pub(super) headers: Option<Vec<u8>>,
}

impl RouteRow {
    pub(super) fn open(&self, vault: &Vault) -> Result<Route, StoreError> {
        let (organization, webhook) = (parsed(&self.organization_id)?, parsed(&self.id)?);
        let secret = open_secret(vault, &place(organization, webhook), &self.secret)?;
        let previous: Option<(Secret, Timestamp)> = match (&self.previous_secret, self.previous_until) {
            (Some(sealed), Some(until)) => {
                let secret = open_secret(vault, &previous_place(organization, webhook), sealed)?;
                Some((secret, Timestamp::from_unix_ms(until)))
            }
            _ => None,
        };
        let headers = match &self.headers {
            Some(sealed) => open_headers(vault, organization, webhook, sealed)?,
            None => CustomHeaders::default(),
        };
        Ok(Route::new(self.seq, webhook, self.url.clone(), secret, previous, headers))
    }
}

impl Store {
    /// Every webhook with pending deliveries.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lanes(&self) -> Result<Vec<Lane>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(LANES).fetch_all(&self.readers).await?;
        let lane = |(webhook, due_at)| Lane { webhook, due_at: Timestamp::from_unix_ms(due_at) };
        Ok(rows.into_iter().map(lane).collect())
    }

    /// Up to `limit` of a webhook's due deliveries that are not among `known`, and where they go.
    ///
    /// # Errors
    /// When the database fails, or a secret does not open.
    pub async fn load_lane(
        &self,
        webhook: i64,
        known: &[i64],
        limit: usize,
        now: Timestamp,
    ) -> Result<LaneLoad, StoreError> {
        // One snapshot, so that the route is the one that these deliveries are for.
        let mut reader = self.readers.begin().await?;
        let nothing = LaneLoad { route: None, due: Vec::new(), more: false, next: None };
        let Some(route) = self.route(&mut reader, webhook).await? else {
            return Ok(nothing);
        };
        let mut rows: Vec<DueRow> = sqlx::query_as(WINDOW)
            .bind(webhook)
            .bind(now.unix_ms())
            .bind(json!(known).to_string())
            .bind(i64::try_from(limit + 1).unwrap_or(i64::MAX))
            .fetch_all(&mut *reader)
            .await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next: Option<i64> =
            sqlx::query_scalar(NEXT).bind(webhook).bind(now.unix_ms()).fetch_one(&mut *reader).await?;
        let due: Result<Vec<Due>, StoreError> = rows.into_iter().map(Due::try_from).collect();
        Ok(LaneLoad {
            route: Some(Arc::new(route)),
            due: due?,
            more,
            next: next.map(Timestamp::from_unix_ms),
        })
    }

    async fn route(&self, reader: &mut SqliteConnection, webhook: i64) -> Result<Option<Route>, StoreError> {
        let row: Option<RouteRow> = sqlx::query_as(
            "SELECT seq, id, organization_id, url, secret, previous_secret, previous_until, headers
             FROM webhooks WHERE seq = ? AND enabled = 1 AND deleted_at IS NULL",
        )
        .bind(webhook)
        .fetch_optional(reader)
        .await?;
        row.map(|row| row.open(&self.vault)).transpose()
    }

    /// Stores an attempt and its delivery's new state.
    ///
    /// # Errors
    /// When nothing was stored; the delivery is then as it was.
    pub async fn complete(&self, completion: Completion) -> Result<(), StoreError> {
        self.writer.write(Complete(completion)).await
    }
}
