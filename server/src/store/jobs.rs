//! Bulk jobs: what is done to many deliveries, as a row of its own that goes on after a restart. How it goes on stands in
//! `job_steps`; an admin can cancel those that an admin began.

use async_trait::async_trait;
use domain::{Act, DeliveryState, JobId, Timestamp, WebhookId, limits::RUNNING_JOBS_MAX};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::{
    Change, Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target},
    group::Group,
    matching::Matching,
    parsed, to_json,
    webhook_changes::webhook_seq,
    webhooks::Owner,
    writer::Write,
};

/// What a job does to its deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobAction {
    /// Send again, under a new schedule.
    Redeliver,
    /// Send what was held.
    Release,
    /// Cancel what was held.
    Discard,
    /// Hold what is pending, because the webhook was disabled.
    Hold,
    /// Cancel what is pending or held, because the webhook was deleted.
    Cancel,
}

impl JobAction {
    const ALL: [Self; 5] = [Self::Redeliver, Self::Release, Self::Discard, Self::Hold, Self::Cancel];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Redeliver => "redeliver",
            Self::Release => "release",
            Self::Discard => "discard",
            Self::Hold => "hold",
            Self::Cancel => "cancel",
        }
    }

    /// How the audit log names what an admin begins; the others go with the act that began them.
    const fn act(self) -> Option<Act> {
        match self {
            Self::Redeliver => Some(Act::RedeliverMany),
            Self::Release => Some(Act::ReleaseHeld),
            Self::Discard => Some(Act::DiscardHeld),
            Self::Hold | Self::Cancel => None,
        }
    }

    /// Whether the deliveries are sent afterwards, which a webhook that is disabled or deleted does not allow.
    pub(super) const fn sends(self) -> bool {
        matches!(self, Self::Redeliver | Self::Release)
    }

    /// Which deliveries it is for, unless the job says so itself.
    pub(super) const fn states(self) -> &'static [DeliveryState] {
        match self {
            Self::Redeliver => &[DeliveryState::Failed],
            Self::Release | Self::Discard => &[DeliveryState::Held],
            Self::Hold => &[DeliveryState::Pending],
            Self::Cancel => &[DeliveryState::Pending, DeliveryState::Held],
        }
    }

    pub(super) const fn change(self) -> &'static str {
        match self {
            Self::Redeliver => {
                "state = 'pending', due_at = ?1, delivered_at = NULL, schedule_from = attempts, trigger = 'manual'"
            }
            Self::Release => {
                "state = 'pending', due_at = ?1, schedule_from = attempts, trigger = 'scheduled'"
            }
            Self::Hold => "state = 'held', due_at = NULL",
            Self::Discard | Self::Cancel => "state = 'cancelled', due_at = NULL",
        }
    }
}

impl std::str::FromStr for JobAction {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|action| action.as_str() == text).ok_or(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    Running,
    Done,
    Cancelled,
}

impl std::str::FromStr for JobState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "running" => Ok(Self::Running),
            "done" => Ok(Self::Done),
            "cancelled" => Ok(Self::Cancelled),
            _ => Err(()),
        }
    }
}

