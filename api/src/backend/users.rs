//! Users of an organization.

use async_trait::async_trait;
use domain::{OrgUser, OrganizationId, UserId};

use crate::{
    Problem,
    users::{NewUser, UserPage, UserQuery},
};

#[async_trait]
pub trait UserBackend: Send + Sync {
    async fn users(&self, organization: OrganizationId, query: UserQuery) -> Result<UserPage, Problem>;
    async fn create_user(&self, organization: OrganizationId, new: NewUser) -> Result<OrgUser, Problem>;
    async fn set_user_active(
        &self,
        organization: OrganizationId,
        user: UserId,
        active: bool,
    ) -> Result<(), Problem>;
}
