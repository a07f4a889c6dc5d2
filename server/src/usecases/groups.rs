//! Groups, their roles and their members.

use api::{Problem, groups::GroupView};
use domain::{Act, Description, EventType, Group, GroupDetail, GroupId, Invalid, Name, Role};

use super::outrun::Edited;
use crate::{
    access::Grant,
    herald::Herald,
    store::{MemberChange, NewGroup, RolesChange, StoreError, Version},
};

/// A group to be, as typed.
pub(crate) struct NewGroupRequest {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) roles: Vec<String>,
}

/// Who goes into or out of which group.
pub(crate) struct MemberRequest {
    pub(crate) group: String,
    pub(crate) username: String,
}

impl Herald {
    pub(crate) async fn list_groups(&self, grant: &Grant) -> Result<Vec<Group>, Problem> {
        Ok(self.store.groups(grant.organization()?.id).await?)
    }

    pub(crate) async fn group(&self, grant: &Grant, name: &str) -> Result<GroupDetail, Problem> {
        Ok(self.store.group(grant.organization()?.id, name).await?)
    }

    /// The name of a group, by which it is changed.
    pub(crate) async fn group_name(&self, grant: &Grant, id: GroupId) -> Result<String, Problem> {
        Ok(self.store.group_name(grant.organization()?.id, id).await?)
    }

    pub(crate) async fn group_view(&self, grant: &Grant, id: GroupId) -> Result<GroupView, Problem> {
        let (group, members) = self.store.group_with_members(grant.organization()?.id, id).await?;
        let removal_fires = self.fires(grant, EventType::UserRemovedFromGroup).await?;
        let version = Version::of_roles(&group.roles).into();
        Ok(GroupView { group, members, removal_fires, version })
    }

    pub(crate) async fn create_group(&self, grant: &Grant, new: NewGroupRequest) -> Result<Group, Problem> {
        let mut invalid = Invalid::default();
        let name = invalid.check("name", Name::parse(&new.name));
        let description = invalid.check("description", Description::parse(&new.description));
        let roles = parse_roles(&mut invalid, &new.roles);
        let (Some(name), Some(description), Some(roles)) = (name, description, roles) else {
            return Err(invalid.into());
        };
        let organization_id = grant.organization()?.id;
        let new = NewGroup { organization_id, name, description, roles };
        Ok(self.store.create_group(new, grant.acted_by()).await?)
    }

    pub(crate) async fn delete_group(&self, grant: &Grant, name: &str) -> Result<(), Problem> {
        Ok(self.store.delete_group(grant.organization()?.id, name, grant.acted_by()).await?)
    }

    pub(crate) async fn set_group_roles(
        &self,
        grant: &Grant,
        name: &str,
        roles: &[String],
        version: Option<String>,
    ) -> Result<Group, Problem> {
        let mut invalid = Invalid::default();
        let Some(roles) = parse_roles(&mut invalid, roles) else {
            return Err(invalid.into());
        };
        let organization = grant.organization()?.id;
        let change = RolesChange { organization, group: name.to_owned(), roles, version };
        match self.store.set_group_roles(change, grant.acted_by()).await {
            Ok(group) => Ok(group),
            Err(error @ StoreError::Outrun) => {
                let target = self.store.group(organization, name).await?.id.to_string();
                let edited = Edited { organization, act: Act::SetGroupRoles, target, what: "this group" };
                Err(self.edit_failed(error, edited).await)
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn add_member(
        &self,
        grant: &Grant,
        request: MemberRequest,
    ) -> Result<GroupDetail, Problem> {
        Ok(self.store.add_member(member_change(grant, request)?, grant.acted_by()).await?)
    }

    pub(crate) async fn remove_member(&self, grant: &Grant, request: MemberRequest) -> Result<(), Problem> {
        Ok(self.store.remove_member(member_change(grant, request)?, grant.acted_by()).await?)
    }
}

fn member_change(grant: &Grant, request: MemberRequest) -> Result<MemberChange, Problem> {
    Ok(MemberChange {
        organization: grant.organization()?.id,
        group: request.group,
        username: request.username,
        by_admin: grant.is_admin(),
    })
}

/// `None` when one of them is not a role; each that is not is named by its place.
fn parse_roles(invalid: &mut Invalid, roles: &[String]) -> Option<Vec<Role>> {
    let mut parsed = Vec::with_capacity(roles.len());
    for (index, role) in roles.iter().enumerate() {
        match role.parse::<Role>() {
            Ok(role) => parsed.push(role),
            Err(issue) => {
                let mut error = issue.at("roles");
                error.pointer = format!("#/roles/{index}");
                invalid.errors.push(error);
            }
        }
    }
    (parsed.len() == roles.len()).then_some(parsed)
}
