//! Whether new events are taken: only while there is room for them, so that what was taken before still gets through.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::limits::{DISK_RESERVED_BYTES, WRITE_QUEUE_BYTES_MAX};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::StoreError;

/// The disk is asked no oftener than this.
const ASK_DISK_EVERY: Duration = Duration::from_millis(500);
const UNIT_BYTES: usize = 1_024;

#[derive(Clone)]
pub(super) struct Intake {
    room: Arc<Semaphore>,
    disk: Arc<Disk>,
}

/// What waits to be written takes it, until it is dropped.
pub(super) struct Room(#[expect(dead_code, reason = "it is there to be dropped")] OwnedSemaphorePermit);

struct Disk {
    /// The database itself: the folder of a bare file name would be an empty path, which no system knows.
    database: PathBuf,
    started: Instant,
    asked_ms: AtomicU64,
    full: AtomicBool,
}

impl Intake {
    pub(super) fn new(database: &Path) -> Self {
        let disk = Disk {
            database: database.to_owned(),
            started: Instant::now(),
            asked_ms: AtomicU64::new(u64::MAX),
            full: AtomicBool::new(false),
        };
        let room = Semaphore::new(WRITE_QUEUE_BYTES_MAX / UNIT_BYTES);
        Self { room: Arc::new(room), disk: Arc::new(disk) }
    }

    /// Takes room for so many bytes.
    pub(super) fn admit(&self, bytes: usize) -> Result<Room, StoreError> {
        if self.disk.is_nearly_full() {
            return Err(StoreError::Full);
        }
        let units = u32::try_from(bytes / UNIT_BYTES + 1).unwrap_or(u32::MAX);
        Arc::clone(&self.room).try_acquire_many_owned(units).map(Room).map_err(|_| StoreError::Overloaded)
    }
}

impl Disk {
    /// Whether less is free than what the results of attempts may still need.
    fn is_nearly_full(&self) -> bool {
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let asked_ms = self.asked_ms.load(Ordering::Relaxed);
        let every_ms = u64::try_from(ASK_DISK_EVERY.as_millis()).unwrap_or(u64::MAX);
        if asked_ms == u64::MAX || now_ms.saturating_sub(asked_ms) >= every_ms {
            self.asked_ms.store(now_ms, Ordering::Relaxed);
            self.full
                .store(self.free_bytes().is_some_and(|free| free < DISK_RESERVED_BYTES), Ordering::Relaxed);
        }
        self.full.load(Ordering::Relaxed)
    }

    /// `None` where the system does not say; SQLite will.
    fn free_bytes(&self) -> Option<u64> {
        let stat = rustix::fs::statvfs(&self.database).ok()?;
        Some(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_free_space_is_known_for_a_bare_file_name() {
        // A file of the folder that tests run in.
        for path in ["Cargo.toml", "./Cargo.toml", "src/lib.rs"] {
            let free = Intake::new(Path::new(path)).disk.free_bytes();
            assert!(free.is_some_and(|free| free > 0), "{path}: {free:?}");
        }
    }
}
