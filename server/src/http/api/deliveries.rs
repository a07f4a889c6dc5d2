//! `.../webhooks/{webhook}/deliveries`, `.../deliveries/{delivery}` and `.../jobs/{job}`

use api::{Problem, deliveries::DeliveryFilter};
use axum::http::StatusCode;
use domain::{Attempt, Delivery, DeliveryDetail};
use serde_json::{Map, Value, json};

use super::{Call, Reply, query::Query};

pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let id = call.herald.webhook_id(&call.grant, call.param("webhook")).await?;
    let mut query = Query::of(call);
    let filter = DeliveryFilter {
        status: query.parsed("status"),
        event_type: query.parsed("type"),
        from: query.time("from"),
        to: query.time("to"),
    };
    let (limit, cursor) = (query.limit(), query.text("cursor"));
    query.finish()?;
    let page = call.herald.deliveries(&call.grant, id, &filter, cursor, limit).await?;
    let deliveries: Vec<Delivery> = page.deliveries.into_iter().map(|row| row.delivery).collect();
    let mut answer = Map::from_iter([("deliveries".to_owned(), json!(deliveries))]);
    if let Some(cursor) = page.next_cursor {
        answer.insert("nextCursor".to_owned(), Value::from(cursor));
    }
    Reply::json(&answer)
}

pub(super) async fn read(call: &Call) -> Result<Reply, Problem> {
    let detail = call.herald.delivery(&call.grant, call.param("delivery")).await?;
    let mut answer = json!(detail.delivery);
    answer["body"] = Value::from(detail.body.as_str());
    answer["attempts"] = detail.attempts.iter().map(|attempt| attempt_json(&detail, attempt)).collect();
    Reply::json(&answer)
}

pub(super) async fn redeliver(call: &Call) -> Result<Reply, Problem> {
    call.optional_members()?.finish()?;
    let delivery = call.herald.redeliver(&call.grant, call.param("delivery")).await?;
    Ok(Reply::json(&delivery)?.with_status(StatusCode::ACCEPTED))
}

pub(super) async fn job(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.herald.job(&call.grant, call.param("job")).await?)
}

pub(super) async fn cancel_job(call: &Call) -> Result<Reply, Problem> {
    call.herald.cancel_job(&call.grant, call.param("job")).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// What was sent and what came back. The values of the webhook's own headers are masked.
pub(super) fn attempt_json(detail: &DeliveryDetail, attempt: &Attempt) -> Value {
    let mut answer = json!({
        "number": attempt.number,
        "trigger": attempt.trigger,
        "startedAt": attempt.started_at,
        "durationMs": attempt.duration_ms,
        "request": { "method": "POST", "url": attempt.url, "headers": by_name(detail.request_headers(attempt)) },
    });
    let response = attempt.response.as_ref().map(|response| {
        let headers = by_name(response.headers.iter().cloned());
        json!({ "headers": headers, "body": response.body, "truncated": response.truncated })
    });
    for (name, value) in [
        ("status", attempt.status.map(Value::from)),
        ("errorClass", attempt.error_class.map(|class| Value::from(class.as_str()))),
        ("errorText", attempt.error_text.as_deref().map(Value::from)),
        ("response", response),
    ] {
        if let Some(value) = value {
            answer[name] = value;
        }
    }
    answer
}

/// Several of one name are joined, as HTTP has it.
fn by_name(headers: impl IntoIterator<Item = (String, String)>) -> Value {
    let mut map = Map::new();
    for (name, value) in headers {
        let joined = match map.get(&name).and_then(Value::as_str) {
            Some(first) => format!("{first}, {value}"),
            None => value,
        };
        map.insert(name, Value::from(joined));
    }
    Value::Object(map)
}
