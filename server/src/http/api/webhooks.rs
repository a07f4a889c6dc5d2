//! `/api/organizations/{organization}/webhooks`

use std::time::Duration;

use api::{
    Problem,
    deliveries::{Begun, Redelivery},
};
use axum::http::StatusCode;
use domain::{DeliveryState, Issue, Timestamp, Webhook};
use serde_json::json;

use super::{Call, Reply, deliveries::attempt_json};
use crate::{
    store::{JobAction, Secrets},
    usecases::{EditWebhook, NewWebhookRequest},
};

pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let rows = call.herald.list_webhooks(&call.grant).await?;
    let webhooks: Vec<Webhook> = rows.into_iter().map(|row| row.webhook).collect();
    Reply::json(&webhooks)
}

pub(super) async fn create(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let request = NewWebhookRequest {
        event_type: members.text("type"),
        name: members.text("name"),
        url: members.text("url"),
        description: members.text("description"),
        enabled: members.flag("enabled"),
        headers: Ok(members.optional_text_map("headers")),
    };
    members.finish()?;
    Reply::json(&call.herald.create_webhook(&call.grant, request).await?.webhook)
}

pub(super) async fn update(call: &Call) -> Result<Reply, Problem> {
    let id = call.herald.webhook_id(&call.grant, call.param("webhook")).await?;
    let mut members = call.members()?;
    let edit = EditWebhook {
        enabled: members.optional_flag("enabled"),
        name: members.optional_text("name"),
        url: members.optional_text("url"),
        description: members.optional_text("description"),
        headers: members.optional_text_map("headers"),
        version: None,
    };
    members.finish()?;
    Reply::json(&call.herald.edit_webhook(&call.grant, id, edit).await?.webhook)
}

pub(super) async fn delete(call: &Call) -> Result<Reply, Problem> {
    let id = call.herald.webhook_id(&call.grant, call.param("webhook")).await?;
    call.herald.delete_webhooks(&call.grant, vec![id]).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn secret(call: &Call) -> Result<Reply, Problem> {
    let id = call.herald.webhook_id(&call.grant, call.param("webhook")).await?;
    secrets(&call.herald.secrets(&call.grant, id).await?)
}

pub(super) async fn rotate(call: &Call) -> Result<Reply, Problem> {
    let id = call.herald.webhook_id(&call.grant, call.param("webhook")).await?;
    let mut members = call.optional_members()?;
    let overlap = members.optional_number("overlapSeconds");
    members.finish()?;
    secrets(&call.herald.rotate_secret(&call.grant, id, overlap.map(Duration::from_secs)).await?)
}

fn secrets(secrets: &Secrets) -> Result<Reply, Problem> {
    let mut answer = json!({ "secret": secrets.secret.reveal() });
    if let Some((previous, until)) = &secrets.previous {
        answer["previous"] = json!({ "secret": previous.reveal(), "expiresAt": until });
    }
    Reply::json(&answer)
}

pub(super) async fn test(call: &Call) -> Result<Reply, Problem> {
    let id = call.herald.webhook_id(&call.grant, call.param("webhook")).await?;
    call.optional_members()?.finish()?;
    let detail = call.herald.test_webhook(&call.grant, id).await?;
    let attempt = detail.attempts.first().map(|attempt| attempt_json(&detail, attempt));
    Reply::json(&json!({ "delivery": detail.delivery, "attempt": attempt }))
}

/// `{since?, status?, dryRun?}`: the failed ones, or where `since` stands alone all that have ended.
pub(super) async fn redeliver(call: &Call) -> Result<Reply, Problem> {
    let id = call.herald.webhook_id(&call.grant, call.param("webhook")).await?;
    let mut members = call.optional_members()?;
    let since = members.optional_text("since").and_then(|text| match text.parse::<Timestamp>() {
        Ok(since) => Some(since),
        Err(_) => {
            let detail = "“since” must be a time such as 2026-11-24T14:02:11Z.";
            members.add("since", Issue::new("invalid", detail));
            None
        }
    });
    let status = members
        .optional_text("status")
        .and_then(|text| text.parse::<DeliveryState>().map_err(|issue| members.add("status", issue)).ok());
    let dry_run = members.optional_flag("dryRun").unwrap_or_default();
    members.finish()?;
    let which = Redelivery { since, until: None, status, dry_run };
    bulk(call.herald.redeliver_many(&call.grant, id, which).await?)
}

pub(super) async fn settle_held(call: &Call) -> Result<Reply, Problem> {
    let id = call.herald.webhook_id(&call.grant, call.param("webhook")).await?;
    let mut members = call.members()?;
    let action = members.parsed("action", |text| match text {
        "release" => Ok(JobAction::Release),
        "discard" => Ok(JobAction::Discard),
        _ => Err(Issue::new("unknown", "“action” must be “release” or “discard”.")),
    });
    members.finish()?;
    let action = action.ok_or_else(Problem::internal)?;
    bulk(call.herald.settle_held(&call.grant, id, action).await?)
}

fn bulk(begun: Begun) -> Result<Reply, Problem> {
    match begun.job {
        Some(job) => {
            let answer = json!({ "matched": begun.matched, "job": job });
            Ok(Reply::json(&answer)?.with_status(StatusCode::ACCEPTED))
        }
        None => Reply::json(&json!({ "matched": begun.matched })),
    }
}
