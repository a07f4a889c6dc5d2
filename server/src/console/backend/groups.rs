//! Groups, their roles and their members.

use api::{
    Code, GroupBackend, Problem,
    groups::{GroupView, NewGroup},
};
use async_trait::async_trait;
use domain::{FieldError, Group, GroupId, Operation, OrganizationId};

use super::{RequestBackend, made_from};
use crate::usecases::{MemberRequest, NewGroupRequest};

#[async_trait]
impl GroupBackend for RequestBackend {
    async fn groups(&self, organization: OrganizationId) -> Result<Vec<Group>, Problem> {
        let grant = self.grant(Operation::ListGroups, organization).await?;
        self.herald.list_groups(&grant).await
    }

    async fn group(&self, organization: OrganizationId, group: GroupId) -> Result<GroupView, Problem> {
        let grant = self.grant(Operation::ReadGroup, organization).await?;
        self.herald.group_view(&grant, group).await
    }

    async fn create_group(&self, organization: OrganizationId, new: NewGroup) -> Result<Group, Problem> {
        let grant = self.grant(Operation::CreateGroup, organization).await?;
        let NewGroup { name, description, roles } = new;
        let description = super::with_line_feeds(&description);
        self.herald.create_group(&grant, NewGroupRequest { name, description, roles }).await
    }

    async fn set_group_roles(
        &self,
        organization: OrganizationId,
        group: GroupId,
        roles: Vec<String>,
        version: String,
    ) -> Result<Group, Problem> {
        let grant = self.grant(Operation::SetGroupRoles, organization).await?;
        let name = self.herald.group_name(&grant, group).await?;
        self.herald.set_group_roles(&grant, &name, &roles, made_from(version)).await
    }

    async fn delete_group(&self, organization: OrganizationId, group: GroupId) -> Result<(), Problem> {
        let grant = self.grant(Operation::DeleteGroup, organization).await?;
        let name = self.herald.group_name(&grant, group).await?;
        self.herald.delete_group(&grant, &name).await
    }

    async fn add_member(
        &self,
        organization: OrganizationId,
        group: GroupId,
        username: String,
    ) -> Result<(), Problem> {
        let grant = self.grant(Operation::AddMember, organization).await?;
        let group = self.herald.group_name(&grant, group).await?;
        if username.trim().is_empty() {
            return Err(Problem::invalid(vec![FieldError::new(
                "username",
                "required",
                "Enter a user name.",
            )]));
        }
        let request = MemberRequest { group, username: username.trim().to_owned() };
        self.herald.add_member(&grant, request).await.map(drop).map_err(|problem| nobody(problem, &username))
    }

    async fn remove_member(
        &self,
        organization: OrganizationId,
        group: GroupId,
        username: String,
    ) -> Result<(), Problem> {
        let grant = self.grant(Operation::RemoveMember, organization).await?;
        let group = self.herald.group_name(&grant, group).await?;
        self.herald.remove_member(&grant, MemberRequest { group, username }).await
    }
}

/// At the field that names somebody who is not there.
fn nobody(problem: Problem, username: &str) -> Problem {
    if problem.code != Code::NotFound {
        return problem;
    }
    let detail = format!("Nobody on this server has the user name “{}”.", username.trim());
    Problem { errors: vec![FieldError::new("username", "unknown", detail.clone())], detail, ..problem }
}
