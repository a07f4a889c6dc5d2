//! `/api/apikeys`

use std::time::Duration;

use api::Problem;
use axum::http::StatusCode;
use domain::Issue;
use serde_json::{Value, json};

use super::{Call, Reply};
use crate::{http::members::Members, store::ApiKey, usecases::NewKeyRequest};

const DAY_SECONDS: u64 = 24 * 60 * 60;

pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let keys = call.herald.list_api_keys(&call.grant).await?;
    Reply::json(&keys.iter().map(key_json).collect::<Vec<_>>())
}

/// `title?, expiresIn?`, and what else the original knows: `duration`, the same in days, and the one `type`.
pub(super) async fn create(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.optional_members()?;
    let title = members.optional_text("title");
    let expires_in = expires_in(&mut members);
    if members.optional_text("type").is_some_and(|text| text != "platform") {
        members.add("type", Issue::new("unknown", "“type” is “platform”: Herald has no other keys."));
    }
    members.finish()?;
    let (key, secret) = call.herald.create_api_key(&call.grant, NewKeyRequest { title, expires_in }).await?;
    let mut answer = key_json(&key);
    answer["key"] = json!(secret);
    Reply::json(&answer)
}

/// By title, in any case, or by id.
pub(super) async fn delete(call: &Call) -> Result<Reply, Problem> {
    call.optional_members()?.finish()?;
    call.herald.delete_api_key(&call.grant, call.param("name")).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn expires_in(members: &mut Members) -> Option<Duration> {
    let seconds = members.optional_number("expiresIn");
    let days = members.optional_text("duration").filter(|text| !text.is_empty());
    let Some(days) = days else {
        return seconds.map(Duration::from_secs);
    };
    if seconds.is_some() {
        let detail = "Give “expiresIn” (seconds) or “duration” (days), not both.";
        members.add("duration", Issue::new("invalid", detail));
        return None;
    }
    match days.parse::<u32>() {
        Ok(0) => None,
        Ok(days) => Some(Duration::from_secs(u64::from(days) * DAY_SECONDS)),
        Err(_) => {
            let detail = "“duration” is a whole number of days as a text, such as \"30\".";
            members.add("duration", Issue::new("invalid", detail));
            None
        }
    }
}

fn key_json(key: &ApiKey) -> Value {
    let mut value = json!({
        "id": key.id, "title": key.title, "type": "platform", "created": key.created_at, "keyHint": key.hint,
    });
    if let Some(moment) = key.expires_at {
        value["expiration"] = json!(moment);
    }
    if let Some(moment) = key.last_used_at {
        value["lastUsedAt"] = json!(moment);
    }
    value
}
