//! The feed by a server function: its events with typed payloads.

use api::{
    AnyPayload, Problem,
    feed::{Event, FeedFilter, FeedPage},
};
use domain::{
    FieldError,
    limits::{PAGE_ROWS, PAGE_ROWS_MAX, SEARCH_LENGTH_MAX},
};

use crate::{
    access::Grant,
    herald::Herald,
    store::{EventFilter, FeedEvent},
};

/// As the HTTP API reads its parameters: what is empty does not count.
pub(super) async fn read(
    herald: &Herald,
    grant: &Grant,
    filter: FeedFilter,
    after: Option<&str>,
    limit: Option<u32>,
) -> Result<FeedPage, Problem> {
    let limit = limit.map_or(PAGE_ROWS, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let search = filter.search.filter(|text| !text.is_empty());
    let mut errors = Vec::new();
    if !(1..=PAGE_ROWS_MAX).contains(&limit) {
        let detail = format!("“limit” must be a whole number from 1 to {PAGE_ROWS_MAX}.");
        errors.push(FieldError::new("limit", "invalid", detail));
    }
    if search.as_ref().is_some_and(|text| text.chars().count() > SEARCH_LENGTH_MAX) {
        let detail = format!("“search” has at most {SEARCH_LENGTH_MAX} characters.");
        errors.push(FieldError::new("search", "too_long", detail));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let FeedFilter { event_type, from, to, .. } = filter;
    let filter = EventFilter { event_type, from, to, search };
    let page = herald.feed(grant, &filter, after.filter(|text| !text.is_empty()), limit).await?;
    let events: Result<Vec<Event>, Problem> = page.events.into_iter().map(event).collect();
    Ok(FeedPage { events: events?, next: page.next })
}

fn event(stored: FeedEvent) -> Result<Event, Problem> {
    let FeedEvent { id, event_type, sequence, happened_at, payload, purged } = stored;
    let typed = serde_json::from_str::<AnyPayload>(&payload).map_err(|error| error.to_string());
    let payload = typed.and_then(|payload| payload.of(event_type)).map_err(|error| {
        tracing::error!(%error, event = %id, "A stored payload is not of its type");
        Problem::internal()
    })?;
    Ok(Event { id, event_type, sequence, happened_at, payload, purged })
}
