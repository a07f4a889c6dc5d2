//! Finding events, and how an organization's webhooks stand.

use api::{FindBackend, Problem, find::Found, start::Overview};
use async_trait::async_trait;
use domain::{Operation, OrganizationId};

use super::RequestBackend;

#[async_trait]
impl FindBackend for RequestBackend {
    async fn find_events(
        &self,
        organization: OrganizationId,
        text: String,
        cursor: Option<String>,
    ) -> Result<Found, Problem> {
        let grant = self.grant(Operation::ListEvents, organization).await?;
        self.herald.find_events(&grant, &text, cursor.as_deref()).await
    }

    async fn start(&self, organization: OrganizationId) -> Result<Overview, Problem> {
        let grant = self.grant(Operation::ListWebhooks, organization).await?;
        self.herald.start(&grant).await
    }
}
