//! Finding events by whom they are about or by an id, with the webhooks that were told and those that were not.

use std::collections::HashSet;

use api::{
    deliveries::WebhookState,
    find::{EventsFound, Found, FoundEvent, Told, Untold, Why},
};
use domain::{
    Delivery, EventType, Id, OrganizationId, Timestamp,
    limits::{FOUND_EVENTS, TOLD_SHOWN_MAX},
};
use sqlx::{FromRow, SqliteConnection};

use super::{Store, StoreError, cursors::Cursors, parsed, webhooks::last_attempt};

impl Store {
    /// `platform`: whether the platform's own webhooks are shown too. `cursor` is what the page before answered.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor that was not given out for this search.
    pub async fn find_events(
        &self,
        organization: OrganizationId,
        platform: bool,
        text: &str,
        cursor: Option<&str>,
    ) -> Result<Found, StoreError> {
        let text = text.trim().to_lowercase();
        let cursors = Cursors::new(&self.cursor_vault, "find", organization).with("text", Some(&text));
        let before = cursors.open_optional("cursor", cursor)?;
        let mut reader = self.pages.reader().await?;
        if text.parse::<Id<()>>().is_ok()
            && let Some(found) = by_id(&mut reader, organization, &text).await?
        {
            return Ok(found);
        }
        let rows: Vec<EventRow> = sqlx::query_as(FIND)
            .bind(organization.to_string())
            .bind(&text)
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::try_from(FOUND_EVENTS + 1).unwrap_or(i64::MAX))
            .fetch_all(&mut *reader)
            .await?;
        let next_cursor = match rows.get(FOUND_EVENTS.saturating_sub(1)) {
            Some(last) if rows.len() > FOUND_EVENTS => Some(cursors.seal(last.sequence)?),
            _ => None,
        };
        let webhooks = webhooks(&mut reader, organization, platform).await?;
        let mut events = Vec::with_capacity(rows.len().min(FOUND_EVENTS));
        for row in rows.into_iter().take(FOUND_EVENTS) {
            events.push(row.with_webhooks(&mut reader, organization, platform, &webhooks).await?);
        }
        Ok(Found::Events(EventsFound { events, next_cursor }))
    }
}

/// A delivery's or a webhook's id leads straight there.
async fn by_id(
    reader: &mut SqliteConnection,
    organization: OrganizationId,
    id: &str,
) -> Result<Option<Found>, StoreError> {
    let kind: Option<String> =
        sqlx::query_scalar(BY_ID).bind(organization.to_string()).bind(id).fetch_optional(reader).await?;
    Ok(match kind.as_deref() {
        Some("delivery") => Some(Found::Delivery(parsed(id)?)),
        Some("webhook") => Some(Found::Webhook(parsed(id)?)),
        _ => None,
    })
}

pub(super) const BY_ID: &str = "
    SELECT 'delivery' FROM deliveries AS d JOIN webhooks AS w ON w.seq = d.webhook_seq
    WHERE d.id = ?2 AND w.organization_id = ?1 AND w.platform = 0
    UNION ALL
    SELECT 'webhook' FROM webhooks WHERE id = ?2 AND organization_id = ?1 AND platform = 0 AND deleted_at IS NULL";

/// As the feed finds them, from the newest on. A user's id is looked up by the name that the user has now.
pub(super) const FIND: &str = "
    SELECT e.seq, e.id, e.type AS event_type, e.happened_at, e.sequence, e.payload ->> 'username' AS username,
           e.payload ->> 'email' AS email
    FROM (
        SELECT * FROM (
            SELECT sequence FROM event_subjects
            WHERE organization_id = ?1 AND sequence < ?3
                AND subject = coalesce((SELECT lower(username) FROM users WHERE id = ?2 AND organization_id = ?1), ?2)
            ORDER BY sequence DESC LIMIT ?4)
        UNION
        SELECT * FROM (
            SELECT n.sequence FROM events AS n
            WHERE n.seq > (SELECT event_seq FROM noted_subjects) AND +n.organization_id = ?1 AND +n.sequence < ?3
                AND (?2 IN (lower(n.payload ->> 'username'), lower(n.payload ->> 'email'))
                     OR n.payload ->> 'userId' = ?2)
            ORDER BY +n.sequence DESC LIMIT ?4)
        UNION
        SELECT i.sequence FROM events AS i WHERE i.id = ?2 AND i.organization_id = ?1 AND i.sequence < ?3
    ) AS found
    JOIN events AS e ON e.organization_id = ?1 AND e.sequence = found.sequence
    ORDER BY e.sequence DESC LIMIT ?4";

