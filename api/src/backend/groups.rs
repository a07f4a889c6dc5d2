//! Groups, their roles and their members.

use async_trait::async_trait;
use domain::{Group, GroupId, OrganizationId};

use crate::{
    Problem,
    groups::{GroupView, NewGroup},
};

#[async_trait]
pub trait GroupBackend: Send + Sync {
    async fn groups(&self, organization: OrganizationId) -> Result<Vec<Group>, Problem>;
    async fn group(&self, organization: OrganizationId, group: GroupId) -> Result<GroupView, Problem>;
    async fn create_group(&self, organization: OrganizationId, new: NewGroup) -> Result<Group, Problem>;
    async fn set_group_roles(
        &self,
        organization: OrganizationId,
        group: GroupId,
        roles: Vec<String>,
        version: String,
    ) -> Result<Group, Problem>;
    async fn delete_group(&self, organization: OrganizationId, group: GroupId) -> Result<(), Problem>;
    async fn add_member(
        &self,
        organization: OrganizationId,
        group: GroupId,
        username: String,
    ) -> Result<(), Problem>;
    async fn remove_member(
        &self,
        organization: OrganizationId,
        group: GroupId,
        username: String,
    ) -> Result<(), Problem>;
}
