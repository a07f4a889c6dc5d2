//! Users of an organization.

use api::{
    Problem, UserBackend,
    users::{NewUser, PasswordReset, UserPage, UserQuery, UserView},
};
use async_trait::async_trait;
use domain::{Operation, OrgUser, OrganizationId, UserId};

use super::RequestBackend;
use crate::{store::Right, usecases::NewUserRequest};

#[async_trait]
impl UserBackend for RequestBackend {
    async fn users(&self, organization: OrganizationId, query: UserQuery) -> Result<UserPage, Problem> {
        let grant = self.grant(Operation::ListUsers, organization).await?;
        self.herald.user_page(&grant, &query).await
    }

    async fn user(&self, organization: OrganizationId, user: UserId) -> Result<UserView, Problem> {
        let grant = self.grant(Operation::ListUsers, organization).await?;
        self.herald.user_view(&grant, user).await
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

    async fn delete_user(
        &self,
        organization: OrganizationId,
        user: UserId,
        purge: bool,
    ) -> Result<(), Problem> {
        let grant = self.grant(Operation::DeleteUser, organization).await?;
        self.herald.delete_user(&grant, user, purge).await
    }

    async fn end_user_sessions(&self, organization: OrganizationId, user: UserId) -> Result<(), Problem> {
        let grant = self.grant(Operation::EndUserSessions, organization).await?;
        self.herald.end_user_sessions(&grant, user).await
    }

    async fn reset_user_password(
        &self,
        organization: OrganizationId,
        user: UserId,
        password: String,
    ) -> Result<PasswordReset, Problem> {
        let grant = self.confirmed(Operation::ResetUserPassword, Some(organization), password).await?;
        let (token, expires_at) = self.herald.begin_reset(&grant, user).await?;
        Ok(PasswordReset { user_id: user, token, expires_at })
    }

    async fn set_user_complimentary(
        &self,
        organization: OrganizationId,
        user: UserId,
        complimentary: bool,
    ) -> Result<(), Problem> {
        let grant = self.grant(Operation::SetUserComplimentary, organization).await?;
        self.herald.set_user_right(&grant, user, Right::Complimentary, complimentary).await
    }

    async fn set_user_admin(
        &self,
        organization: OrganizationId,
        user: UserId,
        admin: bool,
        password: String,
    ) -> Result<(), Problem> {
        let grant = self.confirmed(Operation::SetUserAdmin, Some(organization), password).await?;
        self.herald.set_user_right(&grant, user, Right::PlatformAdmin, admin).await
    }
}
