//! Published events: idempotency keys in the events' own transaction, so that a repeated request finds the first.

use std::{collections::HashMap, ops::Range, sync::Arc};

use domain::{EventId, EventType, OrganizationId, Payload};
use rusqlite::{Row, params};
use sha2::{Digest, Sha256};

use super::{
    Store, StoreError,
    direct::Sql,
    group::{Flushed, Moment, Rows},
    inbox::Weight,
    intake::Room,
    outbox::{EventRow, Told},
    parsed, to_json,
    writer::Collect,
};

/// An event to be published.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub organization_id: OrganizationId,
    pub payload: Payload,
    pub idempotency_key: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    Accepted {
        id: EventId,
        deliveries: u32,
    },
    /// The key came before with the same content: nothing new was stored.
    Repeated {
        id: EventId,
        deliveries: u32,
    },
    /// The key came before with another content.
    Conflict,
}

impl Store {
    /// Stores events and their deliveries. Each has its own result, in their order; all are durable when it answers.
    ///
    /// # Errors
    /// [`StoreError::Overloaded`] when too much waits already or the disk is nearly full; nothing was stored then.
    pub async fn publish(&self, events: Vec<NewEvent>) -> Result<Vec<Published>, StoreError> {
        let events: Vec<_> = events.into_iter().map(|event| Arc::new(ToPublish::new(event))).collect();
        let room = self.intake.admit(bytes_of(&events))?;
        self.writer.offer(Publish { events, places: 0..0, _room: room }).await
    }
}

/// An event as it will be written. What that takes is done here, where the writer need not wait for it.
pub(super) struct ToPublish {
    organization_id: OrganizationId,
    event_type: EventType,
    payload: Arc<str>,
    /// With the hash of the content.
    key: Option<(String, [u8; 32])>,
}

impl ToPublish {
    fn new(NewEvent { organization_id, payload, idempotency_key }: NewEvent) -> Self {
        let (event_type, payload) = (payload.event_type(), payload.to_json());
        let key = idempotency_key.map(|key| (key, content_hash(event_type, &payload)));
        Self { organization_id, event_type, payload: payload.into(), key }
    }

    /// What it is known by, where it has a key.
    fn key(&self) -> Option<(OrganizationId, &str)> {
        self.key.as_ref().map(|(key, _)| (self.organization_id, key.as_str()))
    }
}

struct Publish {
    events: Vec<Arc<ToPublish>>,
    /// Where in the group's results theirs stand.
    places: Range<usize>,
    /// Held until they are written or refused, whether or not somebody waits for it still.
    _room: Room,
}

fn bytes_of(events: &[Arc<ToPublish>]) -> usize {
    events.iter().map(|event| event.payload.len()).sum()
}

impl Collect for Publish {
    type Output = Vec<Published>;

    fn collect(&mut self, rows: &mut Rows) {
        self.places = rows.publish(&self.events);
    }

    fn weight(&self) -> Weight {
        Weight { events: self.events.len(), bytes: bytes_of(&self.events) }
    }

    fn settle(self, flushed: &Flushed) -> Vec<Published> {
        flushed.published.get(self.places).unwrap_or_default().to_vec()
    }
}

/// What is known of published events before they are written.
pub(super) struct Decided {
    fates: Vec<Fate>,
    keys: Vec<NewKey>,
}

enum Fate {
    /// The event's place among those that are written.
    New {
        place: usize,
        id: EventId,
    },
    /// Repeats a new one of this group.
    RepeatsNew {
        place: usize,
        id: EventId,
    },
    Known(Published),
}

struct NewKey {
    event: Arc<ToPublish>,
    place: usize,
}

struct KnownRow {
    organization_id: String,
    key: String,
    content_hash: Vec<u8>,
    event_id: String,
    deliveries: u32,
}

type KeyOf = (OrganizationId, String);

