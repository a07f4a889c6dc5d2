//! What the start page shows of an organization: each read is bounded, whatever the history.

use api::start::{FailedDelivery, Overview, RecentEvent, Troubled, Waiting};
use domain::{
    OrganizationId, Timestamp,
    limits::{START_ROWS, WAITING_COUNTED_MAX},
};
use sqlx::FromRow;

use super::{Store, StoreError, delivery_lists::PageRow, parsed};

impl Store {
    /// # Errors
    /// When the database fails.
    pub async fn start(&self, organization: OrganizationId) -> Result<Overview, StoreError> {
        let id = organization.to_string();
        let mut reader = self.pages.reader().await?;
        let troubled: Vec<TroubledRow> =
            sqlx::query_as(TROUBLED).bind(&id).bind(START_ROWS).fetch_all(&mut *reader).await?;
        let failed: Vec<FailedRow> =
            sqlx::query_as(FAILED).bind(&id).bind(START_ROWS).fetch_all(&mut *reader).await?;
        let waiting: Vec<WaitingRow> = sqlx::query_as(WAITING)
            .bind(&id)
            .bind(START_ROWS)
            .bind(WAITING_COUNTED_MAX)
            .fetch_all(&mut *reader)
            .await?;
        let events: Vec<EventRow> =
            sqlx::query_as(RECENT).bind(&id).bind(START_ROWS).fetch_all(&mut *reader).await?;
        let facts: Facts = sqlx::query_as(FACTS).bind(&id).fetch_one(&mut *reader).await?;
        Ok(Overview {
            troubled: troubled.into_iter().map(TroubledRow::view).collect::<Result<_, _>>()?,
            failed: failed.into_iter().map(FailedRow::view).collect::<Result<_, _>>()?,
            waiting: waiting.into_iter().map(WaitingRow::view).collect::<Result<_, _>>()?,
            events: events.into_iter().map(EventRow::view).collect::<Result<_, _>>()?,
            webhooks: facts.webhooks,
            has_users: facts.has_users,
            has_delivered: facts.has_delivered,
        })
    }
}

/// The longest in trouble first.
pub(super) const TROUBLED: &str = "
    SELECT id, name, failures, failing_since, disabled_reason FROM webhooks
    WHERE organization_id = ?1 AND platform = 0 AND deleted_at IS NULL
        AND (failures > 0 AND enabled = 1 OR disabled_reason IS NOT NULL)
    ORDER BY failing_since IS NULL, failing_since LIMIT ?2";

/// The newest of each webhook, and of those the newest.
pub(super) const FAILED: &str = "
    SELECT d.seq, d.id, e.id AS event_id, e.type AS event_type, w.id AS webhook_id, d.state, d.test, d.attempts,
           d.due_at, d.created_at, d.delivered_at, e.purged_at IS NOT NULL AS purged,
           e.payload ->> 'username' AS username, a.started_at AS last_at, a.status AS last_status,
           a.error_class AS last_error_class, a.error_text, a.duration_ms, w.name AS webhook
    FROM webhooks AS w
    CROSS JOIN deliveries AS d ON d.seq IN (
        SELECT seq FROM deliveries INDEXED BY deliveries_failed
        WHERE state = 'failed' AND webhook_seq = w.seq ORDER BY seq DESC LIMIT ?2)
    JOIN events AS e ON e.seq = d.event_seq
    LEFT JOIN attempts AS a ON a.delivery_seq = d.seq AND a.number = d.attempts
    WHERE w.organization_id = ?1 AND w.platform = 0 AND w.deleted_at IS NULL AND d.test = 0
    ORDER BY d.seq DESC LIMIT ?2";

