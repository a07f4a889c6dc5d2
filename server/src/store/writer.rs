//! The one writer: takes what waits, writes it in one transaction, answers after the commit.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use domain::limits::{WRITE_QUEUE_MAX, WRITE_QUEUE_RESERVED};
use futures::executor::block_on;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Notify, mpsc, oneshot, watch};

pub(super) use super::tickets::{Collect, Write};
use super::{
    OpenError, StoreError,
    arrivals::Arrivals,
    direct::{Direct, Sql},
    group::{Flushed, Group, Moment, Rows},
    inbox::{Inbox, Message},
    memory::Memory,
    tickets::{Handover, Job, Jobs, Ticket},
};
use crate::{clock::Clock, ids::IdSource};

/// The way to the writer's thread.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    state: watch::Receiver<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    Stopped,
    Failed,
}

/// Whom the writer tells after a commit.
#[derive(Clone, Default)]
pub(super) struct Listeners {
    pub(super) arrivals: Arrivals,
    /// There are bulk jobs to be run.
    pub(super) jobs: Arc<Notify>,
    /// There are new events.
    pub(super) events: Arc<Notify>,
    /// There is a user to be purged.
    pub(super) purges: Arc<Notify>,
    /// Counts commits that may have changed who may do what.
    pub(super) changes: Arc<AtomicU64>,
    /// Counts all commits.
    pub(super) groups: Arc<AtomicU64>,
}

impl Writer {
    /// On a thread of its own, which may wait for the disk.
    ///
    /// # Errors
    /// When the connection is of no use or there can be no further thread.
    pub(super) async fn start(
        mut connection: SqliteConnection,
        clock: Clock,
        ids: Arc<IdSource>,
        listeners: Listeners,
    ) -> Result<Self, OpenError> {
        let (queue, inbox) = mpsc::channel(WRITE_QUEUE_MAX);
        let (report, state) = watch::channel(State::Running);
        let direct = Direct::open(&mut connection).await?;
        let task = Task { clock, ids, listeners, fan_out: 1, memory: Memory::default() };
        let run = move || {
            let end = block_on(task.run(connection, direct, Inbox::new(inbox)));
            report.send_replace(end);
        };
        thread::Builder::new().name("herald-writer".to_owned()).spawn(run).map_err(OpenError::Writer)?;
        Ok(Self { queue, state })
    }

    /// Resolves once the write is durable, or did not happen.
    pub(super) async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue_up(Box::new(Ticket { write, output: None, reply }), answer).await
    }

    /// As [`Writer::write`], for rows.
    pub(super) async fn hand_over<C: Collect>(&self, rows: C) -> Result<C::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        // Nobody waits any more when a client has gone.
        let reply = move |result| drop(reply.send(result));
        self.queue_up(Box::new(Handover { rows, reply }), answer).await
    }

    /// As [`Writer::hand_over`], but resolves once they are in the queue; `then` is told what came of it.
    pub(super) async fn hand_over_then<C: Collect>(
        &self,
        rows: C,
        then: impl FnOnce(Result<C::Output, StoreError>) + Send + 'static,
    ) {
        match self.queue.reserve().await {
            Ok(place) => place.send(Message::Write(Box::new(Handover { rows, reply: then }))),
            Err(_) => then(Err(StoreError::Stopped)),
        }
    }

    /// As [`Writer::hand_over`], but refused where the queue has no more room than what is kept for the results of attempts.
    pub(super) async fn offer<C: Collect>(&self, rows: C) -> Result<C::Output, StoreError> {
        if self.queue.capacity() <= WRITE_QUEUE_RESERVED {
            return Err(StoreError::Overloaded);
        }
        self.hand_over(rows).await
    }

    async fn queue_up<T>(
        &self,
        job: Box<dyn Job>,
        answer: oneshot::Receiver<Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.queue.send(Message::Write(job)).await.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    pub(super) fn is_running(&self) -> bool {
        // An error means that the thread is gone without a word: it panicked.
        self.state.has_changed().is_ok() && *self.state.borrow() == State::Running
    }

    pub(super) async fn failed(&self) {
        let mut state = self.state.clone();
        let failed = state.wait_for(|state| *state == State::Failed).await.is_ok();
        if !failed && *self.state.borrow() == State::Stopped {
            std::future::pending::<()>().await;
        }
    }

    pub(super) async fn stop(&self) {
        let asked = self.queue.send(Message::Stop).await;
        let mut state = self.state.clone();
        if asked.is_ok() {
            // An error means that the thread is gone, which is what was asked for.
            let _ = state.wait_for(|state| *state != State::Running).await;
        }
    }
}