#[derive(FromRow)]
struct EventRow {
    seq: i64,
    id: String,
    event_type: String,
    happened_at: i64,
    sequence: i64,
    username: Option<String>,
    email: Option<String>,
}

impl EventRow {
    async fn with_webhooks(
        self,
        reader: &mut SqliteConnection,
        organization: OrganizationId,
        platform: bool,
        webhooks: &[WebhookRow],
    ) -> Result<FoundEvent, StoreError> {
        let rows: Vec<ToldRow> = sqlx::query_as(TOLD)
            .bind(self.seq)
            .bind(organization.to_string())
            .bind(platform)
            .fetch_all(reader)
            .await?;
        let told: HashSet<i64> = rows.iter().map(|row| row.webhook_seq).collect();
        let (event_type, happened_at) =
            (parsed(&self.event_type)?, Timestamp::from_unix_ms(self.happened_at));
        let untold = webhooks.iter().filter(|webhook| !told.contains(&webhook.seq));
        let untold: Result<Vec<Untold>, StoreError> =
            untold.filter_map(|webhook| webhook.untold(event_type, happened_at).transpose()).collect();
        let told_count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let shown = rows.into_iter().take(TOLD_SHOWN_MAX);
        let told: Result<Vec<Told>, StoreError> = shown.map(|row| row.told(&self.id, event_type)).collect();
        Ok(FoundEvent {
            id: parsed(&self.id)?,
            event_type,
            happened_at,
            username: self.username.unwrap_or_default(),
            email: self.email.unwrap_or_default(),
            told: told?,
            told_count,
            untold: untold?,
        })
    }
}

/// Since when a webhook is disabled is known from the audit log: when it was disabled last, or made so.
pub(super) const TOLD: &str = "
    SELECT d.webhook_seq, d.id, w.id AS webhook_id, w.name, w.enabled, w.deleted_at IS NOT NULL AS deleted, w.platform,
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
    WHERE d.event_seq = ?1 AND (w.organization_id = ?2 AND w.platform = 0 OR w.platform = 1 AND ?3)
    ORDER BY d.seq";

#[derive(FromRow)]
struct ToldRow {
    webhook_seq: i64,
    id: String,
    webhook_id: String,
    name: String,
    enabled: bool,
    deleted: bool,
    platform: bool,
    state: String,
    test: bool,
    attempts: u32,
    due_at: Option<i64>,
    created_at: i64,
    delivered_at: Option<i64>,
    purged: bool,
    last_status: Option<u16>,
    last_error_class: Option<String>,
    last_at: Option<i64>,
    disabled_at: Option<i64>,
}

impl ToldRow {
    fn told(self, event_id: &str, event_type: EventType) -> Result<Told, StoreError> {
        let last = last_attempt(self.last_at, self.last_status, self.last_error_class.as_deref())?;
        Ok(Told {
            name: self.name,
            state: state(self.enabled, self.deleted),
            platform: self.platform,
            delivery: Delivery {
                id: parsed(&self.id)?,
                event_id: parsed(event_id)?,
                event_type,
                webhook_id: parsed(&self.webhook_id)?,
                status: parsed(&self.state)?,
                test: self.test,
                attempts: self.attempts,
                next_attempt_at: self.due_at.map(Timestamp::from_unix_ms),
                created_at: Timestamp::from_unix_ms(self.created_at),
                delivered_at: self.delivered_at.map(Timestamp::from_unix_ms),
                purged: self.purged,
            },
            last: last.map(|last| last.summary),
            disabled_since: self.disabled_at.map(Timestamp::from_unix_ms),
        })
    }
}

async fn webhooks(
    reader: &mut SqliteConnection,
    organization: OrganizationId,
    platform: bool,
) -> Result<Vec<WebhookRow>, StoreError> {
    Ok(sqlx::query_as(WEBHOOKS).bind(organization.to_string()).bind(platform).fetch_all(reader).await?)
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