/// A job as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    pub id: JobId,
    pub webhook_id: WebhookId,
    pub action: JobAction,
    pub status: JobState,
    /// How many deliveries matched when it began.
    pub matched: u32,
    pub done: u32,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl Store {
    /// The jobs of a webhook that are running or waiting for their turn, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn running_jobs(
        &self,
        organization: impl Into<Owner>,
        webhook: WebhookId,
    ) -> Result<Vec<Job>, StoreError> {
        let organization = organization.into();
        let rows: Vec<JobRow> = sqlx::query_as(RUNNING)
            .bind(webhook.to_string())
            .bind(organization.to_string())
            .bind(organization.platform)
            .fetch_all(&mut *self.pages.reader().await?)
            .await?;
        rows.into_iter().map(JobRow::job).collect()
    }

    /// Begins a job; it is carried out in the background.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] when something is to be sent and the webhook is disabled, or when too
    /// many of its jobs are running.
    pub async fn begin_job(
        &self,
        organization: impl Into<Owner>,
        webhook: WebhookId,
        action: JobAction,
        matching: Matching,
        matched: u32,
        by: ActedBy,
    ) -> Result<JobId, StoreError> {
        let organization = organization.into();
        self.writer.write(BeginJob { organization, webhook, action, matching, matched, by }).await
    }

    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such job.
    pub async fn job(&self, organization: impl Into<Owner>, id: JobId) -> Result<Job, StoreError> {
        let organization = organization.into();
        let row: Option<JobRow> = sqlx::query_as(
            "SELECT j.id, w.id AS webhook_id, j.action, j.state, j.matched, j.done, j.created_at, j.ended_at
             FROM jobs AS j JOIN webhooks AS w ON w.seq = j.webhook_seq
             WHERE j.id = ? AND w.organization_id = ? AND w.platform = ?",
        )
        .bind(id.to_string())
        .bind(organization.to_string())
        .bind(organization.platform)
        .fetch_optional(&mut *self.pages.reader().await?)
        .await?;
        row.ok_or(StoreError::NotFound("job"))?.job()
    }

    /// Cancels a job: what it has done stays done.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] for one that Herald began to hold or cancel what waited.
    pub async fn cancel_job(
        &self,
        organization: impl Into<Owner>,
        id: JobId,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        let organization = organization.into();
        self.writer.write(CancelJob { organization, id, by }).await
    }
}

/// There are few that run, whatever the history of jobs.
pub(super) const RUNNING: &str = "
    SELECT j.id, w.id AS webhook_id, j.action, j.state, j.matched, j.done, j.created_at, j.ended_at
    FROM jobs AS j INDEXED BY jobs_running JOIN webhooks AS w ON w.seq = j.webhook_seq
    WHERE j.state = 'running' AND w.id = ? AND w.organization_id = ? AND w.platform = ?
    ORDER BY j.seq";

pub(super) fn states(action: JobAction, matching: &Matching) -> &[DeliveryState] {
    if matching.states.is_empty() { action.states() } else { &matching.states }
}

#[derive(FromRow)]
struct JobRow {
    id: String,
    webhook_id: String,
    action: String,
    state: String,
    matched: u32,
    done: u32,
    created_at: i64,
    ended_at: Option<i64>,
}

impl JobRow {
    fn job(self) -> Result<Job, StoreError> {
        Ok(Job {
            id: parsed(&self.id)?,
            webhook_id: parsed(&self.webhook_id)?,
            action: parsed(&self.action)?,
            status: parsed(&self.state)?,
            matched: self.matched,
            done: self.done,
            created_at: Timestamp::from_unix_ms(self.created_at),
            ended_at: self.ended_at.map(Timestamp::from_unix_ms),
        })
    }
}

struct BeginJob {
    organization: Owner,
    webhook: WebhookId,
    action: JobAction,
    matching: Matching,
    matched: u32,
    by: ActedBy,
}

#[async_trait]
impl Write for BeginJob {
    type Output = JobId;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<JobId, StoreError> {
        let webhook = webhook_seq(group, self.organization, self.webhook).await?;
        if self.action.sends() {
            require_enabled(group, webhook).await?;
        }
        require_few(group, webhook).await?;
        group.webhook_changed(webhook, if self.action.sends() { Change::Probe } else { Change::Row });
        let id = insert_job(group, webhook, self.action, &self.matching, self.matched).await?;
        if let Some(act) = self.action.act() {
            let name: String = sqlx::query_scalar("SELECT name FROM webhooks WHERE seq = ?")
                .bind(webhook)
                .fetch_one(&mut *group.connection)
                .await?;
            let changes = Changes::default()
                .set("job", id.to_string())
                .set("matched", self.matched)
                .set("since", self.matching.since.map(|since| since.to_string()))
                .set("until", self.matching.until.map(|until| until.to_string()))
                .set("status", self.matching.states.iter().map(ToString::to_string).collect::<Vec<_>>());
            let target = Target::webhook(self.webhook, &name);
            group.audit(AuditEntry::new(self.organization.id, act, &self.by, target).with(changes));
        }
        Ok(id)
    }

    fn changes_access(&self) -> bool {
        false
    }
}

