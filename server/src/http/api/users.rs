//! `/api/organizations/{organization}/users`

use api::Problem;
use axum::http::StatusCode;
use domain::limits::{PAGE_ROWS, PAGE_ROWS_MAX};
use serde_json::json;

use super::{Call, Reply, query::Query};
use crate::{
    store::{Right, SortBy, UserFilter},
    usecases::NewUserRequest,
};

pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let (users, total) = call.herald.list_users(&call.grant, &filter(call)?).await?;
    Reply::json(&json!({ "total": total, "users": users }))
}

fn filter(call: &Call) -> Result<UserFilter, Problem> {
    let mut query = Query::of(call);
    let active = query.choice("active", None, &[("all", None), ("true", Some(true)), ("false", Some(false))]);
    let descending = query.choice("sortDir", false, &[("asc", false), ("desc", true)]);
    let columns = SortBy::ALL.map(|column| (column.as_str(), column));
    let sort_by = query.choice("sortBy", SortBy::Username, &columns);
    let limit = query.number("limit", 0, PAGE_ROWS, PAGE_ROWS_MAX);
    let skip = query.number("skip", 0, 0, u32::MAX as usize);
    let search = query.search().unwrap_or_default();
    query.finish()?;
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(UserFilter { search, active, sort_by, descending, limit: number(limit), skip: number(skip) })
}

pub(super) async fn create(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let request = NewUserRequest {
        username: members.text("username"),
        email: members.text("email"),
        name: members.text("name"),
        active: members.optional_flag("active").unwrap_or(true),
        password: members.optional_text("password"),
    };
    members.finish()?;
    Reply::json(&call.herald.create_user(&call.grant, request).await?)
}

pub(super) async fn set_active(call: &Call) -> Result<Reply, Problem> {
    let user = call.herald.user_id(&call.grant, call.param("user")).await?;
    let mut members = call.members()?;
    let active = members.flag("active");
    members.finish()?;
    call.herald.set_user_active(&call.grant, user, active).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn set_admin(call: &Call) -> Result<Reply, Problem> {
    set_right(call, Right::PlatformAdmin, "admin").await
}

pub(super) async fn set_complimentary(call: &Call) -> Result<Reply, Problem> {
    set_right(call, Right::Complimentary, "complimentary").await
}

async fn set_right(call: &Call, right: Right, member: &'static str) -> Result<Reply, Problem> {
    let user = call.herald.user_id(&call.grant, call.param("user")).await?;
    let mut members = call.members()?;
    let has = members.flag(member);
    members.finish()?;
    call.herald.set_user_right(&call.grant, user, right, has).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn delete(call: &Call) -> Result<Reply, Problem> {
    let user = call.herald.user_id(&call.grant, call.param("user")).await?;
    let mut query = Query::of(call);
    let asked = query.choice("purge", false, &[("true", true), ("false", false)]);
    query.finish()?;
    let mut members = call.optional_members()?;
    let purge = members.optional_flag("purge").unwrap_or(asked);
    members.finish()?;
    call.herald.delete_user(&call.grant, user, purge).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
