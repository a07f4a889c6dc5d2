//! Whom events are about, noted some events at a time after they were written, so that writing them stays cheap.

use std::{ops::ControlFlow, sync::Arc};

use domain::limits::SUBJECTS_ROWS;
use rusqlite::params;

use super::{
    Store, StoreError,
    direct::Sql,
    group::{Flushed, Group, Rows},
    to_json,
    writer::Collect,
};

/// What the table knows a name or an e-mail by: its beginning, so that nobody can make the keys long.
macro_rules! subject_key {
    ($text:expr) => {
        concat!("substr(lower(", $text, "), 1, 32)")
    };
}
pub(super) use subject_key;

macro_rules! forget {
    ($member:literal) => {
        concat!(
            "DELETE FROM event_subjects WHERE (organization_id, subject, sequence) IN (
                 SELECT organization_id, ",
            subject_key!($member),
            ", sequence FROM events WHERE seq IN (SELECT value FROM json_each(?1)))"
        )
    };
}

/// Two statements: SQLite looks up the rows of a plain SELECT by the key, and reads the whole table for those of a compound one.
pub(super) const FORGET: [&str; 2] = [forget!("payload ->> 'username'"), forget!("payload ->> 'email'")];

impl Store {
    /// Resolves when there may be events whose subjects are not noted.
    pub async fn events_written(&self) {
        self.listeners.events.notified().await;
    }

    /// Notes whom some events are about, and answers whether there may be more.
    ///
    /// # Errors
    /// When nothing was noted.
    pub async fn note_subjects(&self) -> Result<bool, StoreError> {
        let new = self.quick.read(read_new).await?;
        let Some(noted) = new else { return Ok(false) };
        let more = noted.events == SUBJECTS_ROWS;
        self.writer.hand_over_late(noted).await?;
        Ok(more)
    }
}

/// Whom some events are about: read beside the writer, which need not wait for that.
#[derive(Clone)]
pub(super) struct Noted {
    subjects: Arc<[Subject]>,
    /// Up to which row that is.
    last: i64,
    events: u32,
}

/// In the order of the table's key, in which neighbours share pages.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    organization: String,
    subject: String,
    sequence: i64,
    /// The event's row.
    event: i64,
}

fn read_new(sql: &Sql<'_>) -> Result<Option<Noted>, StoreError> {
    let (mut subjects, mut last, mut events) = (Vec::new(), None, 0);
    sql.each(NEW, params![SUBJECTS_ROWS], |row| {
        (last, events) = (Some(row.get(0)?), events + 1);
        // A test has no place in the sequence, and is not found.
        let Some(sequence) = row.get(2)? else { return Ok(ControlFlow::Continue(())) };
        for column in [3, 4] {
            if let Some(subject) = row.get::<_, Option<String>>(column)? {
                subjects.push(Subject { organization: row.get(1)?, subject, sequence, event: row.get(0)? });
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    subjects.sort_unstable();
    Ok(last.map(|last| Noted { subjects: subjects.into(), last, events }))
}

const NEW: &str = concat!(
    "SELECT seq, organization_id, sequence, ",
    subject_key!("payload ->> 'username'"),
    ", ",
    subject_key!("payload ->> 'email'"),
    " FROM events WHERE seq > (SELECT event_seq FROM noted_subjects) ORDER BY seq LIMIT ?"
);

impl Collect for Noted {
    type Output = ();

    fn collect(&mut self, rows: &mut Rows) {
        rows.noted.push(self.clone());
    }

    fn settle(self, _flushed: &Flushed) {}
}

/// An event that was emptied or removed since it was read is left out.
pub(super) const INSERT: &str = "
    INSERT OR IGNORE INTO event_subjects (organization_id, subject, sequence)
    SELECT n.column1, n.column2, n.column3
    FROM (SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL) AS n
    CROSS JOIN events AS e ON e.seq = n.column4 AND e.purged_at IS NULL";

pub(super) fn insert(sql: &Sql<'_>, noted: &[Noted]) -> Result<(), StoreError> {
    for Noted { subjects, last, .. } in noted {
        sql.execute_rows(INSERT, subjects, |Subject { organization, subject, sequence, event }| {
            [organization.as_str().into(), subject.as_str().into(), (*sequence).into(), (*event).into()]
        })?;
        sql.execute("UPDATE noted_subjects SET event_seq = max(event_seq, ?)", params![last])?;
    }
    Ok(())
}

/// Forgets whom these events are about, before they or their payloads go.
pub(super) async fn forget_subjects(group: &mut Group<'_>, events: &[i64]) -> Result<(), StoreError> {
    for sql in FORGET {
        sqlx::query(sql).bind(to_json(events)).execute(&mut *group.connection).await?;
    }
    Ok(())
}
