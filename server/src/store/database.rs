//! Opening a database: the lock, the connections, the schema, the key.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use log::LevelFilter;
use sqlx::{
    ConnectOptions, Connection, SqliteConnection, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{
        SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
    },
};

use crate::vault::VaultError;

/// Every SQLite from 3.7.0 to 3.51.2 can lose committed writes when one connection checkpoints while another commits.
pub const SQLITE_VERSION_MIN: &str = "3.51.3";
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Kibibytes of pages: as many as a large group changes.
const WRITER_CACHE: &str = "-16384";

/// Why a database cannot be opened, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("another Herald process uses this database (the lock {0} is taken). Stop it first.")]
    Locked(String),
    #[error("the lock file {0} cannot be opened: {1}")]
    Lock(String, std::io::Error),
    #[error(
        "this build has SQLite {0}, which can lose committed writes; at least {SQLITE_VERSION_MIN} is needed"
    )]
    OldSqlite(String),
    #[error("the database {0} cannot be opened: {1}")]
    Database(String, sqlx::Error),
    #[error("the database's schema could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(
        "the key file {0} is missing. Without it the secrets in this database cannot be read: put it back from the backup. Herald does not make a new one."
    )]
    KeyMissing(String),
    #[error(
        "the key is not the one that this database was made with. Put the right one back, as --key-file or HERALD_KEY."
    )]
    KeyWrong,
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the writer could not be started: {0}")]
    Writer(#[source] std::io::Error),
    #[error("the database could not be opened: {0}")]
    Direct(#[from] rusqlite::Error),
    #[error("the database could not be read: {0}")]
    Read(#[from] sqlx::Error),
}

/// Takes `<database>.lock`, never the database file itself: SQLite's own locks live there.
///
/// By the file's own name, whatever links lead to it.
pub(super) fn lock(database: &Path) -> Result<File, OpenError> {
    let database = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let mut path = database.into_os_string();
    path.push(".lock");
    let path = PathBuf::from(path);
    let shown = path.display().to_string();
    let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| OpenError::Lock(shown.clone(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(shown)),
        Err(TryLockError::Error(error)) => Err(OpenError::Lock(shown, error)),
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // Texts without values; `herald bench` counts them.
        .log_statements(LevelFilter::Trace)
        .log_slow_statements(LevelFilter::Off, Duration::MAX)
}

pub(super) async fn connect_writer(path: &Path) -> Result<SqliteConnection, OpenError> {
    let options = options(path)
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", WRITER_CACHE)
        // See `checkpoints`.
        .pragma("wal_autocheckpoint", "0");
    let cannot_open = |error| OpenError::Database(path.display().to_string(), error);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(cannot_open)?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await?;
    check_version(&version)?;
    Ok(connection)
}

pub(super) fn check_version(version: &str) -> Result<(), OpenError> {
    if version_parts(version) < version_parts(SQLITE_VERSION_MIN) {
        return Err(OpenError::OldSqlite(version.to_owned()));
    }
    Ok(())
}

fn version_parts(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// Readers cannot write, and cannot checkpoint: only the writer does.
pub(super) async fn connect_readers(
    path: &Path,
    readers_max: u32,
    wait_max: Duration,
) -> Result<SqlitePool, OpenError> {
    // A file does not go away as a server does: no question whether it is still there.
    let pool = SqlitePoolOptions::new()
        .max_connections(readers_max)
        .acquire_timeout(wait_max)
        .test_before_acquire(false);
    let cannot_open = |error| OpenError::Database(path.display().to_string(), error);
    pool.connect_with(options(path).read_only(true)).await.map_err(cannot_open)
}

pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    Ok(migrator().run(connection).await?)
}

/// Append-only: what has been released is never edited.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "initial", include_str!("../../migrations/0001_initial.sql")),
    (2, "engine", include_str!("../../migrations/0002_engine.sql")),
    (3, "reads", include_str!("../../migrations/0003_reads.sql")),
    (4, "audit", include_str!("../../migrations/0004_audit.sql")),
    (6, "api_keys", include_str!("../../migrations/0006_api_keys.sql")),
    (7, "sessions", include_str!("../../migrations/0007_sessions.sql")),
    (8, "feed", include_str!("../../migrations/0008_feed.sql")),
    (9, "search_and_activity", include_str!("../../migrations/0009_search_and_activity.sql")),
    (10, "purge", include_str!("../../migrations/0010_purge.sql")),
    (11, "allowed_targets", include_str!("../../migrations/0011_allowed_targets.sql")),
    (15, "jobs_until", include_str!("../../migrations/0015_jobs_until.sql")),
    (16, "deleted_webhooks", include_str!("../../migrations/0016_deleted_webhooks.sql")),
    (17, "last_attempts", include_str!("../../migrations/0017_last_attempts.sql")),
    (18, "subject_keys", include_str!("../../migrations/0018_subject_keys.sql")),
];

fn migrator() -> Migrator {
    let migration = |(version, name, sql): &(i64, &'static str, &'static str)| {
        let sql = sqlx::SqlSafeStr::into_sql_str(*sql);
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql, false)
    };
    let migrations: Vec<Migration> = MIGRATIONS.iter().map(migration).collect();
    Migrator { migrations: migrations.into(), ..Migrator::DEFAULT }
}
