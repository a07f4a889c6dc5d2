//! Logging in and out, and who one is.

use api::Problem;
use axum::http::StatusCode;
use domain::Role;
use serde_json::json;

use super::{Call, Reply};
use crate::console::{end_session_cookie, session_cookie};

pub(super) async fn log_in(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let (username, password) = (members.text("username"), members.text("password"));
    members.finish()?;
    let signed_in = call.herald.sign_in(call.grant.caller(), &username, password).await?;
    let cookie = session_cookie(&call.herald.public_url, &signed_in.token);
    Ok(Reply::empty(StatusCode::NO_CONTENT).with_cookie(cookie))
}

pub(super) async fn log_out(call: &Call) -> Result<Reply, Problem> {
    call.optional_members()?.finish()?;
    call.herald.sign_out(call.grant.caller()).await?;
    Ok(Reply::empty(StatusCode::OK).with_cookie(end_session_cookie(&call.herald.public_url)))
}

/// The original's shape; what Herald does not have is false or empty.
pub(super) async fn read(call: &Call) -> Result<Reply, Problem> {
    let user = call.grant.user()?;
    let view = call.herald.session_view(user).await?;
    let own = view.membership(user.organization.id);
    let roles: Vec<Role> = own.map(|own| own.roles.clone()).unwrap_or_default();
    Reply::json(&json!({
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "name": user.name,
        "organization": user.organization.name,
        "admin": user.platform_admin,
        "billingAdmin": false,
        "organizationAdmin": own.is_some_and(|own| own.admin),
        "organizationOwner": false,
        "organizationRoles": roles,
        "partner": false,
        "previews": [],
        "safeUsername": user.username.to_lowercase().replace('.', "-"),
        "sidebarOptions": [],
        "allocationSystem": "legacy",
    }))
}

pub(super) fn who_am_i(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.grant.user()?.username)
}
