//! The floor of every write: SQLite itself, with prepared statements on Herald's own schema and settings.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::{EventType, WebhookRef, body_head};
use rusqlite::{Connection, Statement, params};
use tokio::task::spawn_blocking;

use super::{
    BenchError,
    folder::Folder,
    instance::{Instance, NOWHERE},
    numbers::{float, ratio},
    traffic::payload,
};
use crate::clock::Clock;

const WARM_UP_GROUP: usize = 100;

/// A database as Herald makes it, and the rows that are written into it.
#[derive(Clone)]
pub(super) struct Raw {
    rows: Arc<Rows>,
    /// One for all measurements, so that the log outlives each, as it does in a server.
    connection: Arc<Mutex<Connection>>,
    _folder: Arc<Folder>,
}

struct Rows {
    organization: String,
    /// Each webhook's row, and its part of the body.
    webhooks: Vec<(i64, String)>,
    event_type: EventType,
    payload: String,
    now_ms: i64,
}

impl Raw {
    /// With one webhook, so that each event has one delivery; and with so many events, after which the log has its size.
    pub(super) async fn start(warm_up: usize) -> Result<Self, BenchError> {
        let event_type = EventType::UserLogin;
        let mut instance = Instance::start().await?;
        instance.add_webhooks(event_type, &[NOWHERE.to_owned()]).await?;
        let folder = instance.stop().await?;
        let connection = connect(&folder.database())?;
        let rows = Rows::read(&connection, event_type)?;
        let connection = Arc::new(Mutex::new(connection));
        let raw = Self { rows: Arc::new(rows), connection, _folder: Arc::new(folder) };
        raw.write(move |writer| writer.write_groups(warm_up)).await?;
        Ok(raw)
    }

    /// Writes groups of so many events for so long; answers the events a second.
    pub(super) async fn rate(&self, group: usize, duration: Duration) -> Result<f64, BenchError> {
        self.write(move |writer| {
            let (start, mut events) = (Instant::now(), 0);
            while start.elapsed() < duration {
                writer.write(group)?;
                events += group as u64;
            }
            Ok(ratio(float(events), start.elapsed().as_secs_f64()))
        })
        .await
    }

    /// Writes so many events, each in a transaction of its own; the times in milliseconds.
    pub(super) async fn commits(&self, count: usize) -> Result<Vec<f64>, BenchError> {
        self.write(move |writer| {
            let commit = |_| {
                let start = Instant::now();
                writer.write(1)?;
                Ok(start.elapsed().as_secs_f64() * 1_000.0)
            };
            (0..count).map(commit).collect()
        })
        .await
    }

    /// On a thread that may block.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, BenchError> {
        let Self { rows, connection, .. } = self.clone();
        let written = spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut Writer::prepare(&connection, &rows)?)
        });
        Ok(written.await??)
    }
}

/// How many events a database has.
pub(super) async fn count_events(path: PathBuf) -> Result<u64, BenchError> {
    spawn_blocking(move || {
        let count: i64 = connect(&path)?.query_row("SELECT count(*) FROM events", [], |row| row.get(0))?;
        Ok(u64::try_from(count)?)
    })
    .await?
}

/// As Herald opens it for writing.
pub(super) fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    Ok(connection)
}

impl Rows {
    fn read(connection: &Connection, event_type: EventType) -> Result<Self, BenchError> {
        let (organization, name): (String, String) =
            connection
                .query_row("SELECT id, name FROM organizations", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut statement = connection.prepare("SELECT seq, id, name FROM webhooks")?;
        let mut found = statement.query([])?;
        let mut webhooks = Vec::new();
        while let Some(row) = found.next()? {
            let (id, webhook): (String, String) = (row.get(1)?, row.get(2)?);
            let webhook = WebhookRef { id: id.parse()?, organization: &name, name: &webhook };
            webhooks.push((row.get(0)?, body_head(event_type, webhook)));
        }
        let now_ms = Clock::system().now().unix_ms();
        Ok(Self { organization, webhooks, event_type, payload: payload(event_type).to_json(), now_ms })
    }
}

/// Prepared once, as the least possible program has it.
struct Writer<'c> {
    begin: Statement<'c>,
    event: Statement<'c>,
    delivery: Statement<'c>,
    commit: Statement<'c>,
    rows: &'c Rows,
    last_event: i64,
    last_delivery: i64,
}

impl<'c> Writer<'c> {
    fn prepare(connection: &'c Connection, rows: &'c Rows) -> Result<Self, rusqlite::Error> {
        let last = |sql| connection.query_row(sql, [], |row| row.get(0));
        Ok(Self {
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            event: connection.prepare(
                "INSERT INTO events (seq, id, organization_id, sequence, type, payload, happened_at)
                 VALUES (?1, ?2, ?3, ?1, ?4, ?5, ?6)",
            )?,
            delivery: connection.prepare(
                "INSERT INTO deliveries (seq, id, event_seq, webhook_seq, state, head, due_at, created_at)
                 VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?6)",
            )?,
            commit: connection.prepare("COMMIT")?,
            rows,
            last_event: last("SELECT coalesce(max(seq), 0) FROM events")?,
            last_delivery: last("SELECT coalesce(max(seq), 0) FROM deliveries")?,
        })
    }

    /// So many events, some in each transaction.
    fn write_groups(&mut self, events: usize) -> Result<(), rusqlite::Error> {
        (0..events.div_ceil(WARM_UP_GROUP)).try_for_each(|_| self.write(WARM_UP_GROUP))
    }

    /// One transaction.
    fn write(&mut self, events: usize) -> Result<(), rusqlite::Error> {
        let Rows { organization, webhooks, event_type, payload, now_ms } = self.rows;
        self.begin.execute([])?;
        for _ in 0..events {
            self.last_event += 1;
            let (seq, id) = (self.last_event, format!("{:024x}", self.last_event));
            self.event.execute(params![seq, id, organization, event_type.as_str(), payload, now_ms])?;
            for (webhook, head) in webhooks {
                self.last_delivery += 1;
                let (delivery, id) = (self.last_delivery, format!("{:024x}", self.last_delivery));
                self.delivery.execute(params![delivery, id, seq, webhook, head, now_ms])?;
            }
        }
        self.commit.execute([])?;
        Ok(())
    }
}
