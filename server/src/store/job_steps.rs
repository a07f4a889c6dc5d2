//! How bulk jobs go on: some deliveries at a time, so that the writer is free for others in between.

use async_trait::async_trait;
use domain::{
    DeliveryState,
    limits::{FIRST_STEPS_MAX, JOB_ROWS, JOB_SCAN_ROWS},
};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    delivery_lists::index_of,
    group::Group,
    jobs::{JobAction, end_job, insert_job, is_enabled, running},
    matching::Matching,
    parsed, to_json,
    writer::Write,
};

impl Store {
    /// Resolves when there may be jobs to be run.
    pub async fn jobs_waiting(&self) {
        self.listeners.jobs.notified().await;
    }

    /// The jobs whose turn it is: of each webhook the oldest that is running, so that none undoes what another does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs_in_turn(&self) -> Result<Vec<i64>, StoreError> {
        let sql =
            "SELECT min(seq) AS seq FROM jobs WHERE state = 'running' GROUP BY webhook_seq ORDER BY seq";
        Ok(sqlx::query_scalar(sql).fetch_all(&self.readers).await?)
    }

    /// Does a job's next part.
    ///
    /// # Errors
    /// When nothing was stored.
    pub async fn step_job(&self, job: i64) -> Result<(), StoreError> {
        self.writer.write(StepJob(job)).await
    }
}

/// As [`begin_own`] for several webhooks; of many, not even the first part is done in this transaction.
pub(super) async fn begin_own_of_all(
    group: &mut Group<'_>,
    webhooks: &[i64],
    action: JobAction,
) -> Result<(), StoreError> {
    for webhook in webhooks {
        if webhooks.len() <= FIRST_STEPS_MAX {
            begin_own(group, *webhook, action).await?;
        } else if !running(group, *webhook).await?.contains(&action) {
            insert_job(group, *webhook, action, &Matching::default(), 0).await?;
        }
    }
    Ok(())
}

/// Does what a change of a webhook means for its deliveries: the first of them at once, the rest as a job. Where jobs are
/// running it waits its turn: what an older one is for must not change under it.
pub(super) async fn begin_own(
    group: &mut Group<'_>,
    webhook: i64,
    action: JobAction,
) -> Result<(), StoreError> {
    let running = running(group, webhook).await?;
    if running.contains(&action) {
        return Ok(());
    }
    if running.is_empty() && own_step(group, webhook, action).await?.is_last {
        return Ok(());
    }
    insert_job(group, webhook, action, &Matching::default(), 0).await?;
    Ok(())
}

async fn own_step(group: &mut Group<'_>, webhook: i64, action: JobAction) -> Result<Step, StoreError> {
    let job = RunningJob {
        seq: 0,
        webhook_seq: webhook,
        action: action.as_str().to_owned(),
        states: to_json(action.states()),
        since: None,
        until: None,
        after_seq: 0,
        last_seq: i64::MAX,
    };
    job.step(group, action).await
}

struct StepJob(i64);

#[derive(FromRow)]
struct RunningJob {
    seq: i64,
    webhook_seq: i64,
    action: String,
    states: String,
    since: Option<i64>,
    until: Option<i64>,
    after_seq: i64,
    last_seq: i64,
}

struct Step {
    done: usize,
    after_seq: i64,
    is_last: bool,
}

#[async_trait]
impl Write for StepJob {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let job: Option<RunningJob> = sqlx::query_as(
            "SELECT seq, webhook_seq, action, states, since, until, after_seq, last_seq FROM jobs
             WHERE seq = ? AND state = 'running'",
        )
        .bind(self.0)
        .fetch_optional(&mut *group.connection)
        .await?;
        let Some(job) = job else {
            return Ok(());
        };
        let action: JobAction = parsed(&job.action)?;
        if job.has_lost_its_reason(group, action).await? {
            return end_job(group, job.seq, "cancelled").await.map(drop);
        }
        let step = job.step(group, action).await?;
        sqlx::query("UPDATE jobs SET after_seq = ?, done = done + ? WHERE seq = ?")
            .bind(step.after_seq)
            .bind(i64::try_from(step.done).unwrap_or(i64::MAX))
            .bind(job.seq)
            .execute(&mut *group.connection)
            .await?;
        if action.sends() && step.done > 0 {
            group.news.more.insert(job.webhook_seq);
        }
        if step.is_last { end_job(group, job.seq, "done").await.map(drop) } else { Ok(()) }
    }

    fn changes_access(&self) -> bool {
        false
    }
}

