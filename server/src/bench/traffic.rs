//! What is published: events of 1 KiB, and the requests that carry them.

use std::{net::SocketAddr, sync::OnceLock, time::Instant};

use domain::{EventType, Payload, UserId};

/// What the clients, the receivers and the rows belong to.
pub(super) const ORGANIZATION: &str = "bench";
/// One event as it is published.
pub(super) const EVENT_BYTES: usize = 1_024;
/// A user name begins with this and the moment at which it was sent.
const STAMP_MARK: &[u8] = b"\"username\":\"t";
const STAMP_DIGITS: usize = 20;

/// An event's payload whose event, as it is published, has [`EVENT_BYTES`].
pub(super) fn payload(event_type: EventType) -> Payload {
    let missing = EVENT_BYTES.saturating_sub(event(&with_username(event_type, stamp(0))).len());
    with_username(event_type, stamp(0) + &"x".repeat(missing))
}

/// The `type` and `payload` of an event, as a client writes them.
pub(super) fn event(payload: &Payload) -> String {
    format!(r#"{{"type":"{}","payload":{}}}"#, payload.event_type(), payload.to_json())
}

/// So many events in one array.
pub(super) fn batch(event_type: EventType, events: usize) -> String {
    let event = event(&payload(event_type));
    format!("[{}]", vec![event; events].join(","))
}

fn with_username(event_type: EventType, username: String) -> Payload {
    let email = "demo@parallelworks.com".to_owned();
    let organization = ORGANIZATION.to_owned();
    let user_id = UserId::from_bytes([0x65, 0x3c, 0x78, 0x7c, 0x8e, 4, 0x8c, 0xaa, 0x7c, 0xb4, 0xe5, 0x54]);
    match event_type {
        EventType::UserCreated => {
            Payload::UserCreated { username, email, user_id, organization, remaining_seats: None }
        }
        EventType::UserDisabled => Payload::UserDisabled { username, email, user_id, organization },
        EventType::UserRemovedFromGroup => {
            let group_name = "Demo-Group".to_owned();
            Payload::UserRemovedFromGroup { username, email, user_id, organization, group_name }
        }
        EventType::UserLogin => Payload::UserLogin { username, email, user_id, organization },
    }
}

/// A moment as the beginning of a user name.
fn stamp(moment_ns: u64) -> String {
    format!("t{moment_ns:0STAMP_DIGITS$}")
}

/// Nanoseconds since the program began to measure.
pub(super) fn now_ns() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Writes the moment of sending into the first event of a request.
pub(super) fn write_stamp(message: &mut [u8], moment_ns: u64) {
    if let Some(at) = stamp_at(message) {
        message[at..at + STAMP_DIGITS].copy_from_slice(&stamp(moment_ns).as_bytes()[1..]);
    }
}

/// The moment at which what came here was sent.
pub(super) fn read_stamp(message: &[u8]) -> Option<u64> {
    let at = stamp_at(message)?;
    str::from_utf8(&message[at..at + STAMP_DIGITS]).ok()?.parse().ok()
}

fn stamp_at(message: &[u8]) -> Option<usize> {
    let mark = message.windows(STAMP_MARK.len()).position(|window| window == STAMP_MARK)?;
    Some(mark + STAMP_MARK.len()).filter(|at| at + STAMP_DIGITS <= message.len())
}

/// Where requests go, and on whose behalf.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) address: SocketAddr,
    pub(super) key: String,
}

impl Target {
    /// A request as a small client writes it.
    pub(super) fn post(&self, path: &str, body: &str) -> Vec<u8> {
        let Self { address, key } = self;
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// A call of a server function, as the console's scripts make it.
    pub(super) fn call(&self, function: &str, form: &str) -> Vec<u8> {
        let Self { address, key } = self;
        let length = form.len();
        format!(
            "POST /fn/{function} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
             accept: application/json\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {length}\r\n\r\n{form}"
        )
        .into_bytes()
    }

    pub(super) fn publish(&self, body: &str) -> Vec<u8> {
        self.post(&events_path(), body)
    }
}

pub(super) fn events_path() -> String {
    format!("/api/organizations/{ORGANIZATION}/webhook-events")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_each_type_has_its_size() {
        for event_type in EventType::ALL {
            assert_eq!(event(&payload(event_type)).len(), EVENT_BYTES, "{event_type}");
        }
        assert_eq!(batch(EventType::UserLogin, 3).len(), 3 * EVENT_BYTES + 4);
    }

    #[test]
    fn a_stamp_is_read_as_it_was_written() {
        let mut body = event(&payload(EventType::UserLogin)).into_bytes();
        assert_eq!(read_stamp(&body), Some(0));
        write_stamp(&mut body, 1_234_567_890_123);
        assert_eq!(read_stamp(&body), Some(1_234_567_890_123));
        assert_eq!(body.len(), EVENT_BYTES);
        assert_eq!(read_stamp(b"\"username\":\"t12"), None);
        assert_eq!(read_stamp(b""), None);
    }
}
