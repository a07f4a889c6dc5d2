//! What the writes of one group share: its transaction, and the rows that are written for all of them at once.

use std::{ops::Range, sync::Arc};

use domain::{OrganizationId, Payload, Timestamp};
use sqlx::SqliteConnection;

use super::{
    StoreError, api_keys,
    arrivals::{Change, News},
    audit::{self, AuditEntry},
    completions::{self, Completion, Records},
    direct::{Direct, Sql},
    memory::Memory,
    outbox::{self, EventRow},
    publishing::{self, Published, ToPublish},
    subjects::{self, Noted},
};
use crate::{clock::Clock, ids::IdSource};

/// When a group is written, and the ids that are made in it.
#[derive(Clone, Copy)]
pub(super) struct Moment<'c> {
    pub(super) now: Timestamp,
    ids: &'c IdSource,
}

impl<'c> Moment<'c> {
    pub(super) fn new(clock: &Clock, ids: &'c IdSource) -> Self {
        Self { now: clock.now(), ids }
    }

    pub(super) fn new_id<T>(&self) -> domain::Id<T> {
        self.ids.next(self.now)
    }
}

/// One group of writes in its transaction.
pub(super) struct Group<'c> {
    pub(super) connection: &'c mut SqliteConnection,
    direct: &'c mut Direct,
    pub(super) now: Timestamp,
    /// For what cannot be taken back: see [`Clock::steady_now`].
    pub(super) steady_now: Timestamp,
    moment: Moment<'c>,
    pub(super) rows: Rows,
    audit: Vec<AuditEntry>,
    pub(super) news: News,
    wakes: Wakes,
}

/// Which work in the background has something to do.
#[derive(Clone, Copy, Default)]
pub(super) struct Wakes {
    pub(super) jobs: bool,
    pub(super) purges: bool,
}

/// What was handed in to be written at the end.
#[derive(Default)]
pub(super) struct Rows {
    events: Vec<EventRow>,
    published: Vec<Arc<ToPublish>>,
    pub(super) completions: Vec<Arc<Completion>>,
    /// Hashes of API keys that were used.
    pub(super) used_keys: Vec<[u8; 32]>,
    pub(super) noted: Vec<Noted>,
}

/// How much had been handed in at some moment.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    events: usize,
    audit: usize,
}

/// What a group came to once its rows were written.
#[derive(Default)]
pub(super) struct Flushed {
    /// In the order in which they were handed in.
    pub(super) published: Vec<Published>,
    pub(super) news: News,
    pub(super) wakes: Wakes,
    /// How many deliveries an event had, if there were events.
    pub(super) fan_out: Option<usize>,
}

impl<'c> Group<'c> {
    pub(super) fn new(
        connection: &'c mut SqliteConnection,
        direct: &'c mut Direct,
        moment: Moment<'c>,
        steady_now: Timestamp,
    ) -> Self {
        Self {
            connection,
            direct,
            now: moment.now,
            steady_now,
            moment,
            rows: Rows::default(),
            audit: Vec::new(),
            news: News::default(),
            wakes: Wakes::default(),
        }
    }

    pub(super) fn new_id<T>(&self) -> domain::Id<T> {
        self.moment.new_id()
    }

    /// Records that something happened: the event and its deliveries commit with the change that caused them.
    pub(super) fn record(&mut self, organization_id: OrganizationId, payload: Payload) {
        let (id, happened_at) = (self.new_id(), self.now);
        let (event_type, payload) = (payload.event_type(), payload.to_json().into());
        self.rows.events.push(EventRow { id, organization_id, event_type, payload, happened_at });
    }

    pub(super) fn audit(&mut self, entry: AuditEntry) {
        self.audit.push(entry);
    }

    /// Says that the engine knows this webhook's row no longer.
    pub(super) fn webhook_changed(&mut self, webhook: i64, change: Change) {
        self.news.change(webhook, change);
    }

    /// Says that there is a bulk job to be run.
    pub(super) fn wake_jobs(&mut self) {
        self.wakes.jobs = true;
    }

    /// Says that there is a user to be purged.
    pub(super) fn wake_purges(&mut self) {
        self.wakes.purges = true;
    }

    pub(super) async fn execute(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::query(sql).execute(&mut *self.connection).await?;
        Ok(())
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { events: self.rows.events.len(), audit: self.audit.len() }
    }

    /// What was said of webhooks and jobs may stay: at worst the engine looks once more.
    pub(super) fn forget_since(&mut self, mark: Mark) {
        self.rows.events.truncate(mark.events);
        self.audit.truncate(mark.audit);
    }

    /// Runs statements on the short way, see [`Direct`].
    pub(super) async fn direct<T>(
        &mut self,
        work: impl FnOnce(&Sql<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.direct.run(self.connection, work).await
    }

    /// Writes what was handed in, one statement a kind.
    pub(super) async fn flush(mut self) -> Result<Flushed, StoreError> {
        let completions = std::mem::take(&mut self.rows.completions);
        let records = Records::of(&completions);
        if !completions.is_empty() {
            self.direct(|sql| completions::insert(sql, &completions, &records)).await?;
        }
        if records.any_failure() {
            completions::disable(&mut self, &completions, &records).await?;
        }
        let (mut rows, moment, news) = (std::mem::take(&mut self.rows), self.moment, &mut self.news);
        let write = |sql: &Sql<'_>| rows.write_others(sql, &moment, &mut Memory::default(), news);
        let mut flushed = self.direct.run(self.connection, write).await?;
        let audit = std::mem::take(&mut self.audit);
        if !audit.is_empty() {
            audit::insert(&mut self, &audit).await?;
        }
        flushed.news = self.news;
        flushed.wakes = self.wakes;
        Ok(flushed)
    }
}

impl Rows {
    /// Takes in published events, and answers where their results will stand.
    pub(super) fn publish(&mut self, events: &[Arc<ToPublish>]) -> Range<usize> {
        let first = self.published.len();
        self.published.extend(events.iter().cloned());
        first..self.published.len()
    }

    /// Writes all as a transaction of its own. For rows that leave nothing else to do.
    pub(super) fn write(
        mut self,
        sql: &Sql<'_>,
        moment: &Moment<'_>,
        memory: &mut Memory,
    ) -> Result<Flushed, StoreError> {
        let mut news = News::default();
        sql.execute("BEGIN IMMEDIATE", &[])?;
        if !self.completions.is_empty() {
            let mut records = Records::of(&self.completions);
            memory.leave_out_known(&mut records);
            completions::insert(sql, &self.completions, &records)?;
        }
        let flushed = self.write_others(sql, moment, memory, &mut news)?;
        sql.execute("COMMIT", &[])?;
        Ok(Flushed { news, ..flushed })
    }

    /// Writes the events, their deliveries and the idempotency keys, which API keys were used, and whom events are about.
    fn write_others(
        &mut self,
        sql: &Sql<'_>,
        moment: &Moment<'_>,
        memory: &mut Memory,
        news: &mut News,
    ) -> Result<Flushed, StoreError> {
        api_keys::note_uses(sql, moment.now, &self.used_keys)?;
        subjects::insert(sql, &self.noted)?;
        let mut events = std::mem::take(&mut self.events);
        let decided = publishing::decide(sql, moment, std::mem::take(&mut self.published), &mut events)?;
        let told = outbox::insert(sql, moment, memory, &events, news)?;
        let deliveries: usize = told.iter().map(|told| told.deliveries as usize).sum();
        let published = publishing::answer(sql, decided, &told)?;
        Ok(Flushed { published, fan_out: deliveries.checked_div(events.len()), ..Flushed::default() })
    }
}
