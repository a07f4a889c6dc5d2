//! Bulk jobs.

use async_trait::async_trait;
use domain::{JobId, OrganizationId, WebhookId};

use crate::{Problem, jobs::JobView};

#[async_trait]
pub trait JobBackend: Send + Sync {
    async fn job(&self, organization: OrganizationId, job: JobId) -> Result<JobView, Problem>;
    async fn running_jobs(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
    ) -> Result<Vec<JobView>, Problem>;
    /// Answers the job as it is then.
    async fn cancel_job(&self, organization: OrganizationId, job: JobId) -> Result<JobView, Problem>;
}
