//! Retention: what is older than its time goes, some at a time, from the oldest on.

use async_trait::async_trait;
use domain::{
    Timestamp,
    limits::{PRUNE_AUDIT_ROWS, PRUNE_DELIVERIES, PRUNE_ROWS},
};

use super::{
    Store, StoreError, group::Group, outbox::keep_last_rows, subjects::forget_subjects, to_json,
    writer::Write,
};

/// How far pruning has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pruned {
    /// There may be more after this event's row.
    UpTo(i64),
    All,
}

/// Pages that are given back to the file system in one transaction.
const FREED_PAGES: &str = "PRAGMA incremental_vacuum(256)";

impl Store {
    /// Removes some events from before `before` after the row `after`, with their deliveries and attempts. What is
    /// pending or held stays, and its event with it.
    ///
    /// # Errors
    /// When nothing was removed.
    pub async fn prune(&self, before: Timestamp, after: i64) -> Result<Pruned, StoreError> {
        self.writer.write(Prune { before, after }).await
    }

    /// Removes some entries of the audit log from before `before`, and answers whether there may be more.
    ///
    /// # Errors
    /// When nothing was removed.
    pub async fn prune_audit(&self, before: Timestamp) -> Result<bool, StoreError> {
        self.writer.write(PruneAudit { before }).await
    }

    /// Removes what belongs to deleted webhooks that have no history left, and secrets that sign no longer.
    ///
    /// # Errors
    /// When nothing was removed.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        self.writer.write(Tidy).await
    }
}

struct Prune {
    before: Timestamp,
    after: i64,
}

#[async_trait]
impl Write for Prune {
    type Output = Pruned;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<Pruned, StoreError> {
        let rows: Vec<(i64, i64)> =
            sqlx::query_as("SELECT seq, happened_at FROM events WHERE seq > ? ORDER BY seq LIMIT ?")
                .bind(self.after)
                .bind(i64::try_from(PRUNE_ROWS).unwrap_or(i64::MAX))
                .fetch_all(&mut *group.connection)
                .await?;
        // Not only up to the first young one: a clock that once was wrong must not keep all that came after.
        let is_old = |(seq, happened_at): &(i64, i64)| (*happened_at < self.before.unix_ms()).then_some(*seq);
        let old: Vec<i64> = rows.iter().filter_map(is_old).collect();
        if old.is_empty() {
            return Ok(Pruned::All);
        }
        group.direct(keep_last_rows).await?;
        if remove_deliveries(group, &old).await? == PRUNE_DELIVERIES {
            return Ok(Pruned::UpTo(self.after));
        }
        remove_events(group, &old).await?;
        let last = rows.last().filter(|_| rows.len() == PRUNE_ROWS);
        Ok(last.map_or(Pruned::All, |(seq, _)| Pruned::UpTo(*seq)))
    }

    fn changes_access(&self) -> bool {
        false
    }
}

/// Removes some deliveries of these events, and answers how many. What is pending or held stays: it is still to be decided.
async fn remove_deliveries(group: &mut Group<'_>, events: &[i64]) -> Result<usize, StoreError> {
    let deliveries: Vec<i64> = sqlx::query_scalar(
        "SELECT seq FROM deliveries
         WHERE event_seq IN (SELECT value FROM json_each(?)) AND state NOT IN ('pending', 'held') LIMIT ?",
    )
    .bind(to_json(events))
    .bind(i64::try_from(PRUNE_DELIVERIES).unwrap_or(i64::MAX))
    .fetch_all(&mut *group.connection)
    .await?;
    let removed = to_json(&deliveries);
    for sql in [
        "DELETE FROM attempts WHERE delivery_seq IN (SELECT value FROM json_each(?))",
        "DELETE FROM deliveries WHERE seq IN (SELECT value FROM json_each(?))",
    ] {
        sqlx::query(sql).bind(&removed).execute(&mut *group.connection).await?;
    }
    Ok(deliveries.len())
}

/// Removes those of these events that have no deliveries left.
async fn remove_events(group: &mut Group<'_>, events: &[i64]) -> Result<(), StoreError> {
    let settled: Vec<i64> = sqlx::query_scalar(
        "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE event_seq = value)",
    )
    .bind(to_json(events))
    .fetch_all(&mut *group.connection)
    .await?;
    forget_subjects(group, &settled).await?;
    let removed: Vec<(String, Option<i64>)> = sqlx::query_as(
        "DELETE FROM events WHERE seq IN (SELECT value FROM json_each(?))
         RETURNING organization_id, sequence",
    )
    .bind(to_json(&settled))
    .fetch_all(&mut *group.connection)
    .await?;
    // The feed has no gap: it begins after the last that was removed.
    sqlx::query(
        "UPDATE organizations SET pruned_sequence = max(pruned_sequence, removed.sequence)
         FROM (SELECT value ->> 0 AS id, max(value ->> 1) AS sequence FROM json_each(?) GROUP BY 1) AS removed
         WHERE organizations.id = removed.id AND removed.sequence IS NOT NULL",
    )
    .bind(to_json(&removed))
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}

struct PruneAudit {
    before: Timestamp,
}

#[async_trait]
impl Write for PruneAudit {
    type Output = bool;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<bool, StoreError> {
        let before = self.before.unix_ms();
        // The triggers let go what is from before this time. It only goes on, also where a clock was set back.
        sqlx::query("UPDATE audit_retention SET before = ?1 WHERE before < ?1")
            .bind(before)
            .execute(&mut *group.connection)
            .await?;
        let removed = sqlx::query(PRUNE_AUDIT)
            .bind(before)
            .bind(PRUNE_AUDIT_ROWS)
            .execute(&mut *group.connection)
            .await?;
        Ok(i64::try_from(removed.rows_affected()).is_ok_and(|removed| removed == PRUNE_AUDIT_ROWS))
    }

    fn changes_access(&self) -> bool {
        false
    }
}

pub(super) const PRUNE_AUDIT: &str = "
    DELETE FROM audit_log
    WHERE seq IN (SELECT seq FROM audit_log WHERE created_at < ? ORDER BY created_at LIMIT ?)";

struct Tidy;

#[async_trait]
impl Write for Tidy {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let now = group.steady_now.unix_ms();
        sqlx::query(
            "UPDATE webhooks SET previous_secret = NULL, previous_until = NULL WHERE previous_until <= ?",
        )
        .bind(now)
        .execute(&mut *group.connection)
        .await?;
        sqlx::query(
            "DELETE FROM jobs WHERE state <> 'running' AND webhook_seq IN (
                 SELECT seq FROM webhooks WHERE deleted_at IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM deliveries WHERE webhook_seq = webhooks.seq))",
        )
        .execute(&mut *group.connection)
        .await?;
        let removed: Vec<i64> = sqlx::query_scalar(
            "DELETE FROM webhooks WHERE deleted_at IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE webhook_seq = webhooks.seq)
                 AND NOT EXISTS (SELECT 1 FROM jobs WHERE webhook_seq = webhooks.seq)
             RETURNING seq",
        )
        .fetch_all(&mut *group.connection)
        .await?;
        if !removed.is_empty() {
            // Another webhook may get the same row.
            sqlx::query("DELETE FROM activity WHERE webhook_seq IN (SELECT value FROM json_each(?))")
                .bind(to_json(&removed))
                .execute(&mut *group.connection)
                .await?;
        }
        sqlx::query(FREED_PAGES).fetch_all(&mut *group.connection).await?;
        Ok(())
    }

    fn changes_access(&self) -> bool {
        false
    }
}
