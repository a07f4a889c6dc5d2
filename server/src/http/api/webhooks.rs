//! `/api/organizations/{organization}/webhooks`

use api::Problem;
use axum::http::StatusCode;
use domain::{Delivery, Webhook};
use serde_json::{Map, Value, json};

use super::{Call, Reply};
use crate::usecases::{EditWebhook, NewWebhookRequest};

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
    let secret = call.herald.secret(&call.grant, id).await?;
    Reply::json(&json!({ "secret": secret.reveal() }))
}

pub(super) async fn deliveries(call: &Call) -> Result<Reply, Problem> {
    let id = call.herald.webhook_id(&call.grant, call.param("webhook")).await?;
    let page = call.herald.deliveries(&call.grant, id, call.query("cursor")).await?;
    let deliveries: Vec<Delivery> = page.deliveries.into_iter().map(|row| row.delivery).collect();
    let mut answer = Map::from_iter([("deliveries".to_owned(), json!(deliveries))]);
    if let Some(cursor) = page.next_cursor {
        answer.insert("nextCursor".to_owned(), Value::from(cursor));
    }
    Reply::json(&answer)
}
