//! What the engine asks: which webhooks have something pending, and the next due deliveries of one.

use std::{ops::ControlFlow, sync::Arc};

use domain::{CustomHeaders, Secret, Timestamp, Trigger};
use rusqlite::{Row, params};
use sqlx::FromRow;

use super::{
    Store, StoreError, allowed_targets,
    completions::{Complete, Completion},
    direct::{Sql, text},
    parsed, to_json,
    webhooks::{open_headers, open_secret, place, previous_place},
};
use crate::{
    delivery::{Due, Loaded, Record, Route, Wanted},
    vault::Vault,
};

/// A webhook with pending deliveries, and when the first of them is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// The webhook's row.
    pub webhook: i64,
    pub due_at: Timestamp,
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

const LANE: &str = "
    SELECT w.seq, w.id, w.organization_id, w.url, w.secret, w.previous_secret, w.previous_until, w.headers,
           o.allowed_targets, w.failures > 0 AS failing,
           coalesce((SELECT state = 'delivered' FROM deliveries WHERE webhook_seq = w.seq ORDER BY seq LIMIT 1), 0) AS worked
    FROM webhooks AS w JOIN organizations AS o ON o.id = w.organization_id
    WHERE w.seq = ? AND w.enabled = 1 AND w.deleted_at IS NULL";

pub(super) const NEXT: &str =
    "SELECT min(due_at) FROM deliveries WHERE state = 'pending' AND webhook_seq = ?1 AND due_at > ?2";

/// Reads a row of [`WINDOW`]. Neighbours mostly have the same `head`, and share it.
fn due(row: &Row<'_>, before: Option<&Due>) -> Result<Due, StoreError> {
    let head = text(row, 3)?;
    let shared = before.map(|before| &before.head).filter(|shared| ***shared == *head);
    Ok(Due {
        key: row.get(0)?,
        id: parsed(text(row, 1)?)?,
        event_id: parsed(text(row, 2)?)?,
        event_time: Timestamp::from_unix_ms(row.get(9)?),
        sequence: row.get(8)?,
        attempts: row.get(4)?,
        schedule_from: row.get(5)?,
        trigger: parsed::<Trigger>(text(row, 6)?)?,
        head: shared.map_or_else(|| head.into(), Arc::clone),
        payload: text(row, 7)?.into(),
    })
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
    pub(super) allowed_targets: Option<String>,
}

/// How a webhook's attempts went so far.
fn record(failing: bool, worked: bool) -> Record {
    match (failing, worked) {
        (true, _) => Record::Failing,
        (false, true) => Record::Worked,
        (false, false) => Record::New,
    }
}

impl RouteRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            organization_id: row.get(2)?,
            url: row.get(3)?,
            secret: row.get(4)?,
            previous_secret: row.get(5)?,
            previous_until: row.get(6)?,
            headers: row.get(7)?,
            allowed_targets: row.get(8)?,
        })
    }

    pub(super) fn open(&self, vault: &Vault) -> Result<Route, StoreError> {
        let organization: domain::OrganizationId = parsed(&self.organization_id)?;
        let webhook = parsed(&self.id)?;
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
        let own_targets = allowed_targets::read(self.allowed_targets.as_deref())?;
        let route = Route::new(self.seq, webhook, self.url.clone(), secret, previous, headers);
        Ok(route.within(own_targets))
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

    /// A webhook's next due deliveries as far as they are wanted, and where they go; `None` when the webhook is disabled or
    /// deleted, so that nothing may be sent.
    ///
    /// # Errors
    /// When the database fails, or a secret does not open.
    pub(crate) async fn load_lane(
        &self,
        wanted: Wanted,
        now: Timestamp,
    ) -> Result<Option<Loaded>, StoreError> {
        let vault = self.vault.clone();
        // One snapshot, so that the route is the one that these deliveries are for.
        self.quick
            .read(move |sql| {
                let found = sql.query(LANE, params![wanted.lane], |row| {
                    Ok((RouteRow::read(row)?, record(row.get(9)?, row.get(10)?)))
                })?;
                let Some((route, record)) = found.into_iter().next() else { return Ok(None) };
                let route = Arc::new(route.open(&vault)?);
                let (due, more) = window(sql, &wanted, now)?;
                let next = sql.query(NEXT, params![wanted.lane, now.unix_ms()], |row| row.get(0))?;
                let next = next.into_iter().next().flatten().map(Timestamp::from_unix_ms);
                Ok(Some(Loaded { route, due, more, next, record }))
            })
            .await
    }

    /// Stores an attempt and its delivery's new state.
    ///
    /// # Errors
    /// When nothing was stored; the delivery is then as it was.
    pub async fn complete(&self, completion: Arc<Completion>) -> Result<(), StoreError> {
        self.writer.hand_over(Complete(completion)).await
    }

    /// As [`Store::complete`], for one who does not wait: `then` is told, on a thread that it must not hold up.
    pub async fn complete_then(
        &self,
        completion: Arc<Completion>,
        then: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) {
        self.writer.hand_over_then(Complete(completion), then).await;
    }
}

/// The next due deliveries, one at least, and whether there are more.
fn window(sql: &Sql<'_>, wanted: &Wanted, now: Timestamp) -> Result<(Vec<Due>, bool), StoreError> {
    let rows_max = i64::try_from(wanted.rows_max + 1).unwrap_or(i64::MAX);
    let asked = params![wanted.lane, now.unix_ms(), to_json(&wanted.known), rows_max];
    let (mut found, mut bytes, mut more) = (Vec::<Due>::new(), 0, false);
    sql.each(WINDOW, asked, |row| {
        let due = due(row, found.last())?;
        bytes += due.body_bytes();
        if found.len() == wanted.rows_max || (bytes > wanted.bytes_max && !found.is_empty()) {
            more = true;
            return Ok(ControlFlow::Break(()));
        }
        found.push(due);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((found, more))
}
