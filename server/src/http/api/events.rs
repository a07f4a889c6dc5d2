//! `/api/organizations/{organization}/webhook-events`: publishing one event or an array of up to 100, and the feed.

use api::Problem;
use axum::http::StatusCode;
use domain::{
    EventId, EventType, FieldError, Issue, Payload, Timestamp, UserId,
    limits::{BATCH_EVENTS_MAX, REQUEST_BODY_BYTES_MAX},
};
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

use super::{Call, Reply, query::Query};
use crate::{
    http::{members::Members, problem::problem_json},
    store::{EventFilter, FeedEvent, Published},
    usecases::{PublishRequest, check_key},
};

const KEY_HEADER: &str = "idempotency-key";
/// How errors name it.
const KEY_POINTER: &str = "Idempotency-Key";

/// Ascending by sequence. Whoever keeps `next` as `after` misses nothing and sees nothing twice.
pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let mut query = Query::of(call);
    let filter = EventFilter {
        event_type: query.parsed("type"),
        from: query.time("from"),
        to: query.time("to"),
        search: query.search(),
    };
    let (limit, after) = (query.limit(), query.text("after"));
    query.finish()?;
    let page = call.herald.feed(&call.grant, &filter, after, limit).await?;
    Reply::json(&FeedView {
        events: page.events.iter().map(EventView::of).collect::<Result<_, _>>()?,
        next: page.next.as_deref(),
    })
}

#[derive(Serialize)]
struct FeedView<'p> {
    events: Vec<EventView<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'p str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventView<'p> {
    id: EventId,
    #[serde(rename = "type")]
    event_type: EventType,
    sequence: i64,
    happened_at: Timestamp,
    payload: &'p RawValue,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    purged: bool,
}

impl<'p> EventView<'p> {
    fn of(event: &'p FeedEvent) -> Result<Self, Problem> {
        let payload = serde_json::from_str(&event.payload).map_err(|error| {
            tracing::error!(%error, event = %event.id, "A stored payload is no JSON");
            Problem::internal()
        })?;
        let FeedEvent { id, event_type, sequence, happened_at, purged, .. } = *event;
        Ok(Self { id, event_type, sequence, happened_at, payload, purged })
    }
}

pub(super) async fn publish(call: &Call) -> Result<Reply, Problem> {
    if call.body().iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return publish_batch(call).await;
    }
    if call.body().len() > REQUEST_BODY_BYTES_MAX {
        return Err(too_large());
    }
    let key = header_key(call).map_err(|issue| Problem::invalid(vec![issue.at(KEY_POINTER)]))?;
    let mut request = read(call.body(), false)?;
    request.idempotency_key = key;
    let mut published = call.herald.publish(&call.grant, vec![Ok(request)]).await?;
    let (event_type, published) = published.pop().ok_or_else(Problem::internal)??;
    let (status, answer) = answer(published, event_type)?;
    Ok(Reply::json(&answer)?.with_status(status))
}

async fn publish_batch(call: &Call) -> Result<Reply, Problem> {
    if !matches!(call.header(KEY_HEADER), Ok(None)) {
        let detail = "In a batch each event has its own key: put it into the member “idempotencyKey”.";
        return Err(Problem::invalid(vec![FieldError::new(KEY_POINTER, "invalid", detail)]));
    }
    let elements: Vec<&RawValue> = serde_json::from_slice(call.body())
        .map_err(|error| Problem::malformed(format!("The body must be a JSON array: {error}.")))?;
    if elements.is_empty() || elements.len() > BATCH_EVENTS_MAX {
        let detail = format!("A batch has 1 to {BATCH_EVENTS_MAX} events; this one has {}.", elements.len());
        return Err(Problem::malformed(detail));
    }
    let requests = elements.iter().map(|element| read_element(element)).collect();
    let published = call.herald.publish(&call.grant, requests).await?.into_iter();
    let answers: Vec<Value> = published.map(element_answer).collect();
    Reply::json(&answers)
}

fn read_element(element: &RawValue) -> Result<PublishRequest, Problem> {
    if element.get().len() > REQUEST_BODY_BYTES_MAX {
        return Err(too_large());
    }
    read(element.get().as_bytes(), true)
}

fn too_large() -> Problem {
    let mut problem = Problem::malformed(format!("An event has at most {REQUEST_BODY_BYTES_MAX} bytes."));
    problem.status = StatusCode::PAYLOAD_TOO_LARGE.as_u16();
    problem
}

fn read(body: &[u8], in_batch: bool) -> Result<PublishRequest, Problem> {
    let mut members = Members::read_exactly(body)?;
    let event_type = members.parsed("type", str::parse::<EventType>);
    // Which members a payload has depends on the type: without one, only the type is wrong.
    let payload = match event_type {
        Some(event_type) => members.object("payload", |payload| read_payload(event_type, payload)),
        None => return Err(members.only("type")),
    };
    let idempotency_key = if in_batch { read_key(&mut members) } else { None };
    members.finish()?;
    Ok(PublishRequest { payload: payload.ok_or_else(Problem::internal)?, idempotency_key })
}

/// A key that cannot be read must not count as none: the caller relies on it.
fn header_key(call: &Call) -> Result<Option<String>, Issue> {
    call.header(KEY_HEADER)?.map(check_key).transpose()
}

fn read_key(members: &mut Members) -> Option<String> {
    let key = members.optional_text("idempotencyKey")?;
    check_key(&key).map_err(|issue| members.add("idempotencyKey", issue)).ok()
}

/// Checked for presence and type; rules of names and whether there is such a user do not count here.
fn read_payload(event_type: EventType, payload: &mut Members) -> Option<Payload> {
    let username = payload.required_text("username");
    let email = payload.required_text("email");
    let user_id = read_user_id(payload);
    let organization = payload.required_text("organization");
    let group_name = match event_type {
        EventType::UserRemovedFromGroup => Some(payload.required_text("groupName")?),
        _ => None,
    };
    let remaining_seats = match event_type {
        EventType::UserCreated => payload.limit("remainingSeats"),
        _ => None,
    };
    let (username, email, user_id, organization) = (username?, email?, user_id?, organization?);
    Some(match event_type {
        EventType::UserCreated => {
            Payload::UserCreated { username, email, user_id, organization, remaining_seats }
        }
        EventType::UserDisabled => Payload::UserDisabled { username, email, user_id, organization },
        EventType::UserRemovedFromGroup => {
            Payload::UserRemovedFromGroup { username, email, user_id, organization, group_name: group_name? }
        }
        EventType::UserLogin => Payload::UserLogin { username, email, user_id, organization },
    })
}

fn read_user_id(payload: &mut Members) -> Option<UserId> {
    let text = payload.required_text("userId")?;
    let id = text.parse();
    if id.is_err() {
        payload.add("userId", Issue::new("invalid", "“userId” must be 24 lower-case hex digits."));
    }
    id.ok()
}

fn answer(published: Published, event_type: EventType) -> Result<(StatusCode, Value), Problem> {
    let (id, deliveries, repeated) = published.found()?;
    let status = if repeated { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, json!({ "id": id, "type": event_type, "deliveries": deliveries })))
}

fn element_answer(published: Result<(EventType, Published), Problem>) -> Value {
    match published.and_then(|(event_type, published)| answer(published, event_type)) {
        Ok((status, mut body)) => {
            body["status"] = Value::from(status.as_u16());
            body
        }
        Err(problem) => problem_json(&problem),
    }
}
