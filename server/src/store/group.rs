//! What the writes of one group share: its transaction, and the rows that are written for all of them at once.

use std::sync::Arc;

use domain::{Event, EventId, OrganizationId, Payload, Timestamp};
use sqlx::SqliteConnection;

use super::{
    StoreError,
    arrivals::{Change, News},
    audit::{self, AuditEntry},
    completions::{self, Completion, Records},
    direct::{Direct, Sql},
    outbox,
    publishing::{self, NewEvent, Published},
};
use crate::{clock::Clock, ids::IdSource};

/// When a group is written, and the ids that are made in it.
#[derive(Clone, Copy)]
pub(super) struct Moment<'c> {
    pub(super) now: Timestamp,
    ids: &'c IdSource,
}

impl Moment<'_> {
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
    ids: &'c IdSource,
    rows: Rows,
    audit: Vec<AuditEntry>,
    pub(super) news: News,
    jobs_waiting: bool,
}

/// What was handed in to be written at the end.
#[derive(Default)]
struct Rows {
    events: Vec<Event>,
    published: Vec<NewEvent>,
    completions: Vec<Arc<Completion>>,
}

/// How much had been handed in at some moment.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    events: usize,
    published: usize,
    completions: usize,
    audit: usize,
}

/// What a group came to once its rows were written.
#[derive(Default)]
pub(super) struct Flushed {
    /// In the order in which they were handed in.
    pub(super) published: Vec<Published>,
    pub(super) news: News,
    pub(super) jobs_waiting: bool,
    /// How many deliveries an event had, if there were events.
    pub(super) fan_out: Option<usize>,
}

impl<'c> Group<'c> {
    pub(super) fn new(
        connection: &'c mut SqliteConnection,
        direct: &'c mut Direct,
        clock: &Clock,
        ids: &'c IdSource,
    ) -> Self {
        Self {
            connection,
            direct,
            now: clock.now(),
            steady_now: clock.steady_now(),
            ids,
            rows: Rows::default(),
            audit: Vec::new(),
            news: News::default(),
            jobs_waiting: false,
        }
    }

    pub(super) fn new_id<T>(&self) -> domain::Id<T> {
        self.ids.next(self.now)
    }

    /// Records that something happened: the event and its deliveries commit with the change that caused them.
    pub(super) fn record(&mut self, organization_id: OrganizationId, payload: Payload) {
        let event = self.new_event(self.new_id(), organization_id, payload);
        self.rows.events.push(event);
    }

    fn new_event(&self, id: EventId, organization_id: OrganizationId, payload: Payload) -> Event {
        Event { id, organization_id, payload, happened_at: self.now }
    }

    /// Takes in a published event, and answers where its result will stand.
    pub(super) fn publish(&mut self, new: NewEvent) -> usize {
        self.rows.published.push(new);
        self.rows.published.len() - 1
    }

    pub(super) fn complete(&mut self, completion: Arc<Completion>) {
        self.rows.completions.push(completion);
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
        self.jobs_waiting = true;
    }

    pub(super) async fn execute(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::query(sql).execute(&mut *self.connection).await?;
        Ok(())
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            events: self.rows.events.len(),
            published: self.rows.published.len(),
            completions: self.rows.completions.len(),
            audit: self.audit.len(),
        }
    }

    /// What was said of webhooks and jobs may stay: at worst the engine looks once more.
    pub(super) fn forget_since(&mut self, mark: Mark) {
        self.rows.events.truncate(mark.events);
        self.rows.published.truncate(mark.published);
        self.rows.completions.truncate(mark.completions);
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
        let (mut rows, moment) = (std::mem::take(&mut self.rows), self.moment());
        let (direct, news) = (&mut *self.direct, &mut self.news);
        let mut flushed = direct.run(self.connection, |sql| rows.insert_events(sql, &moment, news)).await?;
        let audit = std::mem::take(&mut self.audit);
        if !audit.is_empty() {
            audit::insert(&mut self, &audit).await?;
        }
        flushed.news = self.news;
        flushed.jobs_waiting = self.jobs_waiting;
        Ok(flushed)
    }

    /// Whether [`Group::write_at_once`] does.
    pub(super) fn is_plain(&self) -> bool {
        self.audit.is_empty() && !Records::of(&self.rows.completions).any_failure()
    }

    /// Writes a group of nothing but rows that were handed in, as a transaction of its own, in one go.
    pub(super) async fn write_at_once(mut self) -> Result<Flushed, StoreError> {
        let (mut rows, moment) = (std::mem::take(&mut self.rows), self.moment());
        let news = &mut self.news;
        let write = |sql: &Sql<'_>| {
            sql.execute("BEGIN IMMEDIATE", &[])?;
            if !rows.completions.is_empty() {
                completions::insert(sql, &rows.completions, &Records::of(&rows.completions))?;
            }
            let flushed = rows.insert_events(sql, &moment, news)?;
            sql.execute("COMMIT", &[])?;
            Ok(flushed)
        };
        let flushed = self.direct.run(self.connection, write).await?;
        Ok(Flushed { news: self.news, jobs_waiting: self.jobs_waiting, ..flushed })
    }

    fn moment(&self) -> Moment<'c> {
        Moment { now: self.now, ids: self.ids }
    }
}

impl Rows {
    /// Writes the events, their deliveries and the idempotency keys.
    fn insert_events(
        &mut self,
        sql: &Sql<'_>,
        moment: &Moment<'_>,
        news: &mut News,
    ) -> Result<Flushed, StoreError> {
        let mut events = std::mem::take(&mut self.events);
        let decided = publishing::decide(sql, moment, std::mem::take(&mut self.published), &mut events)?;
        let told = outbox::insert(sql, moment, &events, news)?;
        let deliveries: usize = told.iter().map(|told| told.deliveries as usize).sum();
        let published = publishing::answer(sql, decided, &told)?;
        Ok(Flushed { published, fan_out: deliveries.checked_div(events.len()), ..Flushed::default() })
    }
}