pub(super) const WAITING: &str = "
    SELECT * FROM (
        SELECT w.id, w.name,
               (SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_due
                                      WHERE state = 'pending' AND webhook_seq = w.seq LIMIT ?3)) AS pending,
               (SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_held
                                      WHERE state = 'held' AND webhook_seq = w.seq LIMIT ?3)) AS held,
               (SELECT min(due_at) FROM deliveries INDEXED BY deliveries_due
                WHERE state = 'pending' AND webhook_seq = w.seq) AS due_at
        FROM webhooks AS w
        WHERE w.organization_id = ?1 AND w.platform = 0 AND w.deleted_at IS NULL)
    WHERE pending > 0 OR held > 0
    ORDER BY pending + held DESC, name LIMIT ?2";

pub(super) const RECENT: &str = "
    SELECT e.id, e.type AS event_type, e.payload ->> 'username' AS username, e.happened_at,
           (SELECT count(*) FROM deliveries AS d JOIN webhooks AS w ON w.seq = d.webhook_seq
            WHERE d.event_seq = e.seq AND w.platform = 0) AS told,
           (SELECT count(*) FROM deliveries AS d JOIN webhooks AS w ON w.seq = d.webhook_seq
            WHERE d.event_seq = e.seq AND w.platform = 0 AND d.state = 'delivered') AS delivered
    FROM events AS e
    WHERE e.organization_id = ?1 AND e.sequence IS NOT NULL
    ORDER BY e.sequence DESC LIMIT ?2";

pub(super) const FACTS: &str = "
    SELECT (SELECT count(*) FROM webhooks
            WHERE organization_id = ?1 AND platform = 0 AND deleted_at IS NULL) AS webhooks,
           (SELECT count(*) FROM (SELECT 1 FROM users WHERE organization_id = ?1 LIMIT 2)) > 1 AS has_users,
           EXISTS (SELECT 1 FROM webhooks AS w
                   CROSS JOIN deliveries AS d ON d.seq IN (
                       SELECT seq FROM deliveries INDEXED BY deliveries_of_webhook
                       WHERE webhook_seq = w.seq ORDER BY seq DESC LIMIT 20)
                   WHERE w.organization_id = ?1 AND w.platform = 0 AND w.deleted_at IS NULL
                       AND d.delivered_at IS NOT NULL) AS has_delivered";

#[derive(FromRow)]
struct Facts {
    webhooks: u32,
    has_users: bool,
    has_delivered: bool,
}

#[derive(FromRow)]
struct TroubledRow {
    id: String,
    name: String,
    failures: u32,
    failing_since: Option<i64>,
    disabled_reason: Option<String>,
}

impl TroubledRow {
    fn view(self) -> Result<Troubled, StoreError> {
        let Self { id, name, failures, failing_since, disabled_reason } = self;
        let failing_since = failing_since.map(Timestamp::from_unix_ms);
        Ok(Troubled { id: parsed(&id)?, name, failures, failing_since, disabled_reason })
    }
}

#[derive(FromRow)]
struct FailedRow {
    #[sqlx(flatten)]
    row: PageRow,
    webhook: String,
}

impl FailedRow {
    fn view(self) -> Result<FailedDelivery, StoreError> {
        Ok(FailedDelivery { row: self.row.view()?, webhook: self.webhook })
    }
}

#[derive(FromRow)]
struct WaitingRow {
    id: String,
    name: String,
    pending: u32,
    held: u32,
    due_at: Option<i64>,
}

impl WaitingRow {
    fn view(self) -> Result<Waiting, StoreError> {
        let Self { id, name, pending, held, due_at } = self;
        let due_at = due_at.map(Timestamp::from_unix_ms);
        Ok(Waiting { id: parsed(&id)?, name, pending, held, due_at, paused_until: None })
    }
}

#[derive(FromRow)]
struct EventRow {
    id: String,
    event_type: String,
    username: Option<String>,
    happened_at: i64,
    told: u32,
    delivered: u32,
}

impl EventRow {
    fn view(self) -> Result<RecentEvent, StoreError> {
        Ok(RecentEvent {
            id: parsed(&self.id)?,
            event_type: parsed(&self.event_type)?,
            username: self.username.unwrap_or_default(),
            happened_at: Timestamp::from_unix_ms(self.happened_at),
            told: self.told,
            delivered: self.delivered,
        })
    }
}
