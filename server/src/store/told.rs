//! Which webhooks were told of events and what became of it, and why the others were not.

use std::collections::{HashMap, HashSet};

use api::{
    deliveries::WebhookState,
    find::{FoundEvent, Told, Untold, Why},
};
use domain::{EventType, OrganizationId, Timestamp, limits::TOLD_SHOWN_MAX};
use sqlx::{FromRow, SqliteConnection};

use super::{StoreError, deliveries::ViewRow, find::EventRow, last_attempts::last_attempt, parsed, to_json};

/// What is known of the webhooks of the events on a page, read for all of them at once.
pub(super) struct Known {
    webhooks: Vec<WebhookRow>,
    /// By the event's row: the rows of the webhooks that were told.
    told: HashMap<i64, HashSet<i64>>,
    /// By the event's row: the first of its deliveries, in their order.
    deliveries: HashMap<i64, Vec<ToldRow>>,
}

impl Known {
    pub(super) async fn read(
        reader: &mut SqliteConnection,
        organization: OrganizationId,
        platform: bool,
        events: &[EventRow],
    ) -> Result<Self, StoreError> {
        let webhooks = sqlx::query_as(WEBHOOKS)
            .bind(organization.to_string())
            .bind(platform)
            .fetch_all(&mut *reader)
            .await?;
        let events: Vec<i64> = events.iter().map(|event| event.seq).collect();
        let all: Vec<(i64, i64, i64)> = sqlx::query_as(TOLD)
            .bind(to_json(&events))
            .bind(organization.to_string())
            .bind(platform)
            .fetch_all(&mut *reader)
            .await?;
        let mut told: HashMap<i64, HashSet<i64>> = HashMap::new();
        let mut shown = Vec::new();
        for (event, delivery, webhook) in all {
            let told = told.entry(event).or_default();
            if told.len() < TOLD_SHOWN_MAX {
                shown.push(delivery);
            }
            told.insert(webhook);
        }
        let rows: Vec<ToldRow> = sqlx::query_as(TOLD_SHOWN).bind(to_json(&shown)).fetch_all(reader).await?;
        let mut deliveries: HashMap<i64, Vec<ToldRow>> = HashMap::new();
        for row in rows {
            deliveries.entry(row.event_seq).or_default().push(row);
        }
        Ok(Self { webhooks, told, deliveries })
    }

    pub(super) fn found(&mut self, event: EventRow) -> Result<FoundEvent, StoreError> {
        let (event_type, happened_at) =
            (parsed(&event.event_type)?, Timestamp::from_unix_ms(event.happened_at));
        let told = self.told.remove(&event.seq).unwrap_or_default();
        let untold = self.webhooks.iter().filter(|webhook| !told.contains(&webhook.seq));
        let untold: Result<Vec<Untold>, StoreError> =
            untold.filter_map(|webhook| webhook.untold(event_type, happened_at).transpose()).collect();
        let shown = self.deliveries.remove(&event.seq).unwrap_or_default().into_iter();
        let shown: Result<Vec<Told>, StoreError> = shown.map(ToldRow::told).collect();
        Ok(FoundEvent {
            id: parsed(&event.id)?,
            event_type,
            happened_at,
            username: event.username.unwrap_or_default(),
            email: event.email.unwrap_or_default(),
            told: shown?,
            told_count: u32::try_from(told.len()).unwrap_or(u32::MAX),
            untold: untold?,
        })
    }
}

/// Which webhooks were told of which events: (event, delivery, webhook).
pub(super) const TOLD: &str = "
    SELECT d.event_seq, d.seq, d.webhook_seq
    FROM json_each(?1) AS asked CROSS JOIN deliveries AS d ON d.event_seq = asked.value
    JOIN webhooks AS w ON w.seq = d.webhook_seq
    WHERE w.organization_id = ?2 AND w.platform = 0 OR w.platform = 1 AND ?3
    ORDER BY d.seq";

