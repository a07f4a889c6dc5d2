//! Publishing by a server function: each event has its own result.

use api::{
    Problem,
    events::{NewEvent, Published},
};
use domain::{FieldError, Issue, limits::BATCH_EVENTS_MAX};

use crate::{
    access::Grant,
    herald::Herald,
    usecases::{PublishRequest, check_key},
};

pub(super) async fn publish(herald: &Herald, grant: &Grant, event: NewEvent) -> Result<Published, Problem> {
    let request = read(event).map_err(|issue| at_key(issue, FieldError::new("event", "", "")))?;
    publish_read(herald, grant, vec![Ok(request)]).await?.pop().ok_or_else(Problem::internal)?
}

pub(super) async fn publish_many(
    herald: &Herald,
    grant: &Grant,
    events: Vec<NewEvent>,
) -> Result<Vec<Result<Published, Problem>>, Problem> {
    if events.is_empty() || events.len() > BATCH_EVENTS_MAX {
        let detail = format!("A batch has 1 to {BATCH_EVENTS_MAX} events; this one has {}.", events.len());
        return Err(Problem::invalid(vec![FieldError::new("events", "invalid", detail)]));
    }
    let requests = events.into_iter().enumerate().map(|(index, event)| {
        let place = FieldError::new(&index.to_string(), "", "").inside(&FieldError::new("events", "", ""));
        read(event).map_err(|issue| at_key(issue, place))
    });
    publish_read(herald, grant, requests.collect()).await
}

fn read(event: NewEvent) -> Result<PublishRequest, Issue> {
    let NewEvent { payload, idempotency_key } = event;
    Ok(PublishRequest { payload, idempotency_key: Some(check_key(&idempotency_key)?) })
}

fn at_key(issue: Issue, event: FieldError) -> Problem {
    Problem::invalid(vec![issue.at("idempotencyKey").inside(&event)])
}

async fn publish_read(
    herald: &Herald,
    grant: &Grant,
    requests: Vec<Result<PublishRequest, Problem>>,
) -> Result<Vec<Result<Published, Problem>>, Problem> {
    let published = herald.publish(grant, requests).await?.into_iter().map(|published| {
        let (event_type, published) = published?;
        let (id, deliveries, repeated) = published.found()?;
        Ok(Published { id, event_type, deliveries, repeated })
    });
    Ok(published.collect())
}
