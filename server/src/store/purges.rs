//! Purging: what is stored about a deleted user in payloads, and in what receivers answered, is overwritten some events at a
//! time. Events, deliveries and attempts stay, with their ids, numbers and states.
//!
//! What is pending is promised and is sent first: such an event waits for its turn. What is held is cancelled.

use async_trait::async_trait;
use domain::{
    Act, OrganizationId, UserId,
    limits::{PURGE_DELIVERIES, PURGE_ROWS, PURGE_SCAN_ROWS},
};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target},
    group::Group,
    parsed,
    subjects::forget_subjects,
    to_json,
    users::UserRow,
    writer::Write,
};

/// What is left to do of all purges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purging {
    GoesOn,
    /// Until what is pending has been sent.
    Waits,
    Nothing,
}

impl Store {
    /// Resolves when a purge may have begun.
    pub async fn purge_begun(&self) {
        self.listeners.purges.notified().await;
    }

    /// Does the next part of the purge whose turn it is.
    ///
    /// # Errors
    /// When nothing was changed.
    pub async fn step_purge(&self) -> Result<Purging, StoreError> {
        if let Some(purge) = self.next_purge().await? {
            let part = self.find_part(&purge).await?;
            return self.writer.write(StepPurge { purge, part }).await;
        }
        let is_any: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM purges)").fetch_one(&self.readers).await?;
        if is_any { self.writer.write(SettlePurges).await } else { Ok(Purging::Nothing) }
    }

    async fn next_purge(&self) -> Result<Option<Purge>, StoreError> {
        let sql = "SELECT seq, organization_id, user_id, username, email, after_seq FROM purges
                   WHERE looked_through = 0 ORDER BY seq LIMIT 1";
        Ok(sqlx::query_as(sql).fetch_optional(&self.readers).await?)
    }

    /// Looks for events outside the writer: nothing is changed about those that are found but by purging.
    async fn find_part(&self, purge: &Purge) -> Result<Part, StoreError> {
        let mut reader = self.pages.reader().await?;
        let last: i64 =
            sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM events").fetch_one(&mut *reader).await?;
        let end = last.min(purge.after_seq.saturating_add(PURGE_SCAN_ROWS));
        let rows: Vec<(i64, i64)> = sqlx::query_as(FIND)
            .bind(purge.after_seq)
            .bind(end)
            .bind(&purge.user_id)
            .bind(&purge.organization_id)
            .bind(&purge.username)
            .bind(&purge.email)
            .bind(i64::try_from(PURGE_ROWS).unwrap_or(i64::MAX))
            .fetch_all(&mut *reader)
            .await?;
        let (mut events, mut deliveries) = (Vec::new(), 0);
        for (seq, count) in &rows {
            events.push(*seq);
            deliveries += count;
            if deliveries >= PURGE_DELIVERIES {
                break;
            }
        }
        let is_cut = events.len() < rows.len() || rows.len() == PURGE_ROWS;
        let reached = events.last().copied().filter(|_| is_cut).unwrap_or(end);
        Ok(Part { events, reached, is_last: !is_cut && end == last })
    }
}

/// A user's id is Herald's own, so it is theirs wherever it stands. What an organization wrote itself, a name or an address,
/// says nothing about the events of another.
const FIND: &str = "
    SELECT seq, (SELECT count(*) FROM deliveries WHERE event_seq = events.seq)
    FROM events
    WHERE seq > ?1 AND seq <= ?2 AND purged_at IS NULL
      AND (payload ->> 'userId' = ?3
           OR (organization_id = ?4 AND (lower(payload ->> 'username') = lower(?5)
                                         OR lower(payload ->> 'email') = lower(?6))))
    ORDER BY seq LIMIT ?7";

/// A purge under way.
#[derive(FromRow)]
struct Purge {
    seq: i64,
    organization_id: String,
    user_id: String,
    username: String,
    email: String,
    after_seq: i64,
}

/// Some events of a user.
struct Part {
    events: Vec<i64>,
    reached: i64,
    is_last: bool,
}

/// Begins to purge what is stored about a user.
pub(super) async fn begin_purge(
    group: &mut Group<'_>,
    organization: OrganizationId,
    user: &UserRow,
    by: &ActedBy,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO purges (organization_id, user_id, username, email) VALUES (?, ?, ?, ?)")
        .bind(organization.to_string())
        .bind(&user.id)
        .bind(&user.username)
        .bind(&user.email)
        .execute(&mut *group.connection)
        .await?;
    group.audit(AuditEntry::new(organization, Act::PurgeUser, by, user.target()?));
    group.wake_purges();
    Ok(())
}

/// What is removed from now on is overwritten on the disk too: left to itself, SQLite only forgets where it was.
pub(super) async fn overwrite(group: &mut Group<'_>, on: bool) -> Result<(), StoreError> {
    let sql = if on { "PRAGMA secure_delete = 1" } else { "PRAGMA secure_delete = 0" };
    sqlx::query(sql).fetch_all(&mut *group.connection).await?;
    Ok(())
}

struct StepPurge {
    purge: Purge,
    part: Part,
}

#[async_trait]
impl Write for StepPurge {
    type Output = Purging;