/// What became of each job, and of the group.
type Written = (Vec<Result<(), StoreError>>, Flushed);

/// Why a whole group came to nothing.
#[derive(Debug)]
enum Undone {
    /// Something in it was refused when all was written: without that, the others go through.
    ByOne(StoreError),
    /// The disk is full or another program holds the database: nothing was stored, and later it may be.
    ForNow(StoreError),
    /// What is on disk is not known until it is read again at the next start.
    Lost(StoreError),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        const SQLITE_BUSY: u32 = 5;
        const SQLITE_FULL: u32 = 13;
        const SQLITE_TOOBIG: u32 = 18;
        const SQLITE_CONSTRAINT: u32 = 19;
        match primary_code(&error) {
            Some(SQLITE_CONSTRAINT | SQLITE_TOOBIG) => Self::ByOne(error),
            Some(SQLITE_FULL) => Self::ForNow(StoreError::Full),
            Some(SQLITE_BUSY) => Self::ForNow(StoreError::Busy),
            Some(_) => Self::Lost(error),
            None => match error {
                StoreError::Database(_) | StoreError::Sqlite(_) => Self::Lost(error),
                other => Self::ByOne(other),
            },
        }
    }
}

impl From<sqlx::Error> for Undone {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

struct Task {
    clock: Clock,
    ids: Arc<IdSource>,
    listeners: Listeners,
    /// How many deliveries an event of the newest group had.
    fan_out: usize,
    memory: Memory,
}

/// How a group is written.
enum Way<'w> {
    /// Nothing but rows: with SQLite's handle kept from group to group.
    Rows(&'w Sql<'w>),
    /// Anything.
    Any(&'w mut SqliteConnection, &'w mut Direct),
}

fn is_plain(jobs: &Jobs) -> bool {
    !jobs.is_empty() && jobs.iter().all(|job| job.is_plain())
}

impl Task {
    async fn run(mut self, mut connection: SqliteConnection, mut direct: Direct, mut inbox: Inbox) -> State {
        let mut jobs = inbox.next_group(self.fan_out).await;
        while !jobs.is_empty() {
            let written = if is_plain(&jobs) {
                self.write_plain_groups(&mut connection, &mut direct, &mut inbox, &mut jobs).await
            } else {
                let group = std::mem::take(&mut jobs);
                self.write_all(group, &mut Way::Any(&mut connection, &mut direct)).await
            };
            if let Err(error) = written {
                tracing::error!(%error, "The database failed; Herald stops so that nothing is acknowledged that is not stored");
                direct.close(&mut connection).await;
                return State::Failed;
            }
            if jobs.is_empty() {
                jobs = inbox.next_group(self.fan_out).await;
            }
        }
        direct.close(&mut connection).await;
        // Best effort: what is in the log is durable and is read back at the next start.
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await;
        let _ = connection.close().await;
        State::Stopped
    }

    /// Writes groups until one comes that is not plain, which is left in `jobs`.
    async fn write_plain_groups(
        &mut self,
        connection: &mut SqliteConnection,
        direct: &mut Direct,
        inbox: &mut Inbox,
        jobs: &mut Jobs,
    ) -> Result<(), StoreError> {
        let locked = direct.lock(connection).await?;
        while is_plain(jobs) {
            self.write_all(std::mem::take(jobs), &mut Way::Rows(&locked.sql())).await?;
            *jobs = inbox.next_group(self.fan_out).await;
        }
        Ok(())
    }

    /// Writes all in one group; where one of them spoils it, that one is found by halves and the others go through.
    ///
    /// An error means that nothing more may be acknowledged.
    async fn write_all(&mut self, jobs: Jobs, way: &mut Way<'_>) -> Result<(), StoreError> {
        let mut parts = vec![jobs];
        while let Some(mut jobs) = parts.pop() {
            if jobs.is_empty() {
                continue;
            }
            match self.write_group(&mut jobs, way).await {
                Ok((results, flushed)) => self.tell(jobs, results, flushed),
                Err(Undone::Lost(error)) => {
                    jobs.into_iter().for_each(|job| job.refused(StoreError::Unsure));
                    return Err(error);
                }
                Err(Undone::ForNow(error)) => {
                    let full = matches!(error, StoreError::Full);
                    let answer = || if full { StoreError::Full } else { StoreError::Busy };
                    jobs.into_iter().for_each(|job| job.refused(answer()));
                }
                Err(Undone::ByOne(error)) => match jobs.len() {
                    1 => jobs.remove(0).refused(error),
                    several => {
                        parts.push(jobs.split_off(several / 2));
                        parts.push(jobs);
                    }
                },
            }
        }
        Ok(())
    }

