//! The short way to SQLite for what is written most: on the writer's own thread, with bound rows. sqlx hands every statement
//! to another thread and back, which takes longer than most of these statements.

use std::{ops::ControlFlow, time::Duration};

use rusqlite::{
    Connection, Row, ToSql,
    config::DbConfig,
    types::{ToSqlOutput, Value},
};
use sqlx::SqliteConnection;

use super::{OpenError, StoreError};

/// The log's target, which `herald bench` counts statements by.
pub(crate) const STATEMENTS: &str = "herald::sql";

/// Rows of one statement. With more, preparing it would cost more than running it.
const ROWS_AT_ONCE: usize = 256;
/// Each statement for rows is kept in nine sizes.
const CACHED_STATEMENTS: usize = 128;

/// A second hold on the handle of the writer's connection. It must go before that connection does.
///
/// It may be used while sqlx's thread has nothing to do: from the beginning, within [`Direct::run`], and after
/// [`Direct::settle`] until sqlx is given something again. Who has both this and the connection sees to that.
pub(super) struct Direct {
    sqlite: Connection,
}

impl Direct {
    #[expect(
        unsafe_code,
        reason = "two libraries share one handle, each only while the other has nothing to do"
    )]
    pub(super) async fn open(connection: &mut SqliteConnection) -> Result<Self, OpenError> {
        let mut locked = connection.lock_handle().await?;
        let handle = locked.as_raw_handle().as_ptr();
        // SAFETY: the handle is open, and stays so as long as its connection, which is closed after this one. This one is
        // used only while sqlx's thread waits to be given something, and never closes it.
        let sqlite = unsafe { Connection::from_handle(handle) }?;
        sqlite.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        Ok(Self { sqlite })
    }

    /// While sqlx's thread has nothing to do.
    pub(super) fn sql(&mut self) -> Sql<'_> {
        Sql { sqlite: &self.sqlite }
    }

    /// Waits until sqlx's thread has done all that it was given: it may still end a statement whose result is known.
    pub(super) async fn settle(&mut self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        drop(connection.lock_handle().await?);
        Ok(())
    }

    /// Runs statements one after another with nothing in between.
    pub(super) async fn run<T>(
        &mut self,
        connection: &mut SqliteConnection,
        work: impl FnOnce(&Sql<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _locked = connection.lock_handle().await?;
        work(&self.sql())
    }

    /// How long a statement waits for others who hold the database.
    pub(super) fn wait_at_most(&mut self, time: Duration) -> Result<(), StoreError> {
        Ok(self.sqlite.busy_timeout(time)?)
    }

    /// Has the connection close without moving the log.
    pub(super) fn leave_log(&mut self) {
        // It fails for a configuration that SQLite does not know, which this is not.
        let _ = self.sqlite.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    }

    /// Gives up the handle.
    pub(super) async fn close(self, connection: &mut SqliteConnection) {
        // An error means that sqlx's thread is gone, and nobody else has the handle.
        let _locked = connection.lock_handle().await;
        drop(self);
    }
}

/// A handle that nobody else uses meanwhile. All texts are prepared once and kept.
pub(super) struct Sql<'c> {
    pub(super) sqlite: &'c Connection,
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

    /// Reads rows one by one until one says that it is enough.
    pub(super) fn each(
        &self,
        text: &'static str,
        values: &[&dyn ToSql],
        mut read: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        tell(text);
        let mut statement = self.sqlite.prepare_cached(text)?;
        let mut rows = statement.query(values)?;
        while let Some(row) = rows.next()? {
            if read(row)?.is_break() {
                break;
            }
        }
        Ok(())
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

pub(super) fn tell(text: &'static str) {
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

/// A column's text, without a copy.
pub(super) fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r str, StoreError> {
    let value = row.get_ref(column)?;
    value.as_str().map_err(|error| StoreError::Corrupt(format!("column {column}: {error}")))
}

pub(super) fn or_null<'v>(value: Option<impl Into<ToSqlOutput<'v>>>) -> ToSqlOutput<'v> {
    value.map_or(ToSqlOutput::Owned(Value::Null), Into::into)
}
