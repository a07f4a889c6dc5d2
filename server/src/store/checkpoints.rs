//! Moves the log into the database, beside the writing: a commit that did it would keep everybody waiting who comes behind it.

use std::{
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Row};

use super::OpenError;

/// The log is moved when it has so many pages, 16 MiB: a page that changes often is written into the database once for all of them.
const LOG_PAGES_MAX: i64 = 4_096;
/// With no more than so many pages left the writer moves the rest, after which the log begins anew.
const REST_PAGES_MAX: i64 = 256;
/// Until then it is moved again while others write, but not for ever.
const ROUNDS_MAX: usize = 4;
/// After an error, or while a reader still needs the log, until it is tried again.
const RETRY: Duration = Duration::from_millis(200);

pub(super) const MOVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
pub(super) const LOOK: &str = "PRAGMA wal_checkpoint(NOOP)";

/// How far the log has been moved, in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moved {
    log: i64,
    moved: i64,
}

impl Moved {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { log: row.get(1)?, moved: row.get(2)? })
    }

    /// Whether it is time to move it.
    pub(super) fn is_long(self) -> bool {
        self.log >= LOG_PAGES_MAX && self.moved < self.log
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

    /// Moves the log whenever it is asked to. On a thread of its own.
    pub(super) fn serve(&self, connection: &Connection) {
        let _ = self.thread.set(thread::current());
        while !self.ending.load(Ordering::SeqCst) {
            if !self.wanted.swap(false, Ordering::SeqCst) {
                thread::park();
            } else if self.move_most(connection) {
                self.rest_is_small.store(true, Ordering::SeqCst);
            } else {
                thread::park_timeout(RETRY);
            }
        }
    }

    /// Answers whether little is left.
    fn move_most(&self, connection: &Connection) -> bool {
        for _ in 0..ROUNDS_MAX {
            let moved =
                connection.prepare_cached(MOVE).and_then(|mut moving| moving.query_row([], Moved::read));
            match moved {
                Ok(Moved { log, moved }) if log - moved <= REST_PAGES_MAX => return true,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "The log could not be moved into the database; trying again");
                    return false;
                }
            }
        }
        false
    }
}
