//! Readers for what is shown in pages and lists, apart from those of the engine and of authentication: each read has a bounded
//! time, after which SQLite ends the statement itself. Dropping its future would not.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{Sqlite, SqlitePool, pool::PoolConnection};

use super::{OpenError, StoreError, database};

const READERS_MAX: u32 = 4;
/// Steps of SQLite's machine between two looks at the clock: well below a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

#[derive(Clone)]
pub(super) struct Pages {
    pool: SqlitePool,
    time_max: Duration,
    closing: Arc<AtomicBool>,
}

impl Pages {
    /// `time_max`: of waiting for a reader, and then of reading.
    pub(super) async fn open(path: &Path, time_max: Duration) -> Result<Self, OpenError> {
        let pool = database::connect_readers(path, READERS_MAX, time_max).await?;
        Ok(Self { pool, time_max, closing: Arc::default() })
    }

    /// A reader whose time begins now.
    pub(super) async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        let mut reader = self.pool.acquire().await?;
        let (closing, end) = (Arc::clone(&self.closing), Instant::now() + self.time_max);
        let go_on = move || !closing.load(Ordering::Relaxed) && Instant::now() < end;
        reader.lock_handle().await?.set_progress_handler(STEPS_BETWEEN_LOOKS, go_on);
        Ok(reader)
    }

    /// Ends what is being read.
    pub(super) async fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        self.pool.close().await;
    }
}