impl RunningJob {
    /// Sending is for a webhook that is enabled and holding for one that is not. What was not held by the time it is enabled
    /// again is pending still, and is sent.
    async fn has_lost_its_reason(
        &self,
        group: &mut Group<'_>,
        action: JobAction,
    ) -> Result<bool, StoreError> {
        match action {
            JobAction::Redeliver | JobAction::Release => Ok(!is_enabled(group, self.webhook_seq).await?),
            JobAction::Hold => is_enabled(group, self.webhook_seq).await,
            JobAction::Discard | JobAction::Cancel => Ok(false),
        }
    }

    async fn step(&self, group: &mut Group<'_>, action: JobAction) -> Result<Step, StoreError> {
        match action {
            JobAction::Redeliver => self.step_through(group, action).await,
            _ => self.step_out(group, action).await,
        }
    }

    /// Deliveries leave their state for good, so the next ones are always the first that are still in it.
    async fn step_out(&self, group: &mut Group<'_>, action: JobAction) -> Result<Step, StoreError> {
        let mut done = 0;
        for state in action.states() {
            let changed = sqlx::query(sqlx::AssertSqlSafe(step_out_sql(action, *state)))
                .bind(group.now.unix_ms())
                .bind(self.webhook_seq)
                .bind(self.last_seq)
                .bind(i64::try_from(JOB_ROWS - done).unwrap_or(0))
                .execute(&mut *group.connection)
                .await?;
            done += usize::try_from(changed.rows_affected()).unwrap_or(usize::MAX);
        }
        Ok(Step { done, after_seq: self.after_seq, is_last: done < JOB_ROWS })
    }

    /// Deliveries may come back into their state, so each is looked at once, in order.
    async fn step_through(&self, group: &mut Group<'_>, action: JobAction) -> Result<Step, StoreError> {
        let end = self.last_seq.min(self.after_seq.saturating_add(JOB_SCAN_ROWS));
        let sql = format!(
            "UPDATE deliveries SET {} WHERE seq IN (
                 SELECT seq FROM deliveries
                 WHERE webhook_seq = ?2 AND seq > ?3 AND seq <= ?4 AND test = 0 AND created_at >= ?5 AND created_at < ?8
                   AND state IN (SELECT value FROM json_each(?6))
                   AND NOT EXISTS (SELECT 1 FROM events WHERE seq = deliveries.event_seq AND purged_at IS NOT NULL)
                 ORDER BY seq LIMIT ?7)
             RETURNING seq",
            action.change()
        );
        let changed: Vec<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(group.now.unix_ms())
            .bind(self.webhook_seq)
            .bind(self.after_seq)
            .bind(end)
            .bind(self.since.unwrap_or(i64::MIN))
            .bind(&self.states)
            .bind(i64::try_from(JOB_ROWS).unwrap_or(i64::MAX))
            .bind(self.until.unwrap_or(i64::MAX))
            .fetch_all(&mut *group.connection)
            .await?;
        let is_full = changed.len() == JOB_ROWS;
        let after_seq = if is_full { changed.iter().copied().max().unwrap_or(end) } else { end };
        Ok(Step { done: changed.len(), after_seq, is_last: !is_full && end == self.last_seq })
    }
}

/// The index is named and the state stands in the text: left to itself, SQLite walks the webhook's whole history.
///
/// What is pending is not bounded by `last_seq`, which its index does not know: it is held or cancelled because the webhook
/// is disabled or deleted, and then nothing new becomes pending.
pub(super) fn step_out_sql(action: JobAction, state: DeliveryState) -> String {
    let bound = if state == DeliveryState::Pending { "" } else { " AND seq <= ?3" };
    let index = index_of(state);
    format!(
        "UPDATE deliveries SET {} WHERE seq IN (
             SELECT seq FROM deliveries INDEXED BY {index}
             WHERE state = '{state}' AND webhook_seq = ?2{bound} LIMIT ?4)",
        action.change()
    )
}
