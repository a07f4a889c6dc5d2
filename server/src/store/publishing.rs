//! Published events: idempotency keys in the events' own transaction, so that a repeated request finds the first.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{Event, EventId, EventType, OrganizationId, Payload};
use rusqlite::{Row, params};
use sha2::{Digest, Sha256};

use super::{
    Store, StoreError,
    direct::Sql,
    group::{Flushed, Group, Moment},
    inbox::Weight,
    outbox::Told,
    parsed, to_json,
    writer::Write,
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
        let publish = Publish { events, places: Vec::new() };
        let _room = self.intake.admit(publish.weight().bytes)?;
        self.writer.offer(publish).await
    }
}

struct Publish {
    events: Vec<NewEvent>,
    /// Where in the group's results theirs stand.
    places: Vec<usize>,
}

#[async_trait]
impl Write for Publish {
    type Output = Vec<Published>;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<Vec<Published>, StoreError> {
        self.places = self.events.iter().map(|event| group.publish(event.clone())).collect();
        Ok(Vec::new())
    }

    fn only_collects(&self) -> bool {
        true
    }

    fn weight(&self) -> Weight {
        let bytes = self.events.iter().map(|event| event.payload.text_bytes()).sum();
        Weight { events: self.events.len(), bytes }
    }

    fn settle(&self, output: &mut Vec<Published>, flushed: &Flushed) {
        output.extend(self.places.iter().filter_map(|place| flushed.published.get(*place).cloned()));
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
    organization_id: OrganizationId,
    key: String,
    hash: [u8; 32],
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
    published: Vec<NewEvent>,
    events: &mut Vec<Event>,
) -> Result<Decided, StoreError> {
    let known = known_keys(sql, &published)?;
    let mut fresh: HashMap<KeyOf, (usize, EventId, [u8; 32])> = HashMap::new();
    let mut decided = Decided { fates: Vec::with_capacity(published.len()), keys: Vec::new() };
    for NewEvent { organization_id, payload, idempotency_key } in published {
        let keyed = idempotency_key.map(|key| ((organization_id, key), content_hash(&payload)));
        if let Some((key, hash)) = &keyed {
            if let Some(row) = known.get(key) {
                decided.fates.push(Fate::Known(row.repeated(hash)?));
                continue;
            }
            if let Some((place, id, first)) = fresh.get(key) {
                let repeats = Fate::RepeatsNew { place: *place, id: *id };
                decided.fates.push(if first == hash { repeats } else { Fate::Known(Published::Conflict) });
                continue;
            }
        }
        let (place, id) = (events.len(), moment.new_id());
        if let Some((key, hash)) = keyed {
            decided.keys.push(NewKey { organization_id, key: key.1.clone(), hash, place });
            fresh.insert(key, (place, id, hash));
        }
        events.push(Event { id, organization_id, payload, happened_at: moment.now });
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

fn known_keys(sql: &Sql<'_>, published: &[NewEvent]) -> Result<HashMap<KeyOf, KnownRow>, StoreError> {
    let asked: Vec<(OrganizationId, &str)> = published
        .iter()
        .filter_map(|event| Some((event.organization_id, event.idempotency_key.as_deref()?)))
        .collect();
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
    let rows: Vec<_> = keys.iter().filter_map(|new| Some((new, told.get(new.place)?))).collect();
    sql.execute_rows(
        "INSERT INTO idempotency_keys (organization_id, key, content_hash, event_seq, deliveries)
         SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL",
        &rows,
        |(new, told)| {
            [
                new.organization_id.to_string().into(),
                new.key.as_str().into(),
                new.hash.as_slice().into(),
                told.seq.into(),
                told.deliveries.into(),
            ]
        },
    )
}

/// Of type and payload, in the order in which Herald writes the members: how a client spells its JSON does not count.
fn content_hash(payload: &Payload) -> [u8; 32] {
    let event_type: EventType = payload.event_type();
    Sha256::new()
        .chain_update(event_type.as_str())
        .chain_update("\n")
        .chain_update(payload.to_json())
        .finalize()
        .into()
}
