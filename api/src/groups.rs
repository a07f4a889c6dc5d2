//! Groups of an organization, their roles and their members.

use domain::{Group, GroupId, Organization, OrganizationId, UserId};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

use crate::{
    Fires, Next, Problem, Toast, paths,
    transport::{Once, Repeatable},
};
#[cfg(feature = "ssr")]
use crate::{backend, settle};

/// What the form asks for, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewGroup {
    pub name: String,
    pub description: String,
    pub roles: Vec<String>,
}

/// A group with its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupView {
    pub group: Group,
    /// By user name.
    pub members: Vec<MemberRow>,
    /// What is told when somebody leaves it.
    pub removal_fires: Fires,
    /// Another one after every change of its roles.
    #[serde(default)]
    pub version: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    pub id: UserId,
    pub username: String,
    pub name: String,
    pub email: String,
    pub active: bool,
    /// That the member is of, which may be another than the group's.
    pub organization: Organization,
}

/// The organization's groups by name.
#[server(prefix = "/fn", endpoint = "groups/list", client = Repeatable)]
pub async fn list_groups(organization_id: OrganizationId) -> Result<Vec<Group>, Problem> {
    backend()?.groups(organization_id).await
}

#[server(prefix = "/fn", endpoint = "groups/read", client = Repeatable)]
pub async fn read_group(organization_id: OrganizationId, group_id: GroupId) -> Result<GroupView, Problem> {
    backend()?.group(organization_id, group_id).await
}

#[server(prefix = "/fn", endpoint = "groups/create", client = Once)]
pub async fn create_group(
    organization_id: OrganizationId,
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] roles: Vec<String>,
) -> Result<Group, Problem> {
    let backend = backend()?;
    let outcome = backend.create_group(organization_id, NewGroup { name, description, roles }).await;
    settle(&backend, outcome, |group| after_create(organization_id, group.id))
}

/// To the group itself, where its members are added.
#[must_use]
pub fn after_create(organization: OrganizationId, group: GroupId) -> Next {
    Next::saying(paths::group(organization, group), Toast::GroupCreated)
}

/// Replaces the roles that every member holds. With the [`GroupView::version`] that they were chosen from, 409 where somebody else
/// has changed them since; with none, whatever they are.
#[server(prefix = "/fn", endpoint = "groups/set-roles", client = Once)]
pub async fn set_group_roles(
    organization_id: OrganizationId,
    group_id: GroupId,
    #[server(default)] roles: Vec<String>,
    #[server(default)] version: String,
) -> Result<Group, Problem> {
    let backend = backend()?;
    let outcome = backend.set_group_roles(organization_id, group_id, roles, version).await;
    settle(&backend, outcome, |_| at_group(organization_id, group_id, Toast::RolesSaved))
}

/// Deletes a group. Each of its members leaves it, which fires `USER_REMOVED_FROM_GROUP`.
#[server(prefix = "/fn", endpoint = "groups/delete", client = Once)]
pub async fn delete_group(organization_id: OrganizationId, group_id: GroupId) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.delete_group(organization_id, group_id).await;
    settle(&backend, outcome, |()| Next::saying(paths::groups(organization_id), Toast::GroupDeleted))
}

/// Adds a user of any organization by user name.
#[server(prefix = "/fn", endpoint = "groups/add-member", client = Once)]
pub async fn add_member(
    organization_id: OrganizationId,
    group_id: GroupId,
    #[server(default)] username: String,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.add_member(organization_id, group_id, username).await;
    settle(&backend, outcome, |()| at_group(organization_id, group_id, Toast::MemberAdded))
}

/// Removes a member, which fires `USER_REMOVED_FROM_GROUP`.
#[server(prefix = "/fn", endpoint = "groups/remove-member", client = Once)]
pub async fn remove_member(
    organization_id: OrganizationId,
    group_id: GroupId,
    #[server(default)] username: String,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.remove_member(organization_id, group_id, username).await;
    settle(&backend, outcome, |()| at_group(organization_id, group_id, Toast::MemberRemoved))
}

#[cfg(feature = "ssr")]
fn at_group(organization: OrganizationId, group: GroupId, toast: Toast) -> Next {
    Next::saying(paths::group(organization, group), toast)
}
