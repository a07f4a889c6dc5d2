//! `/api/organizations/{organization}/users`

use api::Problem;
use axum::http::StatusCode;
use domain::{
    Invalid,
    limits::{PAGE_ROWS, PAGE_ROWS_MAX},
};
use serde_json::json;

use super::{Call, Reply};
use crate::{
    store::{SortBy, UserFilter},
    usecases::NewUserRequest,
};

pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let (users, total) = call.herald.list_users(&call.grant, &filter(call)?).await?;
    Reply::json(&json!({ "total": total, "users": users }))
}

fn filter(call: &Call) -> Result<UserFilter, Problem> {
    let mut invalid = Invalid::default();
    let active = match call.query("active") {
        None | Some("" | "all") => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => {
            invalid.add("active", "unknown", "“active” is all, true or false.");
            None
        }
    };
    let descending = match call.query("sortDir") {
        None | Some("" | "asc") => false,
        Some("desc") => true,
        Some(_) => {
            invalid.add("sortDir", "unknown", "“sortDir” is asc or desc.");
            false
        }
    };
    let sort_by = match call.query("sortBy") {
        None | Some("") => SortBy::Username,
        Some(text) => SortBy::ALL.into_iter().find(|known| known.as_str() == text).unwrap_or_else(|| {
            let known = SortBy::ALL.map(SortBy::as_str).join(", ");
            invalid.add("sortBy", "unknown", format!("“sortBy” is one of {known}."));
            SortBy::Username
        }),
    };
    let limit = number(call, "limit", PAGE_ROWS, PAGE_ROWS_MAX, &mut invalid);
    let skip = number(call, "skip", 0, u32::MAX as usize, &mut invalid);
    if !invalid.errors.is_empty() {
        return Err(invalid.into());
    }
    let search = call.query("search").unwrap_or_default().to_owned();
    Ok(UserFilter { search, active, sort_by, descending, limit, skip })
}

fn number(call: &Call, name: &str, default: usize, max: usize, invalid: &mut Invalid) -> u32 {
    let parsed = match call.query(name) {
        None | Some("") => Some(default),
        Some(text) => text.parse().ok().filter(|number| *number <= max),
    };
    if parsed.is_none() {
        invalid.add(name, "invalid", format!("“{name}” is a whole number from 0 to {max}."));
    }
    parsed.and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
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
