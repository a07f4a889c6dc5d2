//! Organizations.

use async_trait::async_trait;
use domain::OrganizationId;

use crate::{Problem, organizations::OrganizationView};

#[async_trait]
pub trait OrganizationBackend: Send + Sync {
    async fn organization(&self, organization: OrganizationId) -> Result<OrganizationView, Problem>;
}
