//! The outbox: events and their deliveries, written with the change that caused them.

use std::{collections::HashMap, sync::Arc};

use domain::{
    DeliveryId, Event, EventId, EventType, OrganizationId, Timestamp, Trigger, WebhookId, WebhookRef,
    body_head, limits::INSERTED_ROWS_MAX,
};
use rusqlite::{Row, params};

use super::{
    StoreError,
    arrivals::News,
    direct::{Sql, or_null},
    group::{Group, Moment},
    parsed, to_json,
};
use crate::delivery::Due;

/// What became of an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// The event's row.
    pub(super) seq: i64,
    /// How many webhooks are told of it.
    pub(super) deliveries: u32,
}

/// Writes events, and for each one delivery a webhook of its type. Answers in their order what became of each.
pub(super) fn insert(
    sql: &Sql<'_>,
    moment: &Moment<'_>,
    events: &[Event],
    news: &mut News,
) -> Result<Vec<Told>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let last = last_rows(sql)?;
    let rows = stored_events(sql, events, last.event)?;
    insert_events(sql, &rows)?;
    insert_deliveries(sql, moment, &rows, last.delivery, news)
}

/// An event as its row has it.
struct StoredEvent<'e> {
    seq: i64,
    /// `None` for an organization that does not exist: its row is then refused by the table.
    sequence: Option<i64>,
    payload: Arc<str>,
    event: &'e Event,
}

pub(super) struct LastRows {
    pub(super) event: i64,
    pub(super) delivery: i64,
}

/// There is one writer, so it can number the rows itself and need not ask which they got. A number that was given is never
/// given again, although its row may be gone: cursors and jobs know rows by it.
pub(super) fn last_rows(sql: &Sql<'_>) -> Result<LastRows, StoreError> {
    let text = "SELECT max(event_seq, (SELECT coalesce(max(seq), 0) FROM events)),
                       max(delivery_seq, (SELECT coalesce(max(seq), 0) FROM deliveries))
                FROM last_rows";
    let rows =
        sql.query(text, params![], |row| Ok(LastRows { event: row.get(0)?, delivery: row.get(1)? }))?;
    rows.into_iter().next().ok_or_else(|| StoreError::Corrupt("last_rows is empty".to_owned()))
}

fn stored_events<'e>(
    sql: &Sql<'_>,
    events: &'e [Event],
    last: i64,
) -> Result<Vec<StoredEvent<'e>>, StoreError> {
    let mut sequences = reserve_sequences(sql, events)?;
    let stored = (last + 1..).zip(events).map(|(seq, event)| {
        let next = sequences.get_mut(&event.organization_id);
        let sequence = next.map(|next| {
            *next += 1;
            *next - 1
        });
        StoredEvent { seq, sequence, payload: event.payload.to_json().into(), event }
    });
    Ok(stored.collect())
}

/// The next number of each organization.
fn reserve_sequences(sql: &Sql<'_>, events: &[Event]) -> Result<HashMap<OrganizationId, i64>, StoreError> {
    let mut counts: HashMap<OrganizationId, i64> = HashMap::new();
    for event in events {
        *counts.entry(event.organization_id).or_default() += 1;
    }
    let asked: Vec<_> = counts.iter().collect();
    let last = sql.query(
        "UPDATE organizations SET last_sequence = last_sequence + added.count
         FROM (SELECT value ->> 0 AS id, value ->> 1 AS count FROM json_each(?)) AS added
         WHERE organizations.id = added.id
         RETURNING organizations.id, last_sequence",
        params![to_json(&asked)],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)),
    )?;
    last.into_iter()
        .map(|(id, last)| {
            let id = parsed(&id)?;
            Ok((id, last - counts.get(&id).copied().unwrap_or_default() + 1))
        })
        .collect()
}

fn insert_events(sql: &Sql<'_>, rows: &[StoredEvent<'_>]) -> Result<(), StoreError> {
    sql.execute_rows(
        "INSERT INTO events (seq, id, organization_id, sequence, type, payload, happened_at)
         SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL",
        rows,
        |StoredEvent { seq, sequence, payload, event }| {
            [
                (*seq).into(),
                event.id.to_string().into(),
                event.organization_id.to_string().into(),
                or_null(*sequence),
                event.payload.event_type().as_str().into(),
                (**payload).into(),
                event.happened_at.unix_ms().into(),
            ]
        },
    )
}

struct DeliveryRow<'a> {
    seq: i64,
    id: DeliveryId,
    event: i64,
    subscriber: &'a Subscriber,
}

fn insert_deliveries(
    sql: &Sql<'_>,
    moment: &Moment<'_>,
    stored: &[StoredEvent<'_>],
    last: i64,
    news: &mut News,
) -> Result<Vec<Told>, StoreError> {
    let subscribers = Subscribers::of(sql, stored)?;
    let mut told = Vec::with_capacity(stored.len());
    let mut rows = Vec::with_capacity(stored.len().min(INSERTED_ROWS_MAX));
    let mut seqs = last + 1..;
    for event in stored {
        let mut deliveries = 0;
        for (subscriber, seq) in subscribers.of_event(event.event).zip(&mut seqs) {
            let id = moment.new_id();
            rows.push(DeliveryRow { seq, id, event: event.seq, subscriber });
            if subscriber.enabled {
                news.add(subscriber.seq, due(seq, id, event, subscriber));
            }
            deliveries += 1;
            if rows.len() == INSERTED_ROWS_MAX {
                insert_rows(sql, moment.now, &rows)?;
                rows.clear();
            }
        }
        told.push(Told { seq: event.seq, deliveries });
    }
    insert_rows(sql, moment.now, &rows)?;
    Ok(told)
}

fn insert_rows(sql: &Sql<'_>, now: Timestamp, rows: &[DeliveryRow<'_>]) -> Result<(), StoreError> {
    let now = now.unix_ms();
    sql.execute_rows(
        "INSERT INTO deliveries (seq, id, event_seq, webhook_seq, state, head, due_at, created_at)
         SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL",
        rows,
        |DeliveryRow { seq, id, event, subscriber }| {
            let (state, due_at) = if subscriber.enabled { ("pending", Some(now)) } else { ("held", None) };
            [
                (*seq).into(),
                id.to_string().into(),
                (*event).into(),
                subscriber.seq.into(),
                state.into(),
                (*subscriber.head).into(),
                or_null(due_at),
                now.into(),
            ]
        },
    )
}

