//! Organizations.

use api::{OrganizationBackend, Problem, organizations::OrganizationView};
use async_trait::async_trait;
use domain::{Operation, OrganizationId};

use super::RequestBackend;

#[async_trait]
impl OrganizationBackend for RequestBackend {
    async fn organization(&self, organization: OrganizationId) -> Result<OrganizationView, Problem> {
        let grant = self.grant(Operation::ReadOrganization, organization).await?;
        self.herald.organization_view(&grant).await
    }
}