    async fn write_group(&mut self, jobs: &mut Jobs, way: &mut Way<'_>) -> Result<Written, Undone> {
        let written = match way {
            Way::Rows(sql) => self.write_rows(jobs, sql),
            Way::Any(connection, direct) => {
                self.memory.forget();
                self.apply(jobs, connection, direct).await
            }
        };
        if written.is_err() {
            self.memory.forget();
            // It fails where SQLite has rolled back by itself, which is as good.
            match way {
                Way::Rows(sql) => drop(sql.execute("ROLLBACK", &[])),
                Way::Any(connection, _) => drop(sqlx::query("ROLLBACK").execute(&mut **connection).await),
            }
        }
        written
    }

    fn write_rows(&mut self, jobs: &mut Jobs, sql: &Sql<'_>) -> Result<Written, Undone> {
        let mut rows = Rows::default();
        let results = jobs.iter_mut().map(|job| {
            job.collect(&mut rows);
            Ok(())
        });
        let results = results.collect();
        let flushed = rows.write(sql, &Moment::new(&self.clock, &self.ids), &mut self.memory)?;
        Ok((results, flushed))
    }

    /// The statements are plain ones: after a commit that failed, SQLite and sqlx's own transactions can disagree on
    /// whether one is open.
    async fn apply(
        &self,
        jobs: &mut Jobs,
        connection: &mut SqliteConnection,
        direct: &mut Direct,
    ) -> Result<Written, Undone> {
        let moment = Moment::new(&self.clock, &self.ids);
        let mut group = Group::new(connection, direct, moment, self.clock.steady_now());
        group.execute("BEGIN IMMEDIATE").await?;
        let mut results = Vec::with_capacity(jobs.len());
        for job in jobs.iter_mut() {
            let collected = job.collect(&mut group.rows);
            results.push(if collected {
                Ok(())
            } else {
                apply_in_savepoint(job.as_mut(), &mut group).await?
            });
        }
        let flushed = group.flush().await?;
        sqlx::query("COMMIT").execute(connection).await?;
        Ok((results, flushed))
    }

    /// Answers those who wait and tells the others.
    fn tell(&mut self, jobs: Jobs, results: Vec<Result<(), StoreError>>, mut flushed: Flushed) {
        self.listeners.groups.fetch_add(1, Ordering::Relaxed);
        if jobs.iter().any(|job| job.changes_access()) {
            self.listeners.changes.fetch_add(1, Ordering::SeqCst);
        }
        if flushed.wakes.jobs {
            self.listeners.jobs.notify_one();
        }
        if flushed.fan_out.is_some() {
            self.listeners.events.notify_one();
        }
        if flushed.wakes.purges {
            self.listeners.purges.notify_one();
        }
        self.fan_out = flushed.fan_out.unwrap_or(self.fan_out);
        let news = std::mem::take(&mut flushed.news);
        for (job, result) in jobs.into_iter().zip(results) {
            match result {
                Ok(()) => job.done(&flushed),
                Err(error) => job.refused(error),
            }
        }
        self.listeners.arrivals.add(news);
    }
}

/// Applies one so that its error undoes it alone. The outer error is the group's: after a full disk or an I/O error
/// SQLite may have ended the transaction, and what follows would be written outside of any.
async fn apply_in_savepoint(
    job: &mut dyn Job,
    group: &mut Group<'_>,
) -> Result<Result<(), StoreError>, Undone> {
    group.execute("SAVEPOINT one").await?;
    let mark = group.mark();
    let result = match job.apply(group).await {
        Err(error @ (StoreError::Database(_) | StoreError::Sqlite(_))) => match Undone::from(error) {
            Undone::ByOne(error) => Err(error),
            whole => return Err(whole),
        },
        result => result,
    };
    if result.is_err() {
        group.execute("ROLLBACK TO one").await?;
        group.forget_since(mark);
    }
    group.execute("RELEASE one").await?;
    Ok(result)
}

/// SQLite's primary result code.
fn primary_code(error: &StoreError) -> Option<u32> {
    let code: u32 = match error {
        StoreError::Database(error) => error.as_database_error()?.code()?.parse().ok()?,
        StoreError::Sqlite(error) => u32::try_from(error.sqlite_error()?.extended_code).ok()?,
        _ => return None,
    };
    Some(code & 0xff)
}