fn due(key: i64, id: DeliveryId, event: &StoredEvent<'_>, subscriber: &Subscriber) -> Due {
    Due {
        key,
        id,
        event_id: event.event.id,
        event_time: event.event.happened_at,
        sequence: event.sequence,
        attempts: 0,
        schedule_from: 0,
        trigger: Trigger::Scheduled,
        head: Arc::clone(&subscriber.head),
        payload: Arc::clone(&event.payload),
    }
}

/// A webhook that gets events, with its part of their bodies.
struct Subscriber {
    seq: i64,
    enabled: bool,
    head: Arc<str>,
}

/// The webhooks that a group's events are for.
#[derive(Default)]
struct Subscribers {
    own: HashMap<(OrganizationId, EventType), Vec<Subscriber>>,
    platform: HashMap<EventType, Vec<Subscriber>>,
}

struct SubscriberRow {
    seq: i64,
    id: String,
    organization_id: String,
    platform: bool,
    event_type: String,
    enabled: bool,
    name: String,
    organization: String,
}

impl SubscriberRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            organization_id: row.get(2)?,
            platform: row.get(3)?,
            event_type: row.get(4)?,
            enabled: row.get(5)?,
            name: row.get(6)?,
            organization: row.get(7)?,
        })
    }
}

impl Subscribers {
    fn of(sql: &Sql<'_>, events: &[StoredEvent<'_>]) -> Result<Self, StoreError> {
        let types: Vec<&str> = EventType::ALL
            .into_iter()
            .filter(|known| events.iter().any(|stored| stored.event.payload.event_type() == *known))
            .map(EventType::as_str)
            .collect();
        let mut organizations: Vec<_> = events.iter().map(|stored| stored.event.organization_id).collect();
        organizations.sort_unstable();
        organizations.dedup();
        let rows = sql.query(
            "SELECT w.seq, w.id, w.organization_id, w.platform, w.type AS event_type, w.enabled, w.name,
                    o.name AS organization
             FROM webhooks AS w JOIN organizations AS o ON o.id = w.organization_id
             WHERE w.deleted_at IS NULL AND w.platform = 0
               AND w.type IN (SELECT value FROM json_each(?1))
               AND w.organization_id IN (SELECT value FROM json_each(?2))
             UNION ALL
             SELECT w.seq, w.id, w.organization_id, w.platform, w.type, w.enabled, w.name, o.name
             FROM webhooks AS w JOIN organizations AS o ON o.id = w.organization_id
             WHERE w.deleted_at IS NULL AND w.platform = 1 AND w.type IN (SELECT value FROM json_each(?1))",
            params![to_json(&types), to_json(&organizations)],
            SubscriberRow::read,
        )?;
        let mut subscribers = Self::default();
        for row in rows {
            subscribers.add(&row)?;
        }
        Ok(subscribers)
    }

    fn add(&mut self, row: &SubscriberRow) -> Result<(), StoreError> {
        let id: WebhookId = parsed(&row.id)?;
        let event_type = parsed(&row.event_type)?;
        let webhook = WebhookRef { id, organization: &row.organization, name: &row.name };
        let head = body_head(event_type, webhook).into();
        let subscriber = Subscriber { seq: row.seq, enabled: row.enabled, head };
        let list = if row.platform {
            self.platform.entry(event_type).or_default()
        } else {
            self.own.entry((parsed(&row.organization_id)?, event_type)).or_default()
        };
        list.push(subscriber);
        Ok(())
    }

    fn of_event(&self, event: &Event) -> impl Iterator<Item = &Subscriber> {
        let event_type = event.payload.event_type();
        let own = self.own.get(&(event.organization_id, event_type));
        let platform = self.platform.get(&event_type);
        own.into_iter().chain(platform).flatten()
    }
}

/// Writes down the numbers that were given, before rows go.
pub(super) fn keep_last_rows(sql: &Sql<'_>) -> Result<(), StoreError> {
    let last = last_rows(sql)?;
    sql.execute("UPDATE last_rows SET event_seq = ?, delivery_seq = ?", params![last.event, last.delivery])?;
    Ok(())
}

/// Writes an event that a test send made up: it has no place in the organization's sequence.
pub(super) async fn insert_test_event(
    group: &mut Group<'_>,
    seq: i64,
    id: EventId,
    organization: OrganizationId,
    event_type: EventType,
    payload: &str,
    happened_at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO events (seq, id, organization_id, type, payload, happened_at) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(seq)
    .bind(id.to_string())
    .bind(organization.to_string())
    .bind(event_type.as_str())
    .bind(payload)
    .bind(happened_at.unix_ms())
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}
