//! The store: the only SQL. Writes go through one grouped writer, reads through a read-only pool.

mod api_keys;
mod completions;
mod database;
mod deliveries;
mod groups;
mod organizations;
mod outbox;
mod sessions;
#[cfg(test)]
mod tests;
mod user_acts;
mod users;
mod webhook_changes;
mod webhooks;
mod writer;

use std::{path::Path, sync::Arc};

use sqlx::SqlitePool;
use tokio::sync::Notify;

use crate::{clock::Clock, ids::IdSource, vault::Vault};

pub use api_keys::FoundUser;
pub use completions::Completion;
pub use database::{KeySource, OpenError, SQLITE_VERSION_MIN};
pub use deliveries::Lane;
pub use groups::{MemberChange, NewGroup};
pub use organizations::{FirstAdmin, NewApiKey, StoredOrganization};
pub use sessions::NewSession;
pub use user_acts::ActiveChange;
pub use users::{NewUserRow, SortBy, UserFilter};
pub use webhooks::{NewWebhookRow, WebhookChange};

use writer::Writer;

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Something unique is taken: the member's name, and a sentence.
    #[error("{1}")]
    Taken(&'static str, String),
    #[error("{0}")]
    Refused(String),
    #[error("the caller may not do this")]
    Forbidden,
    /// Nothing was stored; trying again later may work.
    #[error("the disk is full")]
    Full,
    /// Nothing was stored: another program holds the database.
    #[error("the database is held by another program")]
    Busy,
    #[error("the store has stopped")]
    Stopped,
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Vault(#[from] crate::vault::VaultError),
    #[error("the database holds a value that Herald does not know: {0}")]
    Corrupt(String),
}

/// Everything that is stored. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    readers: SqlitePool,
    writer: Writer,
    vault: Vault,
    clock: Clock,
    due: Arc<Notify>,
    // Held as long as the store lives: one process at a time owns a database.
    _lock: Arc<std::fs::File>,
}

impl Store {
    /// Opens a database, brings its schema up to date and starts the writer.
    ///
    /// # Errors
    /// When another process owns it, its key is missing or wrong, or SQLite cannot open it.
    pub async fn open(path: &Path, key: KeySource, clock: Clock) -> Result<Self, OpenError> {
        let lock = database::lock(path)?;
        let mut connection = database::connect_writer(path).await?;
        database::migrate(&mut connection).await?;
        let vault = database::open_vault(&mut connection, &key).await?;
        let readers = database::connect_readers(path).await?;
        let due = Arc::new(Notify::new());
        let writer = Writer::start(connection, clock.clone(), IdSource::default(), Arc::clone(&due));
        Ok(Self { readers, writer, vault, clock, due, _lock: Arc::new(lock) })
    }

    /// Resolves when deliveries may have become due.
    pub async fn deliveries_changed(&self) {
        self.due.notified().await;
    }

    /// Resolves when the writer has met an error after which nothing may be acknowledged.
    pub async fn failed(&self) {
        self.writer.failed().await;
    }

    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.writer.is_running()
    }

    /// Whether a read goes through.
    pub async fn is_readable(&self) -> bool {
        sqlx::query_scalar::<_, i64>("SELECT 1").fetch_one(&self.readers).await.is_ok()
    }

    /// Ends the writer after what it was given, moves the log into the database file and closes both.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.stop().await;
    }
}

/// Reads a stored word or id back into its type.
fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(text.to_owned()))
}
