//! `/api/organizations/{organization}/groups`

use api::Problem;
use axum::http::StatusCode;

use super::{Call, Reply};
use crate::usecases::{MemberRequest, NewGroupRequest};

pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.herald.list_groups(&call.grant).await?)
}

pub(super) async fn create(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let request = NewGroupRequest {
        name: members.text("name"),
        description: members.text("description"),
        roles: members.texts("roles"),
    };
    members.finish()?;
    Reply::json(&call.herald.create_group(&call.grant, request).await?)
}

pub(super) async fn read(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.herald.group(&call.grant, call.param("group")).await?)
}

pub(super) async fn delete(call: &Call) -> Result<Reply, Problem> {
    call.optional_members()?.finish()?;
    call.herald.delete_group(&call.grant, call.param("group")).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn set_roles(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let roles = members.required_texts("roles");
    members.finish()?;
    Reply::json(&call.herald.set_group_roles(&call.grant, call.param("group"), &roles, None).await?)
}

pub(super) async fn members(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.herald.group(&call.grant, call.param("group")).await?.members)
}

pub(super) async fn add_member(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.herald.add_member(&call.grant, member(call)?).await?)
}

pub(super) async fn remove_member(call: &Call) -> Result<Reply, Problem> {
    call.herald.remove_member(&call.grant, member(call)?).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn member(call: &Call) -> Result<MemberRequest, Problem> {
    let mut members = call.members()?;
    let username = members.text("username");
    members.finish()?;
    if username.trim().is_empty() {
        let mut invalid = domain::Invalid::default();
        invalid.add("username", "required", "“username” is missing: the user name of the member.");
        return Err(invalid.into());
    }
    Ok(MemberRequest { group: call.param("group").to_owned(), username })
}
