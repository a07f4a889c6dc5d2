//! What the writes of one group share: its transaction, and the rows that are written for all of them at once.

use domain::{
    Event, EventId, EventType, OrganizationId, Payload, Timestamp, WebhookId, WebhookRef, body_head,
};
use serde_json::{Value, json};
use sqlx::{FromRow, SqliteConnection};

use super::{
    StoreError,
    completions::{self, Completion},
    parsed,
};
use crate::ids::IdSource;

/// One group of writes in its transaction.
pub(super) struct Group<'c> {
    pub(super) connection: &'c mut SqliteConnection,
    pub(super) now: Timestamp,
    ids: &'c IdSource,
    events: Vec<Event>,
    completions: Vec<Completion>,
    woken: bool,
}

/// How much had been handed in at some moment.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    events: usize,
    completions: usize,
}

impl<'c> Group<'c> {
    pub(super) fn new(connection: &'c mut SqliteConnection, now: Timestamp, ids: &'c IdSource) -> Self {
        Self { connection, now, ids, events: Vec::new(), completions: Vec::new(), woken: false }
    }

    pub(super) fn new_id<T>(&self) -> domain::Id<T> {
        self.ids.next(self.now)
    }

    /// Records that something happened: the event and its deliveries commit with the change that caused them.
    pub(super) fn record(&mut self, organization_id: OrganizationId, payload: Payload) {
        let event = Event { id: self.new_id(), organization_id, payload, happened_at: self.now };
        self.events.push(event);
    }

    pub(super) fn complete(&mut self, completion: Completion) {
        self.completions.push(completion);
    }

    /// Says that deliveries may be due after this group.
    pub(super) fn wake(&mut self) {
        self.woken = true;
    }

    pub(super) async fn execute(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::query(sql).execute(&mut *self.connection).await?;
        Ok(())
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { events: self.events.len(), completions: self.completions.len() }
    }

    pub(super) fn forget_since(&mut self, mark: Mark) {
        self.events.truncate(mark.events);
        self.completions.truncate(mark.completions);
    }

    /// Writes what was handed in, one statement a kind. Answers whether deliveries may be due.
    pub(super) async fn flush(mut self) -> Result<bool, StoreError> {
        let completions = std::mem::take(&mut self.completions);
        if !completions.is_empty() {
            completions::complete(&mut self, &completions).await?;
        }
        let events = std::mem::take(&mut self.events);
        if !events.is_empty() {
            self.insert_events(&events).await?;
            self.insert_deliveries(&events).await?;
        }
        Ok(self.woken)
    }

