//! The feed: an organization's events, oldest first and without a gap.

use domain::{EventId, EventType, OrganizationId, Payload, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::backend;
use crate::{Problem, payload::AnyPayload, transport::Repeatable};

/// Which events are asked for. What is `None` does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedFilter {
    #[serde(default)]
    pub event_type: Option<EventType>,
    /// Happened from then on.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Happened before then.
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// A user name, an e-mail address or an event's id: whole, in any case.
    #[serde(default)]
    pub search: Option<String>,
}

/// An event that has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Read")]
pub struct Event {
    /// The `herald-event-id` of its requests.
    pub id: EventId,
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// Grows by one within the organization.
    pub sequence: i64,
    pub happened_at: Timestamp,
    pub payload: Payload,
    /// Whether what was about a person was removed from it.
    #[serde(default)]
    pub purged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedPage {
    pub events: Vec<Event>,
    /// Where the next page begins. Without it there is nothing after what was given as `after`, which stays good.
    #[serde(default)]
    pub next: Option<String>,
}

/// A page of the feed: at most `limit` events, 1 to 1,000, or 50 where that is not said. Whoever keeps `next` and gives it as
/// `after` misses nothing and sees nothing twice; what is older than the retention answers 410.
#[server(prefix = "/fn", endpoint = "events/feed", client = Repeatable)]
pub async fn read_feed(
    organization_id: OrganizationId,
    #[server(default)] filter: FeedFilter,
    #[server(default)] after: Option<String>,
    #[server(default)] limit: Option<u32>,
) -> Result<FeedPage, Problem> {
    backend()?.feed(organization_id, filter, after, limit).await
}

/// The payload's members depend on the type.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    id: EventId,
    r#type: EventType,
    sequence: i64,
    happened_at: Timestamp,
    payload: AnyPayload,
    #[serde(default)]
    purged: bool,
}

impl TryFrom<Read> for Event {
    type Error = String;

    fn try_from(read: Read) -> Result<Self, String> {
        let Read { id, r#type: event_type, sequence, happened_at, payload, purged } = read;
        Ok(Self { id, event_type, sequence, happened_at, payload: payload.of(event_type)?, purged })
    }
}

#[cfg(test)]
mod tests {
    use domain::sample_payload;
    use server_fn::{Decodes, Encodes, codec::JsonEncoding};

    use super::*;

    #[test]
    fn an_event_of_each_type_is_read_as_it_was_written() {
        for (event_type, purged) in EventType::ALL.into_iter().zip([true, false].into_iter().cycle()) {
            let event = Event {
                id: EventId::from_bytes([7; 12]),
                event_type,
                sequence: 7,
                happened_at: Timestamp::from_unix_ms(1_795_528_931_204),
                payload: sample_payload(event_type, "acme"),
                purged,
            };
            let written = JsonEncoding::encode(&event).expect("written");
            assert_eq!(<JsonEncoding as Decodes<Event>>::decode(written).expect("read"), event);
        }
    }
}
