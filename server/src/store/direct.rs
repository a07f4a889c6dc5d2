//! The short way to SQLite for what is written most: on the writer's own thread, with bound rows. sqlx hands every statement
//! to another thread and back, which takes longer than most of these statements.

use rusqlite::{
    Connection, Row, ToSql,
    types::{ToSqlOutput, Value},
};
use sqlx::{SqliteConnection, sqlite::LockedSqliteHandle};

use super::{OpenError, StoreError};

/// The log's target, which `herald bench` counts statements by.
pub(crate) const STATEMENTS: &str = "herald::sql";

/// Rows of one statement. With more, preparing it would cost more than running it.
const ROWS_AT_ONCE: usize = 256;
/// Each statement for rows is kept in nine sizes.
const CACHED_STATEMENTS: usize = 128;

/// A second hold on the handle of the writer's connection. It must go before that connection does.
pub(super) struct Direct {
    sqlite: Connection,
}

impl Direct {
    #[expect(unsafe_code, reason = "two libraries share one handle, each only while it has the lock")]
    pub(super) async fn open(connection: &mut SqliteConnection) -> Result<Self, OpenError> {
        let mut locked = connection.lock_handle().await?;
        let handle = locked.as_raw_handle().as_ptr();
        // SAFETY: the handle is open, and stays so as long as its connection, which is closed after this one. This one is
        // used only while sqlx's lock on the handle is held, and never closes it.
        let sqlite = unsafe { Connection::from_handle(handle) }?;
        sqlite.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        Ok(Self { sqlite })
    }

    /// Keeps the handle for as long as the answer lives.
    pub(super) async fn lock<'c>(
        &'c mut self,
        connection: &'c mut SqliteConnection,
    ) -> Result<Locked<'c>, StoreError> {
        let locked = connection.lock_handle().await?;
        Ok(Locked { sqlite: &self.sqlite, _locked: locked })
    }

    /// Runs statements one after another with nothing in between.
    pub(super) async fn run<T>(
        &mut self,
        connection: &mut SqliteConnection,
        work: impl FnOnce(&Sql<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        work(&self.lock(connection).await?.sql())
    }

    /// Gives up the handle.
    pub(super) async fn close(self, connection: &mut SqliteConnection) {
        // An error means that sqlx's thread is gone, and nobody else has the handle.
        let _locked = connection.lock_handle().await;
        drop(self);
    }
}

pub(super) struct Locked<'c> {
    sqlite: &'c Connection,
    _locked: LockedSqliteHandle<'c>,
}

impl Locked<'_> {
    pub(super) fn sql(&self) -> Sql<'_> {
        Sql { sqlite: self.sqlite }
    }
}

/// The handle, locked. All texts are prepared once and kept.
pub(super) struct Sql<'c> {
    sqlite: &'c Connection,
}

impl Sql<'_> {
    pub(super) fn execute(&self, text: &'static str, values: &[&dyn ToSql]) -> Result<usize, StoreError> {
        tell(text);
        Ok(self.sqlite.prepare_cached(text)?.execute(values)?)
    }

    pub(super) fn query<T>(
        &self,
        text: &'static str,
        values: &[&dyn ToSql],
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        tell(text);
        let mut statement = self.sqlite.prepare_cached(text)?;
        let rows = statement.query_map(values, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Runs a statement for many rows: `{rows}` in its text stands for the list of their values. The first value of a row is
    /// never NULL, and the statement must pass over rows in which it is: the list is filled up with such, so that a few
    /// sizes serve all.
    pub(super) fn execute_rows<R, const COLUMNS: usize>(
        &self,
        text: &'static str,
        rows: &[R],
        values: impl for<'r> Fn(&'r R) -> [ToSqlOutput<'r>; COLUMNS],
    ) -> Result<(), StoreError> {
        for chunk in rows.chunks(ROWS_AT_ONCE) {
            tell(text);
            let places = places(chunk.len().next_power_of_two(), COLUMNS);
            let mut statement = self.sqlite.prepare_cached(&text.replace("{rows}", &places))?;
            for (place, value) in (1..).zip(chunk.iter().flat_map(&values)) {
                statement.raw_bind_parameter(place, value)?;
            }
            statement.raw_execute()?;
        }
        Ok(())
    }
}

fn tell(text: &'static str) {
    tracing::trace!(target: STATEMENTS, summary = text);
}

/// `(?,?),(?,?)`
fn places(rows: usize, columns: usize) -> String {
    let mut row = "?,".repeat(columns);
    row.pop();
    let mut all = format!("({row}),").repeat(rows);
    all.pop();
    all
}

pub(super) fn or_null<'v>(value: Option<impl Into<ToSqlOutput<'v>>>) -> ToSqlOutput<'v> {
    value.map_or(ToSqlOutput::Owned(Value::Null), Into::into)
}
