//! What the writer remembers from group to group, so that it need not be read again for each.
//!
//! It holds as long as nothing but events and successful attempts is written: any other write makes it forget.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use domain::{EventType, OrganizationId, WebhookId, WebhookRef, body_head, limits::REMEMBERED_MAX};
use rusqlite::{Row, params};

use super::{
    StoreError,
    completions::Records,
    direct::Sql,
    outbox::{EventRow, LastRows, last_rows},
    parsed, to_json,
};

#[derive(Default)]
pub(super) struct Memory {
    pub(super) last: Option<LastRows>,
    /// The last number of each organization.
    sequences: HashMap<OrganizationId, i64>,
    subscribers: HashMap<(OrganizationId, EventType), Vec<Subscriber>>,
    /// Webhooks whose newest attempt succeeded, as is stored.
    healthy: HashSet<i64>,
}

/// A webhook that gets events, with its part of their bodies.
#[derive(Clone)]
pub(super) struct Subscriber {
    pub(super) seq: i64,
    pub(super) enabled: bool,
    pub(super) head: Arc<str>,
}

impl Memory {
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    pub(super) fn last_rows(&self, sql: &Sql<'_>) -> Result<LastRows, StoreError> {
        self.last.map_or_else(|| last_rows(sql), Ok)
    }

    /// Reads where the sequences of these events' organizations stand, if that is not known.
    pub(super) fn learn_sequences(&mut self, sql: &Sql<'_>, events: &[EventRow]) -> Result<(), StoreError> {
        if self.sequences.len() >= REMEMBERED_MAX {
            self.sequences.clear();
        }
        let unknown: HashSet<OrganizationId> = events
            .iter()
            .map(|event| event.organization_id)
            .filter(|organization| !self.sequences.contains_key(organization))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let found = sql.query(
            "SELECT id, last_sequence FROM organizations WHERE id IN (SELECT value FROM json_each(?))",
            params![to_json(&unknown)],
            |row| Ok((row.get::<_, String>(0)?, row.get(1)?)),
        )?;
        for (id, last) in found {
            self.sequences.insert(parsed(&id)?, last);
        }
        Ok(())
    }

    /// Leaves out what changes nothing: that a webhook which did well does well again. For records of successes.
    pub(super) fn leave_out_known(&mut self, successes: &mut Records) {
        if self.healthy.len() >= REMEMBERED_MAX {
            self.healthy.clear();
        }
        successes.retain(|webhook| self.healthy.insert(webhook));
    }

    /// `None` for an organization that does not exist.
    pub(super) fn next_sequence(&mut self, organization: OrganizationId) -> Option<i64> {
        let last = self.sequences.get_mut(&organization)?;
        *last += 1;
        Some(*last)
    }

    /// Reads who gets these events, if that is not known.
    pub(super) fn learn_subscribers(&mut self, sql: &Sql<'_>, events: &[EventRow]) -> Result<(), StoreError> {
        if self.subscribers.len() >= REMEMBERED_MAX {
            self.subscribers.clear();
        }
        let unknown: HashSet<_> = events
            .iter()
            .map(|event| (event.organization_id, event.event_type))
            .filter(|key| !self.subscribers.contains_key(key))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let rows = sql.query(
            "SELECT asked.value ->> 0, asked.value ->> 1, w.seq, w.id, w.enabled, w.name, o.name
             FROM json_each(?1) AS asked
             CROSS JOIN webhooks AS w ON w.type = asked.value ->> 1
                 AND w.organization_id = asked.value ->> 0 AND w.platform = 0
             JOIN organizations AS o ON o.id = w.organization_id
             WHERE w.deleted_at IS NULL
             UNION ALL
             SELECT asked.value ->> 0, asked.value ->> 1, w.seq, w.id, w.enabled, w.name, o.name
             FROM json_each(?1) AS asked
             CROSS JOIN webhooks AS w ON w.type = asked.value ->> 1 AND w.platform = 1
             JOIN organizations AS o ON o.id = w.organization_id
             WHERE w.deleted_at IS NULL",
            params![to_json(&unknown)],
            SubscriberRow::read,
        )?;
        for key in unknown {
            self.subscribers.entry(key).or_default();
        }
        for row in &rows {
            let (organization, event_type, subscriber) = row.subscriber()?;
            self.subscribers.entry((organization, event_type)).or_default().push(subscriber);
        }
        Ok(())
    }

    pub(super) fn subscribers_of(&self, event: &EventRow) -> &[Subscriber] {
        self.subscribers.get(&(event.organization_id, event.event_type)).map_or(&[], Vec::as_slice)
    }
}

struct SubscriberRow {
    /// Whose events, and of which type.
    of: String,
    event_type: String,
    seq: i64,
    id: String,
    enabled: bool,
    name: String,
    /// Whose webhook it is.
    owner: String,
}

impl SubscriberRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            of: row.get(0)?,
            event_type: row.get(1)?,
            seq: row.get(2)?,
            id: row.get(3)?,
            enabled: row.get(4)?,
            name: row.get(5)?,
            owner: row.get(6)?,
        })
    }

    fn subscriber(&self) -> Result<(OrganizationId, EventType, Subscriber), StoreError> {
        let id: WebhookId = parsed(&self.id)?;
        let event_type = parsed(&self.event_type)?;
        let webhook = WebhookRef { id, organization: &self.owner, name: &self.name };
        let head = body_head(event_type, webhook).into();
        let subscriber = Subscriber { seq: self.seq, enabled: self.enabled, head };
        Ok((parsed(&self.of)?, event_type, subscriber))
    }
}
