//! Bulk jobs.

use async_trait::async_trait;
use domain::{JobId, Scope, WebhookId};

use crate::{Problem, jobs::JobView};

#[async_trait]
pub trait JobBackend: Send + Sync {
    async fn job(&self, scope: Scope, job: JobId) -> Result<JobView, Problem>;
    async fn running_jobs(&self, scope: Scope, webhook: WebhookId) -> Result<Vec<JobView>, Problem>;
    /// Answers the job as it is then.
    async fn cancel_job(&self, scope: Scope, job: JobId) -> Result<JobView, Problem>;
}