    async fn insert_events(&mut self, events: &[Event]) -> Result<(), StoreError> {
        let mut sequences = self.reserve_sequences(events).await?;
        let rows: Vec<Value> = events
            .iter()
            .map(|event| {
                let sequence = sequences.next(event.organization_id);
                let payload = event.payload.to_json();
                let event_type = event.payload.event_type().as_str();
                json!([
                    event.id,
                    event.organization_id,
                    sequence,
                    event_type,
                    payload,
                    event.happened_at.unix_ms()
                ])
            })
            .collect();
        sqlx::query(
            "INSERT INTO events (id, organization_id, sequence, type, payload, happened_at)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
             FROM json_each(?)",
        )
        .bind(Value::from(rows).to_string())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    async fn reserve_sequences(&mut self, events: &[Event]) -> Result<Sequences, StoreError> {
        let mut counts: Vec<(OrganizationId, i64)> = Vec::new();
        for event in events {
            match counts.iter_mut().find(|(id, _)| *id == event.organization_id) {
                Some((_, count)) => *count += 1,
                None => counts.push((event.organization_id, 1)),
            }
        }
        let last: Vec<(String, i64)> = sqlx::query_as(
            "UPDATE organizations SET last_sequence = last_sequence + added.count
             FROM (SELECT value ->> 0 AS id, value ->> 1 AS count FROM json_each(?)) AS added
             WHERE organizations.id = added.id
             RETURNING organizations.id, last_sequence",
        )
        .bind(json!(counts).to_string())
        .fetch_all(&mut *self.connection)
        .await?;
        let mut next = Vec::with_capacity(last.len());
        for (id, last) in last {
            let id: OrganizationId = parsed(&id)?;
            let count = counts.iter().find(|(known, _)| *known == id).map_or(0, |(_, count)| *count);
            next.push((id, last - count + 1));
        }
        Ok(Sequences { next })
    }

    async fn insert_deliveries(&mut self, events: &[Event]) -> Result<(), StoreError> {
        let subscribers = self.subscribers(events).await?;
        let mut rows: Vec<Value> = Vec::new();
        for event in events {
            for subscriber in subscribers.iter().filter(|subscriber| subscriber.wants(event)) {
                rows.push(self.delivery_row(event.id, subscriber));
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO deliveries (id, event_id, webhook_id, state, head, due_at, created_at)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
             FROM json_each(?)",
        )
        .bind(Value::from(rows).to_string())
        .execute(&mut *self.connection)
        .await?;
        self.wake();
        Ok(())
    }

    fn delivery_row(&self, event: EventId, subscriber: &Subscriber) -> Value {
        let id: domain::DeliveryId = self.new_id();
        let now = self.now.unix_ms();
        let (state, due_at) = if subscriber.enabled { ("pending", Some(now)) } else { ("held", None) };
        json!([id, event, subscriber.webhook_id, state, subscriber.head, due_at, now])
    }

    /// The webhooks that any of these events is for.
    async fn subscribers(&mut self, events: &[Event]) -> Result<Vec<Subscriber>, StoreError> {
        let types: Vec<&str> = EventType::ALL
            .into_iter()
            .filter(|known| events.iter().any(|event| event.payload.event_type() == *known))
            .map(EventType::as_str)
            .collect();
        let mut organizations: Vec<_> = events.iter().map(|event| event.organization_id).collect();
        organizations.sort_unstable();
        organizations.dedup();
        let rows: Vec<SubscriberRow> = sqlx::query_as(
            "SELECT w.id, w.organization_id, w.platform, w.type AS event_type, w.enabled, w.name, o.name AS organization
             FROM webhooks AS w JOIN organizations AS o ON o.id = w.organization_id
             WHERE w.deleted_at IS NULL AND w.platform = 0
               AND w.type IN (SELECT value FROM json_each(?1))
               AND w.organization_id IN (SELECT value FROM json_each(?2))
             UNION ALL
             SELECT w.id, w.organization_id, w.platform, w.type, w.enabled, w.name, o.name
             FROM webhooks AS w JOIN organizations AS o ON o.id = w.organization_id
             WHERE w.deleted_at IS NULL AND w.platform = 1 AND w.type IN (SELECT value FROM json_each(?1))",
        )
        .bind(json!(types).to_string())
        .bind(json!(organizations).to_string())
        .fetch_all(&mut *self.connection)
        .await?;
        rows.into_iter().map(Subscriber::try_from).collect()
    }
}

/// The next number of each organization.
struct Sequences {
    next: Vec<(OrganizationId, i64)>,
}

impl Sequences {
    /// `None` for an organization that does not exist: its row is then refused by the table.
    fn next(&mut self, organization: OrganizationId) -> Option<i64> {
        let (_, next) = self.next.iter_mut().find(|(id, _)| *id == organization)?;
        *next += 1;
        Some(*next - 1)
    }
}

/// A webhook that gets events, with its part of their bodies.
struct Subscriber {
    webhook_id: WebhookId,
    organization_id: OrganizationId,
    platform: bool,
    event_type: EventType,
    enabled: bool,
    head: String,
}

impl Subscriber {
    fn wants(&self, event: &Event) -> bool {
        self.event_type == event.payload.event_type()
            && (self.platform || self.organization_id == event.organization_id)
    }
}

#[derive(FromRow)]
struct SubscriberRow {
    id: String,
    organization_id: String,
    platform: bool,
    event_type: String,
    enabled: bool,
    name: String,
    organization: String,
}

impl TryFrom<SubscriberRow> for Subscriber {
    type Error = StoreError;

    fn try_from(row: SubscriberRow) -> Result<Self, StoreError> {
        let webhook_id = parsed(&row.id)?;
        let event_type = parsed(&row.event_type)?;
        let webhook = WebhookRef { id: webhook_id, organization: &row.organization, name: &row.name };
        Ok(Self {
            webhook_id,
            organization_id: parsed(&row.organization_id)?,
            platform: row.platform,
            event_type,
            enabled: row.enabled,
            head: body_head(event_type, webhook),
        })
    }
}
