//! Publishing, and the feed.

use api::{
    EventBackend, Problem,
    events::{NewEvent, Published},
    feed::{FeedFilter, FeedPage},
};
use async_trait::async_trait;
use domain::{Operation, OrganizationId};

use super::RequestBackend;
use crate::console::{feed, publishing};

#[async_trait]
impl EventBackend for RequestBackend {
    async fn publish(&self, organization: OrganizationId, event: NewEvent) -> Result<Published, Problem> {
        let grant = self.grant(Operation::PublishEvent, organization).await?;
        publishing::publish(&self.herald, &grant, event).await
    }

    async fn publish_many(
        &self,
        organization: OrganizationId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Result<Published, Problem>>, Problem> {
        let grant = self.grant(Operation::PublishEvent, organization).await?;
        publishing::publish_many(&self.herald, &grant, events).await
    }

    async fn feed(
        &self,
        organization: OrganizationId,
        filter: FeedFilter,
        after: Option<String>,
        limit: Option<u32>,
    ) -> Result<FeedPage, Problem> {
        let grant = self.grant(Operation::ListEvents, organization).await?;
        feed::read(&self.herald, &grant, filter, after.as_deref(), limit).await
    }
}