pub(super) async fn require_enabled(group: &mut Group<'_>, webhook: i64) -> Result<(), StoreError> {
    if is_enabled(group, webhook).await? {
        return Ok(());
    }
    Err(StoreError::Refused("The webhook is disabled, so nothing is sent. Enable it first.".to_owned()))
}

/// They run one after another, so more of them would only wait.
async fn require_few(group: &mut Group<'_>, webhook: i64) -> Result<(), StoreError> {
    if running(group, webhook).await?.len() < RUNNING_JOBS_MAX {
        return Ok(());
    }
    let detail = format!(
        "{RUNNING_JOBS_MAX} jobs of this webhook are running or waiting already. Wait until one has ended, or cancel one."
    );
    Err(StoreError::Refused(detail))
}

/// What the running jobs of a webhook do.
pub(super) async fn running(group: &mut Group<'_>, webhook: i64) -> Result<Vec<JobAction>, StoreError> {
    let sql = "SELECT action FROM jobs WHERE webhook_seq = ? AND state = 'running' ORDER BY seq";
    let actions: Vec<String> =
        sqlx::query_scalar(sql).bind(webhook).fetch_all(&mut *group.connection).await?;
    actions.iter().map(|action| parsed(action)).collect()
}

pub(super) async fn is_enabled(group: &mut Group<'_>, webhook: i64) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM webhooks WHERE seq = ? AND enabled = 1 AND deleted_at IS NULL)";
    Ok(sqlx::query_scalar(sql).bind(webhook).fetch_one(&mut *group.connection).await?)
}

pub(super) async fn insert_job(
    group: &mut Group<'_>,
    webhook: i64,
    action: JobAction,
    matching: &Matching,
    matched: u32,
) -> Result<JobId, StoreError> {
    let id: JobId = group.new_id();
    sqlx::query(
        "INSERT INTO jobs (id, webhook_seq, action, states, since, until, last_seq, matched, state, created_at)
         VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM deliveries), ?, 'running', ?)",
    )
    .bind(id.to_string())
    .bind(webhook)
    .bind(action.as_str())
    .bind(to_json(states(action, matching)))
    .bind(matching.since.map(Timestamp::unix_ms))
    .bind(matching.until.map(Timestamp::unix_ms))
    .bind(matched)
    .bind(group.now.unix_ms())
    .execute(&mut *group.connection)
    .await?;
    group.wake_jobs();
    Ok(id)
}

struct CancelJob {
    organization: Owner,
    id: JobId,
    by: ActedBy,
}

#[async_trait]
impl Write for CancelJob {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let found: Option<(i64, String)> = sqlx::query_as(
            "SELECT j.seq, j.action FROM jobs AS j JOIN webhooks AS w ON w.seq = j.webhook_seq
             WHERE j.id = ? AND w.organization_id = ? AND w.platform = ?",
        )
        .bind(self.id.to_string())
        .bind(self.organization.to_string())
        .bind(self.organization.platform)
        .fetch_optional(&mut *group.connection)
        .await?;
        let (seq, action) = found.ok_or(StoreError::NotFound("job"))?;
        if matches!(parsed(&action)?, JobAction::Hold | JobAction::Cancel) {
            let detail = "Herald itself began this job, because the webhook was disabled or deleted. It ends by itself.";
            return Err(StoreError::Refused(detail.to_owned()));
        }
        let ended = end_job(group, seq, "cancelled").await?;
        if ended {
            let target = Target::new("job", self.id, &self.id.to_string());
            let changes = Changes::default().set("action", action);
            group
                .audit(AuditEntry::new(self.organization.id, Act::CancelJob, &self.by, target).with(changes));
        }
        Ok(())
    }

    fn changes_access(&self) -> bool {
        false
    }
}

/// Answers whether it was running.
pub(super) async fn end_job(
    group: &mut Group<'_>,
    seq: i64,
    state: &'static str,
) -> Result<bool, StoreError> {
    let ended = sqlx::query("UPDATE jobs SET state = ?, ended_at = ? WHERE seq = ? AND state = 'running'")
        .bind(state)
        .bind(group.now.unix_ms())
        .bind(seq)
        .execute(&mut *group.connection)
        .await?;
    Ok(ended.rows_affected() == 1)
}
