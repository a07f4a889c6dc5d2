//! Sending against real sockets on this machine.

mod cancelling;
mod failing;
mod guarding;
mod proxies;
mod receiver;
mod sending;
mod tls;

use std::{sync::Arc, time::Duration};

use domain::{
    DeliveryId, ErrorClass, EventId, Id, Outcome, Secret, Timestamp, WebhookId, target::TargetPolicy,
};

use super::{Due, Guard, Sender, Sent, Timeouts};

const NOW: Timestamp = Timestamp::from_unix_ms(1_795_528_931_204);
const BODY: &str = "{\"type\":\"USER_CREATED\", \"name\":\"Zoë\\u00e9\"}\n";

fn guard(allowed: &[&str]) -> Arc<Guard> {
    let allowed = allowed.iter().map(|text| text.parse().expect("a target")).collect();
    Arc::new(Guard::new(TargetPolicy { allowed, allow_http: false }, None).expect("a guard"))
}

/// Allowed to call this machine.
fn sender() -> Sender {
    Sender::new(guard(&["127.0.0.0/8"]))
}

fn hasty_sender() -> Sender {
    let timeouts = Timeouts { attempt: Duration::from_millis(200), ..Timeouts::default() };
    Sender::with_timeouts(guard(&["127.0.0.0/8"]), timeouts)
}

fn id<T>(last: u8) -> Id<T> {
    Id::from_bytes([0x66, 0xec, 0x43, 0x4e, 0, 0, 0, 0, 0, 0, 0, last])
}

fn secret(byte: u8) -> Secret {
    Secret::from_bytes(&[byte; 32]).expect("32 bytes")
}

fn due(url: &str) -> Due {
    let (id, event_id, webhook_id): (DeliveryId, EventId, WebhookId) = (id(1), id(2), id(3));
    Due {
        key: 1,
        id,
        event_id,
        webhook_id,
        event_time: Timestamp::from_unix_ms(1_795_528_900_001),
        sequence: 42,
        attempt: 3,
        url: url.to_owned(),
        secrets: vec![secret(1), secret(2)],
        body: BODY.to_owned(),
    }
}

fn answered(status: u16) -> Outcome {
    Outcome::Answered { status, retry_after: None }
}

/// Class and sentence of an attempt that got no answer.
fn broken(sent: &Sent) -> (ErrorClass, &str) {
    let Outcome::Broken(class) = sent.outcome else {
        panic!("it was answered: {sent:?}");
    };
    assert!(sent.response.is_none());
    (class, sent.error_text.as_deref().expect("a sentence"))
}
