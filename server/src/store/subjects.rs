//! Whom events are about, noted some events at a time after they were written, so that writing them stays cheap.

use async_trait::async_trait;
use domain::limits::SUBJECTS_ROWS;

use super::{Store, StoreError, group::Group, to_json, writer::Write};

macro_rules! forget {
    ($member:literal) => {
        concat!(
            "DELETE FROM event_subjects WHERE (organization_id, subject, sequence) IN (
                 SELECT organization_id, lower(payload ->> '",
            $member,
            "'), sequence FROM events WHERE seq IN (SELECT value FROM json_each(?1)))"
        )
    };
}

/// Two statements: SQLite looks up the rows of a plain SELECT by the key, and reads the whole table for those of a compound one.
pub(super) const FORGET: [&str; 2] = [forget!("username"), forget!("email")];

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
        self.writer.write(NoteSubjects).await
    }
}

struct NoteSubjects;

#[async_trait]
impl Write for NoteSubjects {
    type Output = bool;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<bool, StoreError> {
        let (count, last): (i64, Option<i64>) = sqlx::query_as(
            "SELECT count(*), max(seq) FROM (
                 SELECT seq FROM events WHERE seq > (SELECT event_seq FROM noted_subjects) ORDER BY seq LIMIT ?)",
        )
        .bind(SUBJECTS_ROWS)
        .fetch_one(&mut *group.connection)
        .await?;
        let Some(last) = last else { return Ok(false) };
        // Each payload is read once, and in the order of the table neighbours share pages.
        sqlx::query(
            "WITH new AS MATERIALIZED (
                 SELECT organization_id, lower(payload ->> 'username') AS username, lower(payload ->> 'email') AS email, sequence
                 FROM events
                 WHERE seq > (SELECT event_seq FROM noted_subjects) AND seq <= ?1 AND sequence IS NOT NULL)
             INSERT OR IGNORE INTO event_subjects
             SELECT * FROM (SELECT organization_id, username AS subject, sequence FROM new
                            UNION ALL SELECT organization_id, email, sequence FROM new)
             WHERE subject IS NOT NULL ORDER BY 1, 2, 3",
        )
        .bind(last)
        .execute(&mut *group.connection)
        .await?;
        sqlx::query("UPDATE noted_subjects SET event_seq = ?")
            .bind(last)
            .execute(&mut *group.connection)
            .await?;
        Ok(count == SUBJECTS_ROWS)
    }

    fn changes_access(&self) -> bool {
        false
    }
}

/// Forgets whom these events are about, before they or their payloads go.
pub(super) async fn forget_subjects(group: &mut Group<'_>, events: &[i64]) -> Result<(), StoreError> {
    for sql in FORGET {
        sqlx::query(sql).bind(to_json(events)).execute(&mut *group.connection).await?;
    }
    Ok(())
}