    /// Empties the events of a part, but for those that have something pending.
    async fn apply(&mut self, group: &mut Group<'_>) -> Result<Purging, StoreError> {
        let (purge, events) = (self.purge.seq, to_json(&self.part.events));
        overwrite(group, true).await?;
        sqlx::query(CANCEL_HELD).bind(&events).execute(&mut *group.connection).await?;
        sqlx::query(WAIT).bind(purge).bind(&events).execute(&mut *group.connection).await?;
        let ready: Vec<i64> =
            sqlx::query_scalar(READY).bind(&events).fetch_all(&mut *group.connection).await?;
        empty(group, &ready).await?;
        sqlx::query("UPDATE purges SET after_seq = ?, looked_through = ?, purged = purged + ? WHERE seq = ?")
            .bind(self.part.reached)
            .bind(self.part.is_last)
            .bind(i64::try_from(ready.len()).unwrap_or(i64::MAX))
            .bind(purge)
            .execute(&mut *group.connection)
            .await?;
        overwrite(group, false).await?;
        Ok(Purging::GoesOn)
    }

    fn changes_access(&self) -> bool {
        false
    }
}

struct SettlePurges;

#[async_trait]
impl Write for SettlePurges {
    type Output = Purging;

    /// Empties events that waited, and ends the purges that wait for none any more.
    async fn apply(&mut self, group: &mut Group<'_>) -> Result<Purging, StoreError> {
        let waiting: Vec<i64> =
            sqlx::query_scalar("SELECT event_seq FROM purge_waits").fetch_all(&mut *group.connection).await?;
        let waiting = to_json(&waiting);
        overwrite(group, true).await?;
        sqlx::query(CANCEL_HELD).bind(&waiting).execute(&mut *group.connection).await?;
        let mut ready: Vec<i64> =
            sqlx::query_scalar(READY).bind(&waiting).fetch_all(&mut *group.connection).await?;
        ready.truncate(PURGE_ROWS);
        empty(group, &ready).await?;
        for sql in [COUNT_WAITED, FORGET_WAITED] {
            sqlx::query(sql).bind(to_json(&ready)).execute(&mut *group.connection).await?;
        }
        end_purges(group).await?;
        overwrite(group, false).await?;
        let left: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM purges)")
            .fetch_one(&mut *group.connection)
            .await?;
        Ok(if left && ready.is_empty() { Purging::Waits } else { Purging::GoesOn })
    }

    fn changes_access(&self) -> bool {
        false
    }
}

async fn end_purges(group: &mut Group<'_>) -> Result<(), StoreError> {
    let ended: Vec<(String, String, String, i64)> = sqlx::query_as(
        "DELETE FROM purges
         WHERE looked_through = 1 AND NOT EXISTS (SELECT 1 FROM purge_waits WHERE purge_seq = purges.seq)
         RETURNING organization_id, user_id, username, purged",
    )
    .fetch_all(&mut *group.connection)
    .await?;
    for (organization, user, username, purged) in ended {
        let target = Target::user(parsed::<UserId>(&user)?, &username);
        let entry = AuditEntry::new(parsed(&organization)?, Act::PurgeUser, &ActedBy::system(), target);
        group.audit(entry.with(Changes::default().set("events", purged)));
    }
    Ok(())
}

const COUNT_WAITED: &str = "
    UPDATE purges SET purged = purged + (
        SELECT count(*) FROM purge_waits
        WHERE purge_seq = purges.seq AND event_seq IN (SELECT value FROM json_each(?)))";

const FORGET_WAITED: &str = "DELETE FROM purge_waits WHERE event_seq IN (SELECT value FROM json_each(?))";

const CANCEL_HELD: &str = "
    UPDATE deliveries SET state = 'cancelled', due_at = NULL
    WHERE event_seq IN (SELECT value FROM json_each(?)) AND state = 'held'";

const WAIT: &str = "
    INSERT OR IGNORE INTO purge_waits (purge_seq, event_seq)
    SELECT ?1, event_seq FROM deliveries
    WHERE event_seq IN (SELECT value FROM json_each(?2)) AND state = 'pending'";

/// Those of them that are there and have nothing pending.
const READY: &str = "
    SELECT seq FROM events
    WHERE seq IN (SELECT value FROM json_each(?))
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_seq = events.seq AND state = 'pending')";

/// The payload keeps its members, so that whoever reads the feed can still read it.
const EMPTY_PAYLOAD: &str = "
    UPDATE events
    SET payload = json_set(payload, '$.username', '', '$.email', '', '$.userId', '000000000000000000000000'),
        purged_at = ?2
    WHERE seq IN (SELECT value FROM json_each(?1)) AND purged_at IS NULL";

/// Answers can repeat what was sent, and a signature tells whether a guess of it is right.
const EMPTY_ATTEMPTS: &str = "
    UPDATE attempts
    SET signature = NULL, response_headers = iif(response_headers IS NULL, NULL, '[]'),
        response_body = iif(response_body IS NULL, NULL, '')
    WHERE delivery_seq IN (SELECT seq FROM deliveries
                           WHERE event_seq IN (SELECT value FROM json_each(?1)))";

/// A key can be made of a name or an address, and so is the hash beside it.
const FORGET_KEYS: &str = "DELETE FROM idempotency_keys WHERE event_seq IN (SELECT value FROM json_each(?1))";

async fn empty(group: &mut Group<'_>, events: &[i64]) -> Result<(), StoreError> {
    forget_subjects(group, events).await?;
    let (now, events) = (group.now.unix_ms(), to_json(events));
    sqlx::query(EMPTY_PAYLOAD).bind(&events).bind(now).execute(&mut *group.connection).await?;
    for sql in [EMPTY_ATTEMPTS, FORGET_KEYS] {
        sqlx::query(sql).bind(&events).execute(&mut *group.connection).await?;
    }
    Ok(())
}
