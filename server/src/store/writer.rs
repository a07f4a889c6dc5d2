//! The one writer: takes what waits, writes it in one transaction, answers after the commit.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use async_trait::async_trait;
use domain::limits::{WRITE_QUEUE_MAX, WRITE_QUEUE_RESERVED};
use futures::executor::block_on;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::{
    OpenError, StoreError,
    arrivals::Arrivals,
    direct::Direct,
    group::{Flushed, Group},
    inbox::{Inbox, Message, Weight},
};
use crate::{clock::Clock, ids::IdSource};

/// A change to the store. It runs inside a transaction that it shares with others.
#[async_trait]
pub(super) trait Write: Send + 'static {
    type Output: Send + 'static;

    /// Applies the change. An error leaves nothing of it behind and does not touch the others.
    ///
    /// It runs again when the group that it was in could not be committed.
    async fn apply(&mut self, group: &mut Group<'_>) -> Result<Self::Output, StoreError>;

    /// Whether it writes nothing itself and only hands rows to the group's own statements.
    fn only_collects(&self) -> bool {
        false
    }

    /// Whether it may change who may do what, which makes void what is kept of that.
    fn changes_access(&self) -> bool {
        !self.only_collects()
    }

    /// How much it makes its group grow by.
    fn weight(&self) -> Weight {
        Weight::default()
    }

    /// Adds to the output what only the group's own statements decided.
    fn settle(&self, _output: &mut Self::Output, _flushed: &Flushed) {}
}

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
        let task = Task { direct, connection, clock, ids, listeners, fan_out: 1 };
        let run = move || {
            let end = block_on(task.run(Inbox::new(inbox)));
            report.send_replace(end);
        };
        thread::Builder::new().name("herald-writer".to_owned()).spawn(run).map_err(OpenError::Writer)?;
        Ok(Self { queue, state })
    }

    /// Resolves once the write is durable, or did not happen.
    pub(super) async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Ticket { write, output: None, reply });
        self.queue.send(Message::Write(job)).await.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// As [`Writer::write`], but refused where the queue has no more room than what is kept for the results of attempts.
    pub(super) async fn offer<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        if self.queue.capacity() <= WRITE_QUEUE_RESERVED {
            return Err(StoreError::Overloaded);
        }
        self.write(write).await
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

/// A write and the one who waits for it.
struct Ticket<W: Write> {
    write: W,
    output: Option<W::Output>,
    reply: oneshot::Sender<Result<W::Output, StoreError>>,
}

#[async_trait]
pub(super) trait Job: Send {
    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError>;
    fn only_collects(&self) -> bool;
    fn changes_access(&self) -> bool;
    fn weight(&self) -> Weight;
    fn settle(&mut self, flushed: &Flushed);
    fn answer(self: Box<Self>, result: Result<(), StoreError>);
}

#[async_trait]
impl<W: Write> Job for Ticket<W> {
    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        self.output = Some(self.write.apply(group).await?);
        Ok(())
    }

    fn only_collects(&self) -> bool {
        self.write.only_collects()
    }

    fn changes_access(&self) -> bool {
        self.write.changes_access()
    }

    fn weight(&self) -> Weight {
        self.write.weight()
    }

    fn settle(&mut self, flushed: &Flushed) {
        if let Some(output) = &mut self.output {
            self.write.settle(output, flushed);
        }
    }

    fn answer(self: Box<Self>, result: Result<(), StoreError>) {
        let Self { output, reply, .. } = *self;
        let answer = result.and_then(|()| output.ok_or(StoreError::Stopped));
        // Nobody waits any more when a client has gone; the write stands all the same.
        let _ = reply.send(answer);
    }
}

pub(super) type Jobs = Vec<Box<dyn Job>>;

/// What a group came to: an answer for each job, or what undid them all.
type GroupResult = Result<Answers, Undone>;
type Answers = Vec<Result<(), StoreError>>;
type Written = (Answers, Flushed);

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
    // Before the connection, so that it goes first.
    direct: Direct,
    connection: SqliteConnection,
    clock: Clock,
    ids: Arc<IdSource>,
    listeners: Listeners,
    /// How many deliveries an event of the newest group had.
    fan_out: usize,
}

impl Task {
    async fn run(mut self, mut inbox: Inbox) -> State {
        loop {
            let jobs = inbox.next_group(self.fan_out).await;
            if jobs.is_empty() {
                break;
            }
            if self.write_all(jobs).await.is_err() {
                return State::Failed;
            }
        }
        self.close().await;
        State::Stopped
    }

