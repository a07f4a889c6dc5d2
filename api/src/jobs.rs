//! Bulk jobs: what is done to many deliveries of a webhook, some at a time.

use domain::{JobId, Scope, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

use crate::{Next, Problem, Toast, paths, transport::Repeatable};
#[cfg(feature = "ssr")]
use crate::{backend, settle};

/// A job and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobView {
    pub id: JobId,
    pub webhook_id: WebhookId,
    pub kind: JobKind,
    pub state: JobState,
    /// How many deliveries matched when it began; 0 where Herald began it itself and did not count.
    pub matched: u32,
    pub done: u32,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobKind {
    /// Sends again.
    Redeliver,
    /// Sends what was held.
    Release,
    /// Cancels what was held.
    Discard,
    /// Holds what is pending, because the webhook was disabled.
    Hold,
    /// Cancels what waits, because the webhook was deleted.
    Cancel,
}

impl JobKind {
    /// Whether an admin began it, and so may cancel it.
    #[must_use]
    pub const fn is_an_admins(self) -> bool {
        matches!(self, Self::Redeliver | Self::Release | Self::Discard)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobState {
    Running,
    Done,
    Cancelled,
}

#[server(prefix = "/fn", endpoint = "jobs/read", client = Repeatable)]
pub async fn read_job(scope: Scope, job_id: JobId) -> Result<JobView, Problem> {
    backend()?.job(scope, job_id).await
}

/// The jobs of a webhook that are running or waiting for their turn.
#[server(prefix = "/fn", endpoint = "jobs/running", client = Repeatable)]
pub async fn running_jobs(scope: Scope, webhook_id: WebhookId) -> Result<Vec<JobView>, Problem> {
    backend()?.running_jobs(scope, webhook_id).await
}

/// Cancels a job: what it has done stays done.
#[server(prefix = "/fn", endpoint = "jobs/cancel", client = Repeatable)]
pub async fn cancel_job(scope: Scope, job_id: JobId) -> Result<JobView, Problem> {
    let backend = backend()?;
    let outcome = backend.cancel_job(scope, job_id).await;
    settle(&backend, outcome, |job| after_cancel(scope, job))
}

#[must_use]
pub fn after_cancel(scope: Scope, job: &JobView) -> Next {
    let path = paths::webhook_deliveries(scope, job.webhook_id);
    Next::saying(format!("{path}?job={}", job.id), Toast::JobCancelled)
}
