//! The outbox: events and their deliveries, written with the change that caused them.

use std::{collections::HashMap, sync::Arc};

use domain::{
    DeliveryId, Event, EventId, EventType, OrganizationId, Timestamp, Trigger, WebhookId, WebhookRef,
    body_head, limits::INSERTED_ROWS_MAX,
};
use serde::Serialize;
use serde_json::json;
use sqlx::FromRow;

use super::{StoreError, group::Group, parsed, to_json};
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
pub(super) async fn insert(group: &mut Group<'_>, events: &[Event]) -> Result<Vec<Told>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let last = last_rows(group).await?;
    let rows = stored_events(group, events, last.event).await?;
    insert_events(group, &rows).await?;
    insert_deliveries(group, events, &rows, last.delivery).await
}

/// An event as its row has it.
struct StoredEvent<'e> {
    seq: i64,
    /// `None` for an organization that does not exist: its row is then refused by the table.
    sequence: Option<i64>,
    payload: Arc<str>,
    event: &'e Event,
}

#[derive(FromRow)]
pub(super) struct LastRows {
    pub(super) event: i64,
    pub(super) delivery: i64,
}

/// There is one writer, so it can number the rows itself and need not ask which they got. A number that was given is never
/// given again, although its row may be gone: cursors and jobs know rows by it.
pub(super) async fn last_rows(group: &mut Group<'_>) -> Result<LastRows, StoreError> {
    let sql = "SELECT max(event_seq, (SELECT coalesce(max(seq), 0) FROM events)) AS event,
                      max(delivery_seq, (SELECT coalesce(max(seq), 0) FROM deliveries)) AS delivery
               FROM last_rows";
    Ok(sqlx::query_as(sql).fetch_one(&mut *group.connection).await?)
}

async fn stored_events<'e>(
    group: &mut Group<'_>,
    events: &'e [Event],
    last: i64,
) -> Result<Vec<StoredEvent<'e>>, StoreError> {
    let mut sequences = reserve_sequences(group, events).await?;
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
async fn reserve_sequences(
    group: &mut Group<'_>,
    events: &[Event],
) -> Result<HashMap<OrganizationId, i64>, StoreError> {
    let mut counts: HashMap<OrganizationId, i64> = HashMap::new();
    for event in events {
        *counts.entry(event.organization_id).or_default() += 1;
    }
    let asked: Vec<_> = counts.iter().collect();
    let last: Vec<(String, i64)> = sqlx::query_as(
        "UPDATE organizations SET last_sequence = last_sequence + added.count
         FROM (SELECT value ->> 0 AS id, value ->> 1 AS count FROM json_each(?)) AS added
         WHERE organizations.id = added.id
         RETURNING organizations.id, last_sequence",
    )
    .bind(to_json(&asked))
    .fetch_all(&mut *group.connection)
    .await?;
    last.into_iter()
        .map(|(id, last)| {
            let id = parsed(&id)?;
            Ok((id, last - counts.get(&id).copied().unwrap_or_default() + 1))
        })
        .collect()
}

async fn insert_events(group: &mut Group<'_>, rows: &[StoredEvent<'_>]) -> Result<(), StoreError> {
    let rows: Vec<_> = rows
        .iter()
        .map(|StoredEvent { seq, sequence, payload, event }| {
            let event_type = event.payload.event_type();
            let happened_at = event.happened_at.unix_ms();
            (seq, event.id, event.organization_id, sequence, event_type, &**payload, happened_at)
        })
        .collect();
    sqlx::query(
        "INSERT INTO events (seq, id, organization_id, sequence, type, payload, happened_at)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
         FROM json_each(?)",
    )
    .bind(to_json(&rows))
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}

#[derive(Serialize)]
struct DeliveryRow<'a>(i64, DeliveryId, i64, i64, &'a str, &'a str, Option<i64>, i64);

async fn insert_deliveries(
    group: &mut Group<'_>,
    events: &[Event],
    stored: &[StoredEvent<'_>],
    last: i64,
) -> Result<Vec<Told>, StoreError> {
    let subscribers = Subscribers::of(group, events).await?;
    let now = group.now.unix_ms();
    let mut told = Vec::with_capacity(stored.len());
    let mut rows = Vec::with_capacity(stored.len().min(INSERTED_ROWS_MAX));
    let mut seqs = last + 1..;
    for event in stored {
        let mut deliveries = 0;
        for (subscriber, seq) in subscribers.of_event(event.event).zip(&mut seqs) {
            let id = group.new_id();
            let (state, due_at) = if subscriber.enabled { ("pending", Some(now)) } else { ("held", None) };
            rows.push(DeliveryRow(seq, id, event.seq, subscriber.seq, state, &subscriber.head, due_at, now));
            if subscriber.enabled {
                let due = due(seq, id, event, subscriber);
                group.news.add(subscriber.seq, due);
            }
            deliveries += 1;
            if rows.len() == INSERTED_ROWS_MAX {
                insert_rows(group, &rows).await?;
                rows.clear();
            }
        }
        told.push(Told { seq: event.seq, deliveries });
    }
    insert_rows(group, &rows).await?;
    Ok(told)
}

async fn insert_rows(group: &mut Group<'_>, rows: &[DeliveryRow<'_>]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO deliveries (seq, id, event_seq, webhook_seq, state, head, due_at, created_at)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
         FROM json_each(?)",
    )
    .bind(to_json(rows))
    .execute(&mut *group.connection)
    .await?;
    Ok(())
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

#[derive(FromRow)]
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

impl Subscribers {
    async fn of(group: &mut Group<'_>, events: &[Event]) -> Result<Self, StoreError> {
        let types: Vec<&str> = EventType::ALL
            .into_iter()
            .filter(|known| events.iter().any(|event| event.payload.event_type() == *known))
            .map(EventType::as_str)
            .collect();
        let mut organizations: Vec<_> = events.iter().map(|event| event.organization_id).collect();
        organizations.sort_unstable();
        organizations.dedup();
        let rows: Vec<SubscriberRow> = sqlx::query_as(
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
        )
        .bind(json!(types).to_string())
        .bind(json!(organizations).to_string())
        .fetch_all(&mut *group.connection)
        .await?;
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
pub(super) async fn keep_last_rows(group: &mut Group<'_>) -> Result<(), StoreError> {
    let last = last_rows(group).await?;
    sqlx::query("UPDATE last_rows SET event_seq = ?, delivery_seq = ?")
        .bind(last.event)
        .bind(last.delivery)
        .execute(&mut *group.connection)
        .await?;
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
