//! Users of an organization.

use async_trait::async_trait;
use domain::{OrgUser, OrganizationId, UserId};

use crate::{
    Problem,
    users::{NewUser, PasswordReset, UserPage, UserQuery, UserView},
};

#[async_trait]
pub trait UserBackend: Send + Sync {
    async fn users(&self, organization: OrganizationId, query: UserQuery) -> Result<UserPage, Problem>;
    async fn user(&self, organization: OrganizationId, user: UserId) -> Result<UserView, Problem>;
    async fn create_user(&self, organization: OrganizationId, new: NewUser) -> Result<OrgUser, Problem>;
    async fn set_user_active(
        &self,
        organization: OrganizationId,
        user: UserId,
        active: bool,
    ) -> Result<(), Problem>;
    async fn delete_user(
        &self,
        organization: OrganizationId,
        user: UserId,
        purge: bool,
    ) -> Result<(), Problem>;
    async fn end_user_sessions(&self, organization: OrganizationId, user: UserId) -> Result<(), Problem>;
    /// `password` is the caller's own; empty where it was given lately.
    async fn reset_user_password(
        &self,
        organization: OrganizationId,
        user: UserId,
        password: String,
    ) -> Result<PasswordReset, Problem>;
    async fn set_user_complimentary(
        &self,
        organization: OrganizationId,
        user: UserId,
        complimentary: bool,
    ) -> Result<(), Problem>;
    /// `password` is the caller's own; empty where it was given lately.
    async fn set_user_admin(
        &self,
        organization: OrganizationId,
        user: UserId,
        admin: bool,
        password: String,
    ) -> Result<(), Problem>;
}
