//! Publishing: the events of one's own that an organization's webhooks are told.

use domain::{EventId, EventType, OrganizationId, Payload};
use serde::{Deserialize, Serialize, Serializer};
use server_fn::codec::Json;
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::backend;
use crate::{Problem, payload::AnyPayload, transport::Repeatable};

/// An event to be published.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Read")]
pub struct NewEvent {
    /// What happened, and to whom.
    pub payload: Payload,
    /// 1 to 255 characters that name this very event, such as the id of the row that it tells of: who sends an event again
    /// under the same key is answered the first one.
    pub idempotency_key: String,
}

/// An event that is stored, and so will be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    pub id: EventId,
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// How many webhooks are told.
    pub deliveries: u32,
    /// The key came before with the same event: nothing new was stored.
    pub repeated: bool,
}

/// Publishes an event of the organization. It is on the server's disk when this answers.
///
/// The key makes it safe to call again, whatever became of the call before. The same key with another event is a conflict.
#[server(prefix = "/fn", endpoint = "events/publish", input = Json, client = Repeatable)]
pub async fn publish(organization_id: OrganizationId, event: NewEvent) -> Result<Published, Problem> {
    backend()?.publish(organization_id, event).await
}

/// Publishes up to 100 events in one request. Each has its own result, in their order: one that is refused stops no other.
#[server(prefix = "/fn", endpoint = "events/publish-many", input = Json, client = Repeatable)]
pub async fn publish_many(
    organization_id: OrganizationId,
    events: Vec<NewEvent>,
) -> Result<Vec<Result<Published, Problem>>, Problem> {
    backend()?.publish_many(organization_id, events).await
}

/// `{"type", "payload", "idempotencyKey"}`, as in a batch of the HTTP API.
impl Serialize for NewEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Written<'e> {
            r#type: EventType,
            payload: &'e Payload,
            idempotency_key: &'e str,
        }
        let (payload, idempotency_key) = (&self.payload, self.idempotency_key.as_str());
        Written { r#type: payload.event_type(), payload, idempotency_key }.serialize(serializer)
    }
}

/// The payload's members depend on the type, which may stand behind it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Read {
    r#type: EventType,
    payload: AnyPayload,
    idempotency_key: String,
}

impl TryFrom<Read> for NewEvent {
    type Error = String;

    fn try_from(read: Read) -> Result<Self, String> {
        let Read { r#type: event_type, payload, idempotency_key } = read;
        Ok(Self { payload: payload.of(event_type)?, idempotency_key })
    }
}

#[cfg(test)]
mod tests {
    use domain::sample_payload;
    use server_fn::{Decodes, Encodes, codec::JsonEncoding};

    use super::*;

    fn written(payload: &Payload) -> String {
        let event = NewEvent { payload: payload.clone(), idempotency_key: "row-7".to_owned() };
        String::from_utf8(JsonEncoding::encode(&event).expect("written").to_vec()).expect("text")
    }

    fn read(json: &str) -> Result<NewEvent, String> {
        JsonEncoding::decode(json.to_owned().into()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_event_of_each_type_is_read_as_it_was_written() {
        for event_type in EventType::ALL {
            let payload = sample_payload(event_type, "acme");
            let event = read(&written(&payload)).expect("read");
            assert_eq!((event.payload, event.idempotency_key.as_str()), (payload, "row-7"));
        }
        let Payload::UserCreated { username, email, user_id, organization, .. } =
            sample_payload(EventType::UserCreated, "acme")
        else {
            panic!("another type");
        };
        let unlimited =
            Payload::UserCreated { username, email, user_id, organization, remaining_seats: None };
        assert_eq!(read(&written(&unlimited)).map(|event| event.payload), Ok(unlimited));
    }

    #[test]
    fn a_member_too_few_or_too_many_is_named() {
        let login = written(&sample_payload(EventType::UserLogin, "acme"));
        for (from, to, named) in [
            ("USER_LOGIN", "USER_CREATED", "remainingSeats"),
            ("USER_LOGIN", "USER_REMOVED_FROM_GROUP", "groupName"),
            ("\"email\":", "\"groupName\":\"a\",\"email\":", "groupName"),
            ("\"email\":", "\"remainingSeats\":1,\"email\":", "remainingSeats"),
            ("\"email\":", "\"mail\":", "mail"),
            ("\"idempotencyKey\":", "\"key\":", "key"),
        ] {
            let refused = read(&login.replace(from, to)).expect_err("refused");
            assert!(refused.contains(named), "{refused}");
        }
    }
}
