//! The outbox: events and their deliveries, written with the change that caused them.

use std::{collections::HashMap, sync::Arc};

use domain::{DeliveryId, EventId, EventType, OrganizationId, Timestamp, Trigger, limits::INSERTED_ROWS_MAX};
use rusqlite::params;

use super::{
    StoreError,
    arrivals::News,
    direct::{Sql, or_null},
    group::{Group, Moment},
    memory::{Memory, Subscriber},
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

/// An event that is to be written.
pub(super) struct EventRow {
    pub(super) id: EventId,
    /// Whose webhooks are told: the user's organization, or the group's for a removal.
    pub(super) organization_id: OrganizationId,
    pub(super) event_type: EventType,
    /// JSON, byte for byte as it is sent.
    pub(super) payload: Arc<str>,
    pub(super) happened_at: Timestamp,
}

/// Writes events, and for each one delivery a webhook of its type. Answers in their order what became of each.
pub(super) fn insert(
    sql: &Sql<'_>,
    moment: &Moment<'_>,
    memory: &mut Memory,
    events: &[EventRow],
    news: &mut News,
) -> Result<Vec<Told>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let mut last = memory.last_rows(sql)?;
    let rows = number(sql, memory, events, &mut last.event)?;
    insert_events(sql, &rows)?;
    memory.learn_subscribers(sql, events)?;
    let told = insert_deliveries(sql, moment, memory, &rows, &mut last.delivery, news)?;
    memory.last = Some(last);
    Ok(told)
}

/// An event with its numbers.
struct Numbered<'e> {
    seq: i64,
    /// `None` for an organization that does not exist: its row is then refused by the table.
    sequence: Option<i64>,
    event: &'e EventRow,
}

#[derive(Clone, Copy)]
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

/// Gives each event its row's number and the next of its organization's sequence.
fn number<'e>(
    sql: &Sql<'_>,
    memory: &mut Memory,
    events: &'e [EventRow],
    last: &mut i64,
) -> Result<Vec<Numbered<'e>>, StoreError> {
    memory.learn_sequences(sql, events)?;
    let mut changed = HashMap::new();
    let numbered: Vec<_> = events
        .iter()
        .map(|event| {
            *last += 1;
            let sequence = memory.next_sequence(event.organization_id);
            if let Some(sequence) = sequence {
                changed.insert(event.organization_id, sequence);
            }
            Numbered { seq: *last, sequence, event }
        })
        .collect();
    let changed: Vec<_> = changed.into_iter().collect();
    sql.execute_rows(
        "UPDATE organizations SET last_sequence = given.last
         FROM (SELECT column1 AS id, column2 AS last FROM (VALUES {rows}) WHERE column1 IS NOT NULL) AS given
         WHERE organizations.id = given.id",
        &changed,
        |(organization, sequence)| [organization.to_string().into(), (*sequence).into()],
    )?;
    Ok(numbered)
}

fn insert_events(sql: &Sql<'_>, rows: &[Numbered<'_>]) -> Result<(), StoreError> {
    sql.execute_rows(
        "INSERT INTO events (seq, id, organization_id, sequence, type, payload, happened_at)
         SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL",
        rows,
        |Numbered { seq, sequence, event }| {
            [
                (*seq).into(),
                event.id.to_string().into(),
                event.organization_id.to_string().into(),
                or_null(*sequence),
                event.event_type.as_str().into(),
                (*event.payload).into(),
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
    memory: &Memory,
    events: &[Numbered<'_>],
    last: &mut i64,
    news: &mut News,
) -> Result<Vec<Told>, StoreError> {
    let mut told = Vec::with_capacity(events.len());
    let mut rows = Vec::with_capacity(events.len().min(INSERTED_ROWS_MAX));
    for event in events {
        let subscribers = memory.subscribers_of(event.event);
        for subscriber in subscribers {
            *last += 1;
            let (seq, id) = (*last, moment.new_id());
            rows.push(DeliveryRow { seq, id, event: event.seq, subscriber });
            if subscriber.enabled {
                news.add(subscriber.seq, due(seq, id, event, subscriber));
            }
            if rows.len() == INSERTED_ROWS_MAX {
                insert_rows(sql, moment.now, &rows)?;
                rows.clear();
            }
        }
        told.push(Told { seq: event.seq, deliveries: u32::try_from(subscribers.len()).unwrap_or(u32::MAX) });
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

fn due(key: i64, id: DeliveryId, event: &Numbered<'_>, subscriber: &Subscriber) -> Due {
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
        payload: Arc::clone(&event.event.payload),
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