    /// Writes all in one group; where one of them spoils it, that one is found by halves and the others go through.
    ///
    /// An error means that nothing more may be acknowledged.
    async fn write_all(&mut self, jobs: Jobs) -> Result<(), StoreError> {
        let mut parts = vec![jobs];
        while let Some(mut jobs) = parts.pop() {
            if jobs.is_empty() {
                continue;
            }
            match self.write_group(&mut jobs).await {
                Ok(results) => {
                    for (job, result) in jobs.into_iter().zip(results) {
                        job.answer(result);
                    }
                }
                Err(Undone::Lost(error)) => {
                    tracing::error!(%error, "The database failed; Herald stops so that nothing is acknowledged that is not stored");
                    jobs.into_iter().for_each(|job| job.answer(Err(StoreError::Unsure)));
                    return Err(error);
                }
                Err(Undone::ForNow(error)) => {
                    let full = matches!(error, StoreError::Full);
                    let answer = || if full { StoreError::Full } else { StoreError::Busy };
                    jobs.into_iter().for_each(|job| job.answer(Err(answer())));
                }
                Err(Undone::ByOne(error)) => match jobs.len() {
                    1 => jobs.remove(0).answer(Err(error)),
                    several => {
                        parts.push(jobs.split_off(several / 2));
                        parts.push(jobs);
                    }
                },
            }
        }
        Ok(())
    }

    /// The statements are plain ones: after a commit that failed, SQLite and sqlx's own transactions can disagree on
    /// whether one is open.
    async fn write_group(&mut self, jobs: &mut Jobs) -> GroupResult {
        let written = if jobs.iter().all(|job| job.only_collects()) {
            self.collect_and_commit(jobs).await
        } else {
            self.begin_apply_commit(jobs).await
        };
        match written {
            Ok((results, flushed)) => {
                jobs.iter_mut().for_each(|job| job.settle(&flushed));
                self.fan_out = flushed.fan_out.unwrap_or(self.fan_out);
                self.tell(jobs, flushed);
                Ok(results)
            }
            Err(undone) => {
                // It fails where SQLite has rolled back by itself, which is as good.
                let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
                Err(undone)
            }
        }
    }

    /// What only hands rows over needs no transaction while it does.
    async fn collect_and_commit(&mut self, jobs: &mut Jobs) -> Result<Written, Undone> {
        let mut group = Group::new(&mut self.connection, &mut self.direct, &self.clock, &self.ids);
        let mut results = Vec::with_capacity(jobs.len());
        for job in jobs.iter_mut() {
            results.push(job.apply(&mut group).await);
        }
        if group.is_plain() {
            return Ok((results, group.write_at_once().await?));
        }
        group.execute("BEGIN IMMEDIATE").await?;
        let flushed = group.flush().await?;
        self.commit().await?;
        Ok((results, flushed))
    }

    async fn begin_apply_commit(&mut self, jobs: &mut Jobs) -> Result<Written, Undone> {
        let mut group = Group::new(&mut self.connection, &mut self.direct, &self.clock, &self.ids);
        group.execute("BEGIN IMMEDIATE").await?;
        let mut results = Vec::with_capacity(jobs.len());
        for job in jobs.iter_mut() {
            let result = if job.only_collects() {
                job.apply(&mut group).await
            } else {
                apply_in_savepoint(job.as_mut(), &mut group).await?
            };
            results.push(result);
        }
        let flushed = group.flush().await?;
        self.commit().await?;
        Ok((results, flushed))
    }

    async fn commit(&mut self) -> Result<(), Undone> {
        sqlx::query("COMMIT").execute(&mut self.connection).await?;
        Ok(())
    }

    fn tell(&self, jobs: &Jobs, flushed: Flushed) {
        self.listeners.groups.fetch_add(1, Ordering::Relaxed);
        if jobs.iter().any(|job| job.changes_access()) {
            self.listeners.changes.fetch_add(1, Ordering::SeqCst);
        }
        if flushed.jobs_waiting {
            self.listeners.jobs.notify_one();
        }
        self.listeners.arrivals.add(flushed.news);
    }

    async fn close(mut self) {
        self.direct.close(&mut self.connection).await;
        // Best effort: what is in the log is durable and is read back at the next start.
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut self.connection).await;
        let _ = self.connection.close().await;
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
