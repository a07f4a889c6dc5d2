//! What the writes of one group share: its transaction, and the rows that are written for all of them at once.

use domain::{Event, EventId, OrganizationId, Payload, Timestamp};
use sqlx::SqliteConnection;

use super::{
    StoreError,
    arrivals::{Change, News},
    audit::{self, AuditEntry},
    completions::{self, Completion},
    outbox,
    publishing::{self, NewEvent, Published},
};
use crate::{clock::Clock, ids::IdSource};

/// One group of writes in its transaction.
pub(super) struct Group<'c> {
    pub(super) connection: &'c mut SqliteConnection,
    pub(super) now: Timestamp,
    /// For what cannot be taken back: see [`Clock::steady_now`].
    pub(super) steady_now: Timestamp,
    ids: &'c IdSource,
    events: Vec<Event>,
    published: Vec<NewEvent>,
    completions: Vec<Completion>,
    audit: Vec<AuditEntry>,
    pub(super) news: News,
    jobs_waiting: bool,
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
    pub(super) fn new(connection: &'c mut SqliteConnection, clock: &Clock, ids: &'c IdSource) -> Self {
        Self {
            connection,
            now: clock.now(),
            steady_now: clock.steady_now(),
            ids,
            events: Vec::new(),
            published: Vec::new(),
            completions: Vec::new(),
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
        self.events.push(event);
    }

    fn new_event(&self, id: EventId, organization_id: OrganizationId, payload: Payload) -> Event {
        Event { id, organization_id, payload, happened_at: self.now }
    }

    /// Takes in a published event, and answers where its result will stand.
    pub(super) fn publish(&mut self, new: NewEvent) -> usize {
        self.published.push(new);
        self.published.len() - 1
    }

    pub(super) fn complete(&mut self, completion: Completion) {
        self.completions.push(completion);
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
            events: self.events.len(),
            published: self.published.len(),
            completions: self.completions.len(),
            audit: self.audit.len(),
        }
    }

    /// What was said of webhooks and jobs may stay: at worst the engine looks once more.
    pub(super) fn forget_since(&mut self, mark: Mark) {
        self.events.truncate(mark.events);
        self.published.truncate(mark.published);
        self.completions.truncate(mark.completions);
        self.audit.truncate(mark.audit);
    }

    /// Writes what was handed in, one statement a kind.
    pub(super) async fn flush(mut self) -> Result<Flushed, StoreError> {
        let completions = std::mem::take(&mut self.completions);
        if !completions.is_empty() {
            completions::complete(&mut self, completions).await?;
        }
        let mut events = std::mem::take(&mut self.events);
        let published = std::mem::take(&mut self.published);
        let decided = publishing::decide(&mut self, published, &mut events).await?;
        let told = outbox::insert(&mut self, &events).await?;
        let deliveries: usize = told.iter().map(|told| told.deliveries as usize).sum();
        let published = publishing::answer(&mut self, decided, &told).await?;
        let audit = std::mem::take(&mut self.audit);
        if !audit.is_empty() {
            audit::insert(&mut self, &audit).await?;
        }
        let fan_out = deliveries.checked_div(events.len());
        Ok(Flushed { published, news: self.news, jobs_waiting: self.jobs_waiting, fan_out })
    }
}
