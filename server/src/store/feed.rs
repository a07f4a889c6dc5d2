//! The feed: an organization's events in the order of their sequence, without a gap.

use domain::{
    EventId, EventType, OrganizationId, Timestamp,
    limits::{FEED_BYTES_MAX, FEED_SCAN_ROWS},
};
use futures::TryStreamExt;
use sqlx::{Acquire, FromRow, SqliteConnection};

use super::{Store, StoreError, cursors::Cursors, parsed, subjects::subject_key};

/// Which events are asked for.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    pub event_type: Option<EventType>,
    /// Happened from then on.
    pub from: Option<Timestamp>,
    /// Happened before then.
    pub to: Option<Timestamp>,
    /// Whole, without regard to case: a user name, an e-mail, or the event's id.
    pub search: Option<String>,
}

/// An event as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    pub id: EventId,
    pub event_type: EventType,
    pub sequence: i64,
    pub happened_at: Timestamp,
    /// JSON, byte for byte as webhooks get it.
    pub payload: String,
    /// Whether what was about a person was removed from it.
    pub purged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    pub events: Vec<FeedEvent>,
    /// Where the next page begins. `None` where there is nothing after the cursor that was given: it stays good.
    pub next: Option<String>,
}

impl Store {
    /// A page of an organization's events, oldest first. `after` is what the page before answered; without it the feed begins
    /// with the oldest event after which none is missing.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor that was not given out for this feed and filter; [`StoreError::Outdated`] when the
    /// retention removed something that comes after it.
    pub async fn feed(
        &self,
        organization: OrganizationId,
        filter: &EventFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<FeedPage, StoreError> {
        let cursors = Cursors::new(&self.cursor_vault, "feed", organization)
            .with("type", filter.event_type.as_ref())
            .with("from", filter.from.as_ref())
            .with("to", filter.to.as_ref())
            .with("search", filter.search.as_ref());
        let after = cursors.open_optional("after", after)?;
        let mut reader = self.pages.reader().await?;
        // One look at the database: what is committed or removed meanwhile must not fall between two reads.
        let mut snapshot = reader.begin().await?;
        let kept = kept(&mut snapshot, organization).await?;
        if after.is_some_and(|after| after < kept.pruned) {
            return Err(StoreError::Outdated("after"));
        }
        let start = after.unwrap_or(kept.pruned);
        let end = match filter.search {
            Some(_) => kept.last,
            None => kept.last.min(start.saturating_add(FEED_SCAN_ROWS)),
        };
        let page = read(&mut snapshot, organization, filter, (start, end), limit).await?;
        let reached = if page.cut { page.events.last().map_or(start, |event| event.sequence) } else { end };
        let next = (reached > after.unwrap_or(0)).then(|| cursors.seal(reached)).transpose()?;
        Ok(FeedPage { events: page.events, next })
    }
}

/// Which sequences are there: all that are greater than `pruned`, up to `last`.
#[derive(FromRow)]
struct Kept {
    pruned: i64,
    last: i64,
}

async fn kept(reader: &mut SqliteConnection, organization: OrganizationId) -> Result<Kept, StoreError> {
    let sql = "SELECT pruned_sequence AS pruned, last_sequence AS last FROM organizations WHERE id = ?";
    let kept = sqlx::query_as(sql).bind(organization.to_string()).fetch_optional(reader).await?;
    kept.ok_or(StoreError::NotFound("organization"))
}

struct Page {
    events: Vec<FeedEvent>,
    /// There may be more before the end of what was to be read.
    cut: bool,
}

async fn read(
    reader: &mut SqliteConnection,
    organization: OrganizationId,
    filter: &EventFilter,
    (start, end): (i64, i64),
    limit: usize,
) -> Result<Page, StoreError> {
    let mut rows = sqlx::query_as::<_, FeedRow>(sqlx::AssertSqlSafe(feed_sql(filter)))
        .bind(organization.to_string())
        .bind(start)
        .bind(end)
        .bind(i64::try_from(limit + 1).unwrap_or(i64::MAX))
        .bind(filter.event_type.map(EventType::as_str))
        .bind(filter.from.map(Timestamp::unix_ms))
        .bind(filter.to.map(Timestamp::unix_ms))
        .bind(filter.search.as_deref().map(str::trim))
        .fetch(reader);
    let (mut events, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.try_next().await? {
        if events.len() == limit || bytes >= FEED_BYTES_MAX {
            return Ok(Page { events, cut: true });
        }
        bytes += row.payload.len();
        events.push(row.event()?);
    }
    Ok(Page { events, cut: false })
}

/// Each way to find an event has an index that ends in its sequence, so that a page is read off it in order. Only those whose
/// subjects are not noted yet are looked through.
pub(super) fn feed_sql(filter: &EventFilter) -> String {
    let mut rest = String::new();
    for (asked, condition) in [
        (filter.event_type.is_some(), " AND e.type = ?5"),
        (filter.from.is_some(), " AND e.happened_at >= ?6"),
        (filter.to.is_some(), " AND e.happened_at < ?7"),
    ] {
        if asked {
            rest.push_str(condition);
        }
    }
    let found = |tables: &str, condition: &str, order: &str| {
        format!(
            "SELECT e.id, e.type AS event_type, e.sequence, e.happened_at, e.payload, e.purged_at IS NOT NULL AS purged
             FROM {tables} WHERE {condition}{rest} ORDER BY {order} LIMIT ?4"
        )
    };
    let in_order = "e.organization_id = ?1 AND e.sequence > ?2 AND e.sequence <= ?3";
    if filter.search.is_none() {
        return found("events AS e", in_order, "e.sequence");
    }
    let about = "lower(?8) IN (lower(e.payload ->> 'username'), lower(e.payload ->> 'email'))";
    let noted = found(
        "event_subjects AS s CROSS JOIN events AS e ON e.organization_id = ?1 AND e.sequence = s.sequence",
        &format!(
            "s.organization_id = ?1 AND s.subject = {} AND s.sequence > ?2 AND s.sequence <= ?3 AND {about}",
            subject_key!("?8")
        ),
        "s.sequence",
    );
    // The plus keeps SQLite from reading all of the organization's events.
    let new = format!(
        "e.seq > (SELECT event_seq FROM noted_subjects) AND +e.organization_id = ?1
             AND +e.sequence > ?2 AND +e.sequence <= ?3 AND {about}"
    );
    // None is found twice.
    let by_id = format!("{in_order} AND e.id = lower(?8) AND {about} IS NOT TRUE");
    format!(
        "SELECT * FROM ({noted}) UNION ALL SELECT * FROM ({}) UNION ALL SELECT * FROM ({}) ORDER BY sequence LIMIT ?4",
        found("events AS e", &new, "e.seq"),
        found("events AS e", &by_id, "e.sequence"),
    )
}

#[derive(FromRow)]
struct FeedRow {
    id: String,
    event_type: String,
    sequence: i64,
    happened_at: i64,
    payload: String,
    purged: bool,
}

impl FeedRow {
    fn event(self) -> Result<FeedEvent, StoreError> {
        Ok(FeedEvent {
            id: parsed(&self.id)?,
            event_type: parsed(&self.event_type)?,
            sequence: self.sequence,
            happened_at: Timestamp::from_unix_ms(self.happened_at),
            payload: self.payload,
            purged: self.purged,
        })
    }
}
