//! `/api/auth/password`, `/api/organizations/{organization}/users/{user}/password-reset`

use api::Problem;
use axum::http::StatusCode;
use serde_json::json;

use super::{Call, Reply};
use crate::{console::session_cookie, usecases::PasswordChange};

/// `{currentPassword, password, endOthers?}`: unless told otherwise, the sessions elsewhere end.
pub(super) async fn change(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let change = PasswordChange {
        current: members.text("currentPassword"),
        new: members.text("password"),
        end_others: members.optional_flag("endOthers").unwrap_or(true),
    };
    members.finish()?;
    call.herald.change_password(&call.grant, change).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// `{password}`
pub(super) async fn confirm(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let password = members.required_text("password").unwrap_or_default();
    members.finish()?;
    let signed_in = call.herald.confirm_password(&call.grant, password).await?;
    let cookie = session_cookie(&call.herald.public_url, &signed_in.token);
    Ok(Reply::empty(StatusCode::NO_CONTENT).with_cookie(cookie))
}

/// `{token, password}`
pub(super) async fn use_reset(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let (token, password) = (members.text("token"), members.text("password"));
    members.finish()?;
    call.herald.use_reset(call.grant.caller(), &token, &password).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// The token stands in the answer, never in a URL.
pub(super) async fn begin_reset(call: &Call) -> Result<Reply, Problem> {
    let user = call.herald.user_id(&call.grant, call.param("user")).await?;
    call.optional_members()?.finish()?;
    let (token, until) = call.herald.begin_reset(&call.grant, user).await?;
    Reply::json(&json!({ "token": token, "expiresAt": until }))
}
