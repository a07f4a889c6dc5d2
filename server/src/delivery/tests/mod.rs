//! Sending against real sockets on this machine.

mod cancelling;
mod failing;
mod guarding;
mod keeping;
mod proxies;
mod receiver;
mod sending;
mod tls;
mod turns;

use std::{sync::Arc, time::Duration};

use domain::{
    CustomHeaders, DeliveryId, ErrorClass, EventId, Id, Outcome, Secret, Timestamp, Trigger, WebhookId,
    target::TargetPolicy,
};

use super::{Due, Guard, Route, Sender, Sent, Timeouts};

const NOW: Timestamp = Timestamp::from_unix_ms(1_795_528_931_204);
const HEAD: &str = "{\"type\":\"USER_CREATED\"";
const PAYLOAD: &str = "{ \"name\":\"Zoë\\u00e9\"}";
const BODY: &str = "{\"type\":\"USER_CREATED\",\"payload\":{ \"name\":\"Zoë\\u00e9\"}}";

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

/// A delivery and where it goes.
struct Job {
    route: Route,
    due: Due,
}

fn due(url: &str) -> Job {
    let (id, event_id, webhook_id): (DeliveryId, EventId, WebhookId) = (id(1), id(2), id(3));
    let previous = Some((secret(2), NOW + Duration::from_millis(1)));
    let route = Route::new(7, webhook_id, url.to_owned(), secret(1), previous, CustomHeaders::default());
    let due = Due {
        key: 1,
        id,
        event_id,
        event_time: Timestamp::from_unix_ms(1_795_528_900_001),
        sequence: Some(42),
        attempts: 2,
        schedule_from: 0,
        trigger: Trigger::Scheduled,
        head: HEAD.into(),
        payload: PAYLOAD.into(),
    };
    Job { route, due }
}

impl Sender {
    async fn send_job(&self, job: &Job, now: Timestamp) -> Sent {
        self.send(&job.route, &job.due, now).await
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
