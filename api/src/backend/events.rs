//! Publishing, and the feed.

use async_trait::async_trait;
use domain::OrganizationId;

use crate::{
    Problem,
    events::{NewEvent, Published},
    feed::{FeedFilter, FeedPage},
};

#[async_trait]
pub trait EventBackend: Send + Sync {
    async fn publish(&self, organization: OrganizationId, event: NewEvent) -> Result<Published, Problem>;
    async fn publish_many(
        &self,
        organization: OrganizationId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Result<Published, Problem>>, Problem>;
    async fn feed(
        &self,
        organization: OrganizationId,
        filter: FeedFilter,
        after: Option<String>,
        limit: Option<u32>,
    ) -> Result<FeedPage, Problem>;
}