/// Since when a webhook is disabled is known from the audit log: when it was disabled last, or made so.
pub(super) const TOLD_SHOWN: &str = "
    SELECT d.event_seq, d.seq, d.id, e.id AS event_id, e.type AS event_type, w.id AS webhook_id, w.name, w.enabled, w.deleted_at IS NOT NULL AS deleted, w.platform,
           d.state, d.test, d.attempts, d.due_at, d.created_at, d.delivered_at, e.purged_at IS NOT NULL AS purged,
           a.status AS last_status,
           a.error_class AS last_error_class, a.started_at AS last_at,
           CASE WHEN d.state = 'held' AND w.enabled = 0 THEN
               (SELECT l.created_at FROM audit_log AS l INDEXED BY audit_log_of_type
                WHERE l.organization_id = w.organization_id AND l.type = 'webhook:disable' AND l.target_id = w.id
                    AND l.outcome = 'success'
                ORDER BY l.seq DESC LIMIT 1)
           END AS disabled_at
    FROM deliveries AS d JOIN events AS e ON e.seq = d.event_seq JOIN webhooks AS w ON w.seq = d.webhook_seq
    LEFT JOIN attempts AS a ON a.delivery_seq = d.seq AND a.number = d.attempts
    WHERE d.seq IN (SELECT value FROM json_each(?1))
    ORDER BY d.seq";

#[derive(FromRow)]
struct ToldRow {
    event_seq: i64,
    #[sqlx(flatten)]
    delivery: ViewRow,
    name: String,
    enabled: bool,
    deleted: bool,
    platform: bool,
    last_status: Option<u16>,
    last_error_class: Option<String>,
    last_at: Option<i64>,
    disabled_at: Option<i64>,
}

impl ToldRow {
    fn told(self) -> Result<Told, StoreError> {
        let last = last_attempt(self.last_at, self.last_status, self.last_error_class.as_deref())?;
        Ok(Told {
            name: self.name,
            state: state(self.enabled, self.deleted),
            platform: self.platform,
            delivery: self.delivery.delivery()?,
            last: last.map(|last| last.summary),
            disabled_since: self.disabled_at.map(Timestamp::from_unix_ms),
            paused_until: None,
        })
    }
}

pub(super) const WEBHOOKS: &str = "
    SELECT seq, id, name, type AS event_type, enabled, platform, created_at, deleted_at FROM webhooks
    WHERE organization_id = ?1 AND platform = 0 AND deleted_at IS NULL
    UNION ALL
    SELECT seq, id, name, type, enabled, platform, created_at, deleted_at FROM webhooks INDEXED BY webhooks_deleted
    WHERE organization_id = ?1 AND platform = 0 AND deleted_at IS NOT NULL
    UNION ALL
    SELECT seq, id, name, type, enabled, platform, created_at, deleted_at FROM webhooks INDEXED BY webhooks_of_platform
    WHERE ?2 AND deleted_at IS NULL AND platform = 1";

#[derive(FromRow)]
struct WebhookRow {
    seq: i64,
    id: String,
    name: String,
    event_type: String,
    enabled: bool,
    platform: bool,
    created_at: i64,
    deleted_at: Option<i64>,
}

impl WebhookRow {
    /// None for one that was gone by then and would have had another type: nobody asks after it.
    fn untold(&self, of: EventType, happened_at: Timestamp) -> Result<Option<Untold>, StoreError> {
        let own: EventType = parsed(&self.event_type)?;
        let (created_at, deleted_at) =
            (Timestamp::from_unix_ms(self.created_at), self.deleted_at.map(Timestamp::from_unix_ms));
        let why = match deleted_at {
            Some(_) if own != of => return Ok(None),
            Some(deleted) if deleted <= happened_at => Why::DeletedBefore(deleted),
            _ if own != of => Why::OtherType(own),
            _ if created_at >= happened_at => Why::MadeLater(created_at),
            _ => Why::Unknown,
        };
        let (id, name) = (parsed(&self.id)?, self.name.clone());
        let state = state(self.enabled, deleted_at.is_some());
        Ok(Some(Untold { id, name, state, platform: self.platform, why }))
    }
}

fn state(enabled: bool, deleted: bool) -> WebhookState {
    match (deleted, enabled) {
        (true, _) => WebhookState::Deleted,
        (false, true) => WebhookState::Enabled,
        (false, false) => WebhookState::Disabled,
    }
}
