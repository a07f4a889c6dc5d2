//! Finding events, and how an organization's webhooks stand.

use async_trait::async_trait;
use domain::OrganizationId;

use crate::{Problem, find::Found, start::Overview};

#[async_trait]
pub trait FindBackend: Send + Sync {
    async fn find_events(
        &self,
        organization: OrganizationId,
        text: String,
        cursor: Option<String>,
    ) -> Result<Found, Problem>;
    async fn start(&self, organization: OrganizationId) -> Result<Overview, Problem>;
}
