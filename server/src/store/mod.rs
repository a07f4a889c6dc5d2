//! The store: the only SQL. Writes go through one grouped writer, reads through a read-only pool.

mod activity;
mod allowed_targets;
mod api_keys;
mod arrivals;
mod audit;
mod audit_reads;
mod callers;
mod checkpoints;
mod completions;
mod cursors;
mod database;
mod deletions;
mod deliveries;
mod delivery_lists;
mod delivery_views;
mod direct;
mod feed;
mod find;
mod fires;
mod group;
mod group_reads;
mod groups;
mod harm;
mod inbox;
mod intake;
mod job_steps;
mod jobs;
mod keys;
mod lanes;
mod last_attempts;
mod matching;
mod memory;
mod organization_lists;
mod organizations;
mod outbox;
mod own_name;
mod own_sessions;
mod pages;
mod passwords;
mod publishing;
mod purges;
mod quick;
mod redelivery;
mod retention;
mod scribe;
mod secrets;
mod sessions;
mod start;
mod subjects;
mod test_sends;
#[cfg(test)]
mod tests;
mod tickets;
mod told;
mod user_acts;
mod user_rights;
mod users;
mod versions;
mod webhook_changes;
mod webhook_lists;
mod webhooks;
mod writer;

use std::{
    ops::Deref,
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use domain::limits::PAGE_READ_MAX;
use sqlx::SqlitePool;

use crate::{clock::Clock, ids::IdSource, vault::Vault};

pub use api_keys::{ApiKey, NewApiKey};
pub use arrivals::{Arrivals, Arrived, Change, News};
pub use audit::{ActedBy, Actor, AuditEntry, Changes, Source, Target};
pub use audit_reads::{AuditFilter, AuditPage};
pub use callers::FoundUser;
pub(crate) use checkpoints::MOVES;
pub use completions::Completion;
pub use database::{OpenError, SQLITE_VERSION_MIN};
pub use deletions::UserDeletion;
pub(crate) use direct::STATEMENTS;
pub use feed::{EventFilter, FeedEvent, FeedPage};
pub use groups::{MemberChange, NewGroup, RolesChange};
pub use jobs::{Job, JobAction, JobState};
pub use keys::{KeySource, ReplacedKey};
pub use lanes::Lane;
pub use matching::Matching;
pub use organization_lists::{OrganizationRows, SeenBy};
pub use organizations::{FirstAdmin, StoredOrganization};
pub use own_sessions::StoredSession;
pub use passwords::{Ending, NewReset};
pub use publishing::{NewEvent, Published};
pub use purges::Purging;
pub use redelivery::HeldAction;
pub use retention::Pruned;
pub use secrets::{RotatedSecret, Secrets};
pub use sessions::{NewSession, SessionUser};
pub use test_sends::TestSend;
pub use user_acts::ActiveChange;
pub use user_rights::{Right, RightChange};
pub use users::{NewUserRow, SortBy, UserFilter};
pub use versions::LastChange;
pub(crate) use versions::Version;
pub use webhooks::{NewWebhookRow, Owner, WebhookChange};

use intake::Intake;
use pages::Pages;
use quick::Quick;
use writer::{Listeners, Writer};

const READERS_MAX: u32 = 4;
const READER_WAIT_MAX: Duration = Duration::from_secs(30);

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
    /// Holds the name of the parameter that it came in.
    #[error("{0} is no cursor that was given out for this list with these filters")]
    Cursor(&'static str),
    /// Holds the name of the parameter that it came in.
    #[error("{0} is a cursor to what the retention has removed")]
    Outdated(&'static str),
    #[error("the input is not valid")]
    Invalid(domain::Invalid),
    /// Nothing was stored: it was changed after what the change was made from.
    #[error("somebody else was faster")]
    Outrun,
    #[error("the caller may not do this")]
    Forbidden,
    /// Nothing was stored; trying again later may work.
    #[error("the disk is full")]
    Full,
    /// Nothing was stored: another program holds the database.
    #[error("the database is held by another program")]
    Busy,
    /// Nothing was stored: more waits already than is written soon.
    #[error("too much waits to be written")]
    Overloaded,
    /// The read was ended: it took longer than a page may.
    #[error("the read took too long")]
    Slow,
    /// Nothing was stored.
    #[error("the store has stopped")]
    Stopped,
    /// The disk failed while it was written: it may be there at the next start.
    #[error("whether it was stored is not known")]
    Unsure,
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
    #[error("the database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Vault(#[from] crate::vault::VaultError),
    #[error("the database holds a value that Herald does not know: {0}")]
    Corrupt(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        const SQLITE_INTERRUPT: &str = "9";
        let code = error.as_database_error().and_then(|error| error.code());
        match error {
            sqlx::Error::PoolTimedOut => Self::Slow,
            sqlx::Error::PoolClosed => Self::Stopped,
            _ if code.is_some_and(|code| code == SQLITE_INTERRUPT) => Self::Slow,
            error => Self::Database(error),
        }
    }
}

/// Everything that is stored. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    parts: Arc<Parts>,
}

pub struct Parts {
    /// For finding out who calls, and for the engine's start: short reads, which no page holds up.
    readers: SqlitePool,
    /// For what the engine asks all the time.
    quick: Quick,
    pages: Pages,
    writer: Writer,
    vault: Vault,
    cursor_vault: Vault,
    clock: Clock,
    listeners: Listeners,
    intake: Intake,
    ids: Arc<IdSource>,
    // Held as long as the store lives: one process at a time owns a database.
    _lock: std::fs::File,
}

impl Deref for Store {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
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
        let vault = keys::open_vault(&mut connection, &key).await?;
        let cursor_vault = keys::open_cursor_vault(&mut connection, &vault).await?;
        let readers = database::connect_readers(path, READERS_MAX, READER_WAIT_MAX).await?;
        let quick = Quick::open(path)?;
        let pages = Pages::open(path, PAGE_READ_MAX).await?;
        let listeners = Listeners::default();
        let ids = Arc::new(IdSource::default());
        let writer =
            Writer::start(path, connection, clock.clone(), Arc::clone(&ids), listeners.clone()).await?;
        let intake = Intake::new(path);
        let parts = Parts {
            readers,
            quick,
            pages,
            writer,
            vault,
            cursor_vault,
            clock,
            listeners,
            intake,
            ids,
            _lock: lock,
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    /// How many groups of writes were committed.
    pub(crate) fn groups_written(&self) -> u64 {
        self.listeners.groups.load(Ordering::Relaxed)
    }

    /// What the delivery engine is told after each commit.
    #[must_use]
    pub fn arrivals(&self) -> Arrivals {
        self.listeners.arrivals.clone()
    }

    /// Grows with every commit that may have changed who may do what.
    pub(crate) fn changes(&self) -> u64 {
        self.listeners.changes.load(Ordering::SeqCst)
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

    /// Ends what is being read and the writer after what it was given, moves the log into the database file and closes both.
    pub async fn close(&self) {
        self.pages.close().await;
        self.readers.close().await;
        self.quick.close().await;
        self.writer.stop().await;
    }
}

/// Reads a stored word or id back into its type.
fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(text.to_owned()))
}

/// Rows for a statement's `json_each`.
fn to_json(value: &(impl serde::Serialize + ?Sized)) -> String {
    // Numbers, strings and ids only: serde_json fails on maps with odd keys and on failing impls, of which there are none.
    serde_json::to_string(value).unwrap_or_default()
}