/// Tells new events from repeated ones and appends the new to `events`.
pub(super) fn decide(
    sql: &Sql<'_>,
    moment: &Moment<'_>,
    published: Vec<Arc<ToPublish>>,
    events: &mut Vec<EventRow>,
) -> Result<Decided, StoreError> {
    let known = known_keys(sql, &published)?;
    let mut fresh: HashMap<KeyOf, (usize, EventId, [u8; 32])> = HashMap::new();
    let mut decided = Decided { fates: Vec::with_capacity(published.len()), keys: Vec::new() };
    for event in published {
        let (place, id) = (events.len(), moment.new_id());
        if let Some((key, hash)) = &event.key {
            let key = (event.organization_id, key.clone());
            if let Some(row) = known.get(&key) {
                decided.fates.push(Fate::Known(row.repeated(hash)?));
                continue;
            }
            if let Some((place, id, first)) = fresh.get(&key) {
                let repeats = Fate::RepeatsNew { place: *place, id: *id };
                decided.fates.push(if first == hash { repeats } else { Fate::Known(Published::Conflict) });
                continue;
            }
            fresh.insert(key, (place, id, *hash));
            decided.keys.push(NewKey { event: Arc::clone(&event), place });
        }
        let ToPublish { organization_id, event_type, payload, .. } = &*event;
        events.push(EventRow {
            id,
            organization_id: *organization_id,
            event_type: *event_type,
            payload: Arc::clone(payload),
            happened_at: moment.now,
        });
        decided.fates.push(Fate::New { place, id });
    }
    Ok(decided)
}

/// Writes the new keys, and says what became of each published event.
pub(super) fn answer(sql: &Sql<'_>, decided: Decided, told: &[Told]) -> Result<Vec<Published>, StoreError> {
    insert_keys(sql, &decided.keys, told)?;
    let deliveries = |place: usize| told.get(place).map_or(0, |told| told.deliveries);
    let published = decided.fates.into_iter().map(|fate| match fate {
        Fate::New { place, id } => Published::Accepted { id, deliveries: deliveries(place) },
        Fate::RepeatsNew { place, id } => Published::Repeated { id, deliveries: deliveries(place) },
        Fate::Known(published) => published,
    });
    Ok(published.collect())
}

impl KnownRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            organization_id: row.get(0)?,
            key: row.get(1)?,
            content_hash: row.get(2)?,
            event_id: row.get(3)?,
            deliveries: row.get(4)?,
        })
    }

    fn repeated(&self, hash: &[u8; 32]) -> Result<Published, StoreError> {
        if self.content_hash != hash {
            return Ok(Published::Conflict);
        }
        Ok(Published::Repeated { id: parsed(&self.event_id)?, deliveries: self.deliveries })
    }
}

fn known_keys(sql: &Sql<'_>, published: &[Arc<ToPublish>]) -> Result<HashMap<KeyOf, KnownRow>, StoreError> {
    let asked: Vec<_> = published.iter().filter_map(|event| event.key()).collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sql.query(
        "SELECT k.organization_id, k.key, k.content_hash, e.id AS event_id, k.deliveries
         FROM json_each(?) AS asked
         JOIN idempotency_keys AS k ON k.organization_id = asked.value ->> 0 AND k.key = asked.value ->> 1
         JOIN events AS e ON e.seq = k.event_seq",
        params![to_json(&asked)],
        KnownRow::read,
    )?;
    rows.into_iter().map(|row| Ok(((parsed(&row.organization_id)?, row.key.clone()), row))).collect()
}

fn insert_keys(sql: &Sql<'_>, keys: &[NewKey], told: &[Told]) -> Result<(), StoreError> {
    let rows: Vec<_> = keys
        .iter()
        .filter_map(|NewKey { event, place }| {
            let (key, hash) = event.key.as_ref()?;
            Some((event.organization_id, key, hash, told.get(*place)?))
        })
        .collect();
    sql.execute_rows(
        "INSERT INTO idempotency_keys (organization_id, key, content_hash, event_seq, deliveries)
         SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL",
        &rows,
        |(organization, key, hash, told)| {
            [
                organization.to_string().into(),
                key.as_str().into(),
                hash.as_slice().into(),
                told.seq.into(),
                told.deliveries.into(),
            ]
        },
    )
}

/// Of type and payload, in the order in which Herald writes the members: how a client spells its JSON does not count.
fn content_hash(event_type: EventType, payload: &str) -> [u8; 32] {
    Sha256::new().chain_update(event_type.as_str()).chain_update("\n").chain_update(payload).finalize().into()
}
