//! Readers for the delivery engine: a read is one visit to a thread that may wait for the disk, whatever it asks there. sqlx
//! visits such a thread for each statement, and copies each row once more.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OpenFlags};
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{OpenError, StoreError, database::BUSY_TIMEOUT, direct::Sql};

const READERS_MAX: u32 = 2;
/// Kibibytes of pages: the windows of many webhooks are filled with the same events.
const CACHE: i64 = -8_192;

pub(super) struct Quick {
    readers: Arc<Readers>,
    places: Arc<Semaphore>,
}

struct Readers {
    database: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Quick {
    /// Opens all of them: on a full disk it may not go any more.
    pub(super) fn open(database: &Path) -> Result<Self, OpenError> {
        let readers = Readers { database: database.to_owned(), idle: Mutex::default() };
        for _ in 0..READERS_MAX {
            let reader = readers.open()?;
            readers.idle().push(reader);
        }
        Ok(Self { readers: Arc::new(readers), places: Arc::new(Semaphore::new(READERS_MAX as usize)) })
    }

    /// Runs statements that see one state of the database.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Sql<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| StoreError::Stopped)?;
        let readers = Arc::clone(&self.readers);
        let read = spawn_blocking(move || {
            let _place = place;
            let reader = readers.take()?;
            let result = read_in_snapshot(&reader, work);
            // After an error it may be of no use any more.
            if result.is_ok() || reader.execute_batch("ROLLBACK").is_ok() {
                readers.idle().push(reader);
            }
            result
        });
        read.await.map_err(|_| StoreError::Stopped)?
    }

    /// Waits for what is being read, and lets nobody read any more.
    pub(super) async fn close(&self) {
        // An error means that it is closed already.
        let _all = self.places.acquire_many(READERS_MAX).await;
        self.places.close();
        self.readers.idle().clear();
    }
}

fn read_in_snapshot<T>(
    reader: &Connection,
    work: impl FnOnce(&Sql<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let sql = Sql { sqlite: reader };
    sql.execute("BEGIN", &[])?;
    let result = work(&sql)?;
    // As good as COMMIT for who has only read, and not to be taken for one that is flushed.
    sql.execute("END", &[])?;
    Ok(result)
}

impl Readers {
    fn take(&self) -> Result<Connection, StoreError> {
        let idle = self.idle().pop();
        Ok(idle.map_or_else(|| self.open(), Ok)?)
    }

    fn open(&self) -> Result<Connection, rusqlite::Error> {
        let connection = Connection::open_with_flags(
            &self.database,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "cache_size", CACHE)?;
        // Only a read opens the log and what it is found by.
        connection.query_row("SELECT count(*) FROM last_rows", [], |_| Ok(()))?;
        Ok(connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
