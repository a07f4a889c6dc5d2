//! Fills a database with history or a backlog, many rows a statement.

use std::path::{Path, PathBuf};

use domain::{EventType, WebhookRef, body_head, sample_payload};
use rusqlite::{Connection, params};
use tokio::task::spawn_blocking;

use super::{BenchError, raw::connect, traffic::ORGANIZATION};
use crate::clock::Clock;

/// What is already over and done, or still to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Delivered,
    Pending,
}

/// Rows of one transaction.
const CHUNK: u64 = 500_000;
/// Deliveries of one event.
const FAN_OUT: u64 = 10;

const EVENTS: &str = "
    WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
    INSERT INTO events (seq, id, organization_id, sequence, type, payload, happened_at)
    SELECT i, printf('%024x', i), (SELECT id FROM organizations), i, ?3, ?4, ?5 FROM n";

const DELIVERIES: &str = "
    WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
    INSERT INTO deliveries (seq, id, event_seq, webhook_seq, state, head, attempts, due_at, created_at, delivered_at)
    SELECT i, printf('%024x', i), 1 + (i - 1) / ?3, 1 + i % ?4, ?5, ?6, iif(?5 = 'delivered', 1, 0),
           iif(?5 = 'pending', ?7, NULL), ?7, iif(?5 = 'delivered', ?7, NULL) FROM n";

const ATTEMPTS: &str = "
    WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
    INSERT INTO attempts (delivery_seq, number, trigger, started_at, duration_ms, url, signature, status,
                          response_headers, response_body, response_cut)
    SELECT i, 1, 'scheduled', ?3, 1, 'http://127.0.1.1:9/hook', ?4, 200, '[[\"content-length\",\"0\"]]', '', 0 FROM n";

/// Adds so many deliveries in turns for the first `webhooks` webhooks, and their events.
pub(super) async fn seed(path: PathBuf, rows: u64, webhooks: u64, state: State) -> Result<(), BenchError> {
    spawn_blocking(move || fill(&path, rows, webhooks, state)).await?
}

fn fill(path: &Path, rows: u64, webhooks: u64, state: State) -> Result<(), BenchError> {
    let connection = connect(path)?;
    // Should the machine stop now, the database is thrown away.
    connection
        .execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -200000;")?;
    let last: i64 =
        connection.query_row("SELECT coalesce(max(seq), 0) FROM deliveries", [], |row| row.get(0))?;
    let last = u64::try_from(last)?.next_multiple_of(FAN_OUT);
    let mut first = last + 1;
    while first <= last + rows {
        let end = (first + CHUNK - 1).min(last + rows);
        fill_chunk(&connection, first, end, webhooks, state)?;
        first = end + 1;
    }
    connection.execute("UPDATE organizations SET last_sequence = (SELECT max(seq) FROM events)", [])?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(())
}

fn fill_chunk(
    connection: &Connection,
    first: u64,
    last: u64,
    webhooks: u64,
    state: State,
) -> Result<(), BenchError> {
    let now = Clock::system().now().unix_ms();
    let event_type = EventType::UserLogin;
    let payload = sample_payload(event_type, ORGANIZATION).to_json();
    let id = domain::WebhookId::from_bytes([1; 12]);
    let head = body_head(event_type, WebhookRef { id, organization: ORGANIZATION, name: "webhook-1" });
    let (first_event, last_event) = (1 + (first - 1) / FAN_OUT, 1 + (last - 1) / FAN_OUT);
    connection.execute_batch("BEGIN")?;
    connection
        .execute(EVENTS, params![int(first_event)?, int(last_event)?, event_type.as_str(), payload, now])?;
    let word = if state == State::Pending { "pending" } else { "delivered" };
    connection.execute(
        DELIVERIES,
        params![int(first)?, int(last)?, int(FAN_OUT)?, int(webhooks)?, word, head, now],
    )?;
    if state == State::Delivered {
        let signature = format!("v1,{}=", "x".repeat(43));
        connection.execute(ATTEMPTS, params![int(first)?, int(last)?, now, signature])?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn int(number: u64) -> Result<i64, std::num::TryFromIntError> {
    i64::try_from(number)
}
