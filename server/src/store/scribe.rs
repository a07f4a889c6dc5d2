//! The one hand that writes: the write connection, and what it takes to write a group. Whoever holds it is the writer.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use sqlx::{Connection, SqliteConnection};

use super::{
    OpenError, StoreError,
    checkpoints::{LOOK, MOVE, MOVE_AND_WAIT, Moved, Patience},
    database::BUSY_TIMEOUT,
    direct::Direct,
    group::{Flushed, Group, Moment, Rows},
    harm::Harm,
    memory::Memory,
    tickets::{Job, Jobs},
    writer::Listeners,
};
use crate::{clock::Clock, ids::IdSource};

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
        match Harm::of(&error) {
            Harm::One => Self::ByOne(error),
            Harm::Full => Self::ForNow(StoreError::Full),
            Harm::Busy => Self::ForNow(StoreError::Busy),
            Harm::Lost => Self::Lost(error),
        }
    }
}

impl From<sqlx::Error> for Undone {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

pub(super) struct Scribe {
    // Dropped in this order: this one has no hold on the handle once the connection is closed.
    direct: Direct,
    connection: SqliteConnection,
    clock: Clock,
    ids: Arc<IdSource>,
    listeners: Listeners,
    memory: Memory,
    /// How many deliveries an event of the newest group had.
    fan_out: usize,
    patience: Patience,
    /// What is on disk is not known: nothing may be written any more.
    failed: bool,
}

impl Scribe {
    pub(super) async fn new(
        mut connection: SqliteConnection,
        clock: Clock,
        ids: Arc<IdSource>,
        listeners: Listeners,
    ) -> Result<Self, OpenError> {
        let direct = Direct::open(&mut connection).await?;
        let memory = Memory::default();
        Ok(Self {
            direct,
            connection,
            clock,
            ids,
            listeners,
            memory,
            fan_out: 1,
            patience: Patience::default(),
            failed: false,
        })
    }

    /// How many deliveries an event had lately.
    pub(super) fn fan_out(&self) -> usize {
        self.fan_out
    }

    /// As if it were empty where that cannot be said.
    pub(super) fn log(&mut self) -> Moved {
        self.about_log(LOOK).unwrap_or_default()
    }

    /// Whether the log has grown for so long that the writer is to wait for those who read it, if it did not do so lately.
    pub(super) fn must_wait_for_readers(&self, log: Moved) -> bool {
        log.is_endless() && self.patience.is_there(Instant::now())
    }

    /// Moves what is left of the log, so that the next write begins it anew.
    ///
    /// # Errors
    /// When it is not known any more what the database has. Other errors are of no harm: it is tried again.
    pub(super) fn move_rest_of_log(&mut self) -> Result<(), StoreError> {
        let log = self.log();
        let moved =
            if self.must_wait_for_readers(log) { self.wait_for_readers() } else { self.about_log(MOVE) };
        match moved {
            Err(error) if Harm::of(&error) == Harm::Lost => Err(self.lost(error)),
            _ => Ok(()),
        }
    }

    fn wait_for_readers(&mut self) -> Result<Moved, StoreError> {
        self.direct.wait_at_most(Patience::WAIT)?;
        let moved = self.about_log(MOVE_AND_WAIT);
        self.direct.wait_at_most(BUSY_TIMEOUT)?;
        if let Ok(moved) = moved {
            self.patience.learn(moved, Instant::now());
        }
        moved
    }

    fn about_log(&mut self, text: &'static str) -> Result<Moved, StoreError> {
        let said = self.direct.sql().query(text, &[], Moved::read)?;
        Ok(said.into_iter().next().unwrap_or_default())
    }

    /// Nothing may be written any more.
    pub(super) fn lost(&mut self, error: StoreError) -> StoreError {
        self.failed = true;
        tracing::error!(%error, "The database failed; Herald stops so that nothing is acknowledged that is not stored");
        error
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    /// Moves the log into the database, as far as that goes: what is in the log is durable, and is read back at the next start.
    pub(super) async fn close(self) {
        let Self { mut connection, mut direct, failed, .. } = self;
        let moved =
            !failed && sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await.is_ok();
        if !moved {
            direct.leave_log();
        }
        direct.close(&mut connection).await;
        let _ = connection.close().await;
    }

    /// Writes all in one group; where one of them spoils it, that one is found by halves and the others go through.
    ///
    /// An error means that nothing more may be acknowledged.
    pub(super) async fn write(&mut self, jobs: Jobs) -> Result<(), StoreError> {
        if self.failed {
            jobs.into_iter().for_each(|job| job.refused(StoreError::Stopped));
            return Err(StoreError::Stopped);
        }
        let plain = jobs.iter().all(|job| job.is_plain());
        let mut parts = vec![jobs];
        while let Some(mut jobs) = parts.pop() {
            if jobs.is_empty() {
                continue;
            }
            let written = if plain { self.write_rows(&mut jobs) } else { self.write_any(&mut jobs).await };
            match written {
                Ok((results, flushed)) => self.tell(jobs, results, flushed),
                Err(Undone::Lost(error)) => {
                    let error = self.lost(error);
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

    /// Nothing but rows: all of it on this thread.
    fn write_rows(&mut self, jobs: &mut Jobs) -> Result<Written, Undone> {
        let mut rows = Rows::default();
        for job in jobs.iter_mut() {
            job.collect(&mut rows);
        }
        let sql = self.direct.sql();
        let written = rows.write(&sql, &Moment::new(&self.clock, &self.ids), &mut self.memory);
        if written.is_err() {
            self.memory.forget();
            // It fails where SQLite has rolled back by itself, which is as good.
            let _ = sql.execute("ROLLBACK", &[]);
        }
        Ok((jobs.iter().map(|_| Ok(())).collect(), written?))
    }

    async fn write_any(&mut self, jobs: &mut Jobs) -> Result<Written, Undone> {
        self.memory.forget();
        let written = self.apply(jobs).await;
        if written.is_err() {
            let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
        }
        self.direct.settle(&mut self.connection).await.map_err(Undone::Lost)?;
        written
    }

    /// The statements are plain ones: after a commit that failed, SQLite and sqlx's own transactions can disagree on
    /// whether one is open.
    async fn apply(&mut self, jobs: &mut Jobs) -> Result<Written, Undone> {
        let Self { connection, direct, clock, ids, .. } = self;
        let mut group = Group::new(connection, direct, Moment::new(clock, ids), clock.steady_now());
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
        sqlx::query("COMMIT").execute(&mut self.connection).await?;
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
