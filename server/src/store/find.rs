//! Finding events by whom they are about or by an id. Which webhooks were told of them stands in `told`.

use api::find::{EventsFound, Found, FoundEvent};
use domain::{Id, OrganizationId, Scope, limits::FOUND_EVENTS};
use sqlx::{FromRow, SqliteConnection};

use super::{Store, StoreError, cursors::Cursors, parsed, subjects::subject_key, to_json, told::Known};

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
            && let Some(found) = by_id(&mut reader, organization, platform, &text).await?
        {
            return Ok(found);
        }
        let rows: Vec<EventRow> = sqlx::query_as(FIND)
            .bind(organization.to_string())
            .bind(&text)
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::try_from(FOUND_EVENTS + 1).unwrap_or(i64::MAX))
            .bind(to_json(&text).trim_matches('"'))
            .fetch_all(&mut *reader)
            .await?;
        let next_cursor = match rows.get(FOUND_EVENTS.saturating_sub(1)) {
            Some(last) if rows.len() > FOUND_EVENTS => Some(cursors.seal(last.sequence)?),
            _ => None,
        };
        let rows: Vec<EventRow> = rows.into_iter().take(FOUND_EVENTS).collect();
        let mut known = Known::read(&mut reader, organization, platform, &rows).await?;
        let events: Result<Vec<FoundEvent>, StoreError> =
            rows.into_iter().map(|row| known.found(row)).collect();
        Ok(Found::Events(EventsFound { events: events?, next_cursor }))
    }
}

/// A delivery's or a webhook's id leads straight there.
async fn by_id(
    reader: &mut SqliteConnection,
    organization: OrganizationId,
    platform: bool,
    id: &str,
) -> Result<Option<Found>, StoreError> {
    let found: Option<(bool, bool)> = sqlx::query_as(BY_ID)
        .bind(organization.to_string())
        .bind(id)
        .bind(platform)
        .fetch_optional(reader)
        .await?;
    let Some((is_delivery, is_platforms)) = found else { return Ok(None) };
    let scope = if is_platforms { Scope::Platform } else { organization.into() };
    Ok(Some(match is_delivery {
        true => Found::Delivery(scope, parsed(id)?),
        false => Found::Webhook(scope, parsed(id)?),
    }))
}

pub(super) const BY_ID: &str = "
    SELECT 1, w.platform FROM deliveries AS d JOIN webhooks AS w ON w.seq = d.webhook_seq
    WHERE d.id = ?2 AND (w.organization_id = ?1 AND w.platform = 0 OR w.platform = 1 AND ?3)
    UNION ALL
    SELECT 0, w.platform FROM webhooks AS w
    WHERE w.id = ?2 AND (w.organization_id = ?1 AND w.platform = 0 OR w.platform = 1 AND ?3) AND w.deleted_at IS NULL";

/// As the feed finds them, from the newest on. A user's id is looked up by the name that the user has now. Of the events that are
/// not noted yet only those are read as JSON that have the text (?5 as JSON writes it) somewhere; an organization's sequence
/// grows with the rows, so that the newest come first and the rest is left.
pub(super) const FIND: &str = concat!(
    "
    WITH asked (text) AS MATERIALIZED (
        SELECT coalesce((SELECT lower(username) FROM users WHERE id = ?2 AND organization_id = ?1), ?2))
    SELECT e.seq, e.id, e.type AS event_type, e.happened_at, e.sequence, e.payload ->> 'username' AS username,
           e.payload ->> 'email' AS email
    FROM (
        SELECT * FROM (
            SELECT s.sequence
            FROM event_subjects AS s CROSS JOIN events AS k ON k.organization_id = ?1 AND k.sequence = s.sequence
            WHERE s.organization_id = ?1 AND s.sequence < ?3
                AND s.subject = ",
    subject_key!("(SELECT text FROM asked)"),
    "
                AND (SELECT text FROM asked) IN (lower(k.payload ->> 'username'), lower(k.payload ->> 'email'))
            ORDER BY s.sequence DESC LIMIT ?4)
        UNION
        SELECT * FROM (
            SELECT n.sequence FROM events AS n
            WHERE n.seq > (SELECT event_seq FROM noted_subjects) AND +n.organization_id = ?1 AND +n.sequence < ?3
                AND instr(lower(n.payload), ?5) > 0
                AND (?2 IN (lower(n.payload ->> 'username'), lower(n.payload ->> 'email'))
                     OR n.payload ->> 'userId' = ?2)
            ORDER BY n.seq DESC LIMIT ?4)
        UNION
        SELECT i.sequence FROM events AS i WHERE i.id = ?2 AND i.organization_id = ?1 AND i.sequence < ?3
    ) AS found
    JOIN events AS e ON e.organization_id = ?1 AND e.sequence = found.sequence
    ORDER BY e.sequence DESC LIMIT ?4"
);

#[derive(FromRow)]
pub(super) struct EventRow {
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) event_type: String,
    pub(super) happened_at: i64,
    sequence: i64,
    pub(super) username: Option<String>,
    pub(super) email: Option<String>,
}
