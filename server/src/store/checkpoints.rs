//! Moves the log into the database, beside the writing: a commit that did it would keep everybody waiting who comes behind it.

use std::{
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, Thread},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, Row, config::DbConfig};

use super::{OpenError, direct::tell, harm::Harm};

const PAGE_BYTES: i64 = 4_096;
/// The log is moved when it has so many pages, 16 MiB: a page that changes often is written into the database once for all of them.
const LOG_PAGES_MAX: i64 = 4_096;
/// While readers keep the log from beginning anew it grows; from here on, 48 MiB, the writer waits for them.
const LOG_PAGES_ENDLESS: i64 = 3 * LOG_PAGES_MAX;
/// With no more than so many pages left the writer moves the rest, after which the log begins anew.
const REST_PAGES_MAX: i64 = 256;
/// Until then it is moved again while others write, but not for ever.
const ROUNDS_MAX: usize = 4;
/// After an error, or while a reader still needs the log, until it is tried again.
const RETRY: Duration = Duration::from_millis(200);

pub(super) const LOOK: &str = "PRAGMA wal_checkpoint(NOOP)";
pub(super) const MOVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// Waits for those who read the log, while new ones read the database.
pub(super) const MOVE_AND_WAIT: &str = "PRAGMA wal_checkpoint(RESTART)";

/// What moves the log, for `herald bench` to count.
pub(crate) const MOVES: [&str; 2] = [MOVE, MOVE_AND_WAIT];

/// How far the log has been moved, in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moved {
    /// Somebody else moves it, so that nothing is known.
    busy: bool,
    log: i64,
    moved: i64,
}

impl Moved {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { busy: row.get(0)?, log: row.get(1)?, moved: row.get(2)? })
    }

    /// Whether it is time to move it.
    pub(super) fn is_long(self) -> bool {
        self.log >= LOG_PAGES_MAX && self.moved < self.log
    }

    pub(super) fn is_endless(self) -> bool {
        self.log >= LOG_PAGES_ENDLESS
    }

    fn is_small(self) -> bool {
        !self.busy && self.log >= 0 && self.log - self.moved <= REST_PAGES_MAX
    }
}

/// How often the writer waits for those who read the log. One that reads for an hour, such as a copy that is being made, may not hold
/// up every commit of that hour.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// When it may wait again.
    again: Option<Instant>,
    told: bool,
}

impl Patience {
    /// What the engine reads is through sooner; a page may take longer.
    pub(super) const WAIT: Duration = Duration::from_millis(250);
    /// Its share is a twentieth of the time.
    const REST: Duration = Duration::from_secs(5);

    pub(super) fn is_there(&self, now: Instant) -> bool {
        self.again.is_none_or(|again| now >= again)
    }

    /// What came of waiting.
    pub(super) fn learn(&mut self, moved: Moved, now: Instant) {
        if moved.log < 0 {
            // It was being moved just then: that was no reader.
            return;
        }
        self.again = moved.busy.then(|| now + Self::REST);
        if moved.busy && !self.told {
            let mib = moved.log * PAGE_BYTES / (1 << 20);
            tracing::warn!(
                mib,
                "Something reads the database for long, so that its log grows; it is made shorter afterwards"
            );
        }
        self.told = moved.busy;
    }
}

/// Between those who write and the thread that moves the log.
#[derive(Default)]
pub(super) struct Checkpoints {
    wanted: AtomicBool,
    rest_is_small: AtomicBool,
    ending: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Checkpoints {
    /// A connection for [`Checkpoints::serve`].
    pub(super) fn connect(database: &Path) -> Result<Connection, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(database, flags)?;
        connection.execute_batch("PRAGMA synchronous = FULL")?;
        // Where it ends because what was moved is not known, it may not move more.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(connection)
    }

    /// Says that the log is long.
    pub(super) fn ask(&self) {
        if !self.wanted.swap(true, Ordering::SeqCst) {
            self.wake();
        }
    }

    /// Whether it is for the writer to move the rest.
    pub(super) fn is_rest_small(&self) -> bool {
        self.rest_is_small.load(Ordering::SeqCst)
    }

    /// It is for the writer to move the rest, however much it is.
    pub(super) fn leave_rest(&self) {
        self.rest_is_small.store(true, Ordering::SeqCst);
    }

    /// The writer moves the rest.
    pub(super) fn take_rest(&self) -> bool {
        self.rest_is_small.swap(false, Ordering::SeqCst)
    }

    pub(super) fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.wake();
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Moves the log whenever it is asked to. On a thread of its own. `lost` is called when it is not known any more what the
    /// database has.
    pub(super) fn serve(&self, connection: &Connection, lost: impl FnOnce(rusqlite::Error)) {
        let _ = self.thread.set(thread::current());
        let mut told = false;
        while !self.ending.load(Ordering::SeqCst) {
            if !self.wanted.swap(false, Ordering::SeqCst) {
                thread::park();
                continue;
            }
            match move_most(connection) {
                Ok(true) => {
                    told = false;
                    self.leave_rest();
                }
                Ok(false) => self.retry(),
                // What was moved before is flushed by a later one, and the system says only once that it could not write it: going on
                // would begin the log anew over the only copy.
                Err(error) if Harm::of_sqlite(&error) == Harm::Lost => return lost(error),
                Err(error) => {
                    if !told {
                        tracing::warn!(%error, "The log could not be moved into the database; trying again");
                    }
                    told = true;
                    self.retry();
                }
            }
        }
    }

    fn retry(&self) {
        let until = Instant::now() + RETRY;
        while !self.ending.load(Ordering::SeqCst) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            thread::park_timeout(left);
        }
        self.wanted.store(true, Ordering::SeqCst);
    }
}

/// Answers whether little is left.
fn move_most(connection: &Connection) -> Result<bool, rusqlite::Error> {
    for _ in 0..ROUNDS_MAX {
        tell(MOVE);
        if connection.prepare_cached(MOVE)?.query_row([], Moved::read)?.is_small() {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(busy: bool, log: i64, moved: i64) -> Moved {
        Moved { busy, log, moved }
    }

    #[test]
    fn what_is_not_known_is_not_small() {
        assert!(moved(false, LOG_PAGES_MAX, LOG_PAGES_MAX - REST_PAGES_MAX).is_small());
        assert!(!moved(false, LOG_PAGES_MAX, 0).is_small());
        // What SQLite says where somebody else moves it.
        assert!(!moved(true, -1, -1).is_small());
        assert!(!moved(false, -1, -1).is_small());
    }

    #[test]
    fn a_log_that_was_moved_whole_is_not_moved_again() {
        assert!(moved(false, LOG_PAGES_MAX, 0).is_long());
        assert!(!moved(false, LOG_PAGES_MAX, LOG_PAGES_MAX).is_long());
        assert!(!moved(false, LOG_PAGES_MAX - 1, 0).is_long());
    }
}
