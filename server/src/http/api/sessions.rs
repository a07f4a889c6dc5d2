//! `/api/auth/sessions`, `/api/organizations/{organization}/users/{user}/sessions`

use api::Problem;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Call, Reply};

pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let sessions = call.herald.list_sessions(&call.grant).await?;
    let rows = sessions.iter().map(|session| {
        json!({
            "id": session.id,
            "current": call.grant.caller().session == Some(session.token_hash),
            "createdAt": session.created_at,
            "lastSeenAt": session.last_seen_at,
            "address": session.address,
            "userAgent": session.user_agent,
        })
    });
    Reply::json(&rows.collect::<Vec<Value>>())
}

pub(super) async fn end(call: &Call) -> Result<Reply, Problem> {
    call.optional_members()?.finish()?;
    call.herald.end_session(&call.grant, call.param("session")).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn end_others(call: &Call) -> Result<Reply, Problem> {
    call.optional_members()?.finish()?;
    call.herald.end_other_sessions(&call.grant).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn end_of_user(call: &Call) -> Result<Reply, Problem> {
    let user = call.herald.user_id(&call.grant, call.param("user")).await?;
    call.optional_members()?.finish()?;
    call.herald.end_user_sessions(&call.grant, user).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
