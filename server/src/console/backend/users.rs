//! Users of an organization.

use api::{
    Problem, UserBackend,
    users::{NewUser, UserPage, UserQuery},
};
use async_trait::async_trait;
use domain::{Operation, OrgUser, OrganizationId, UserId};

use super::RequestBackend;
use crate::usecases::NewUserRequest;

#[async_trait]
impl UserBackend for RequestBackend {
    async fn users(&self, organization: OrganizationId, query: UserQuery) -> Result<UserPage, Problem> {
        let grant = self.grant(Operation::ListUsers, organization).await?;
        self.herald.user_page(&grant, &query).await
    }

    async fn create_user(&self, organization: OrganizationId, new: NewUser) -> Result<OrgUser, Problem> {
        let grant = self.grant(Operation::CreateUser, organization).await?;
        let NewUser { username, email, name, password } = new;
        let password = Some(password).filter(|password| !password.is_empty());
        let request = NewUserRequest { username, email, name, active: true, password };
        self.herald.create_user(&grant, request).await
    }

    async fn set_user_active(
        &self,
        organization: OrganizationId,
        user: UserId,
        active: bool,
    ) -> Result<(), Problem> {
        let grant = self.grant(Operation::SetUserActive, organization).await?;
        self.herald.set_user_active(&grant, user, active).await
    }
}
