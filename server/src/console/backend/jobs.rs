//! Bulk jobs.

use api::{
    JobBackend, Problem,
    jobs::{JobKind, JobState, JobView},
};
use async_trait::async_trait;
use domain::{JobId, Operation, Scope, WebhookId};

use super::RequestBackend;
use crate::store::{self, Job, JobAction};

#[async_trait]
impl JobBackend for RequestBackend {
    async fn job(&self, scope: Scope, job: JobId) -> Result<JobView, Problem> {
        let grant = self.grant_in(Operation::ReadJob, scope).await?;
        self.herald.job(&grant, &job.to_string()).await.map(view)
    }

    async fn running_jobs(&self, scope: Scope, webhook: WebhookId) -> Result<Vec<JobView>, Problem> {
        let grant = self.grant_in(Operation::ReadJob, scope).await?;
        Ok(self.herald.running_jobs(&grant, webhook).await?.into_iter().map(view).collect())
    }

    async fn cancel_job(&self, scope: Scope, job: JobId) -> Result<JobView, Problem> {
        let grant = self.grant_in(Operation::CancelJob, scope).await?;
        self.herald.cancel_job(&grant, &job.to_string()).await?;
        self.herald.job(&grant, &job.to_string()).await.map(view)
    }
}

fn view(job: Job) -> JobView {
    let kind = match job.action {
        JobAction::Redeliver => JobKind::Redeliver,
        JobAction::Release => JobKind::Release,
        JobAction::Discard => JobKind::Discard,
        JobAction::Hold => JobKind::Hold,
        JobAction::Cancel => JobKind::Cancel,
    };
    let state = match job.status {
        store::JobState::Running => JobState::Running,
        store::JobState::Done => JobState::Done,
        store::JobState::Cancelled => JobState::Cancelled,
    };
    let Job { id, webhook_id, matched, done, created_at, .. } = job;
    JobView { id, webhook_id, kind, state, matched, done, created_at }
}
