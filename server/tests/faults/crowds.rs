//! F6: many hostile receivers at once, against the real program: its memory stays bounded, its timeouts are exact, and the
//! deliveries of others go on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::delivery::Timeouts;
use tokio::time::interval;

use crate::{
    hostile::{CASES, Case, Hostile},
    receivers::assert_in_time,
    support::{Client, Receiver, login_event},
    watched::Watched,
};

const WEBHOOKS: &str = "/api/organizations/parallelworks/webhooks";
const EVENTS: &str = "/api/organizations/parallelworks/webhook-events";
/// Measures, F6.
const MEMORY_KIB_MAX: u64 = 32 * 1_024;
/// How long a delivery to a healthy receiver may take while the others hang.
const PROMPT: Duration = Duration::from_secs(2);
/// Until nothing more is expected of Herald.
const PATIENCE: Duration = Duration::from_secs(60);
const EVENTS_EACH: usize = 4;
const HOARDERS: usize = 40;
const HEALTHY_WEBHOOKS: usize = 24;
const HEALTHY_ROUNDS: usize = 100;
/// From one healthy delivery to the next, so that they are spread over the time of the hostile ones.
const PACE: Duration = Duration::from_millis(100);

async fn webhook(admin: &Client, name: &str, event_type: &str, url: &str) {
    let body = json!({ "enabled": true, "name": name, "type": event_type, "url": url });
    admin.post(WEBHOOKS, body).await.ok();
}

async fn publish(admin: &Client, event_type: &str) {
    let mut event = login_event("demo");
    event["type"] = json!(event_type);
    if event_type == "USER_CREATED" {
        event["payload"]["remainingSeats"] = json!(5);
    }
    admin.post(EVENTS, event).await.ok();
}

/// What many healthy webhooks take: the same number of places, the same store.
async fn healthy_peak(program: &Watched) -> u64 {
    let receiver = Receiver::start().await;
    for number in 0..HEALTHY_WEBHOOKS {
        webhook(&program.admin, &format!("warm-{number}"), "USER_DISABLED", &receiver.url("/")).await;
    }
    for _ in 0..EVENTS_EACH * 4 {
        publish(&program.admin, "USER_DISABLED").await;
    }
    for _ in 0..EVENTS_EACH * 4 * HEALTHY_WEBHOOKS {
        receiver.next().await;
    }
    program.peak_kib()
}

async fn start_hostile(admin: &Client, cases: &[Case]) -> Vec<Hostile> {
    let mut receivers = Vec::new();
    for (name, scheme, act, ..) in cases {
        let receiver = Hostile::start(*act, "").await;
        webhook(admin, name, "USER_LOGIN", &format!("{scheme}://127.0.0.1:{}/", receiver.port)).await;
        receivers.push(receiver);
    }
    admin.publish_logins(EVENTS_EACH).await;
    receivers
}

/// One delivery after the other to a healthy receiver. Answers how long the slowest took.
async fn deliver_beside(admin: &Client, receiver: &Receiver) -> Duration {
    let (mut pace, mut slowest) = (interval(PACE), Duration::ZERO);
    for _ in 0..HEALTHY_ROUNDS {
        pace.tick().await;
        let start = Instant::now();
        publish(admin, "USER_CREATED").await;
        receiver.next_within(PATIENCE).await;
        slowest = slowest.max(start.elapsed());
    }
    slowest
}

/// The first attempt that was made for this webhook.
async fn first_attempt(admin: &Client, webhook: &str) -> Value {
    let looking = async {
        let mut pace = interval(PACE);
        loop {
            pace.tick().await;
            let all = admin.get(&format!("{WEBHOOKS}/{webhook}/deliveries")).await.ok();
            let tried = all["deliveries"].as_array().unwrap().iter().find(|one| one["attempts"] != 0);
            if let Some(delivery) = tried {
                let id = delivery["id"].as_str().unwrap();
                let path = format!("/api/organizations/parallelworks/deliveries/{id}");
                return admin.get(&path).await.ok()["attempts"][0].take();
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, looking).await;
    found.unwrap_or_else(|_| panic!("no attempt for {webhook} has ended"))
}

/// Many of those that take the most memory for as long as they can.
fn hoarders() -> impl Iterator<Item = Case> {
    let one = CASES.into_iter().find(|case| case.0 == "hoarded-head");
    let (_, scheme, act, ends, word) = one.unwrap();
    (1..=HOARDERS).map(move |number| {
        let name: &'static str = format!("hoarder-{number}").leak();
        (name, scheme, act, ends, word)
    })
}

fn assert_ended(case: &Case, attempt: &Value) {
    let word = match attempt["status"].as_u64() {
        Some(status) => status.to_string(),
        None => attempt["errorClass"].as_str().unwrap().to_owned(),
    };
    assert_eq!(word, case.4, "{}: {attempt}", case.0);
    let took = Duration::from_millis(attempt["durationMs"].as_u64().unwrap());
    assert_in_time(case.0, case.3, took, &Timeouts::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_hostile_receivers_take_little_memory_and_no_time_of_others() {
    let _alone = crate::plan::alone().await;
    let folder = tempfile::tempdir().unwrap();
    let program = Watched::start(folder.path(), |_| {});
    let admin = program.admin.clone();
    let healthy = Receiver::start().await;
    webhook(&admin, "healthy", "USER_CREATED", &healthy.url("/")).await;
    let before = healthy_peak(&program).await;
    program.forget_peak();

    let cases: Vec<Case> = CASES.into_iter().chain(hoarders()).collect();
    let _receivers = start_hostile(&admin, &cases).await;
    let slowest = deliver_beside(&admin, &healthy).await;
    let mut attempts = Vec::new();
    for case in &cases {
        attempts.push(first_attempt(&admin, case.0).await);
    }
    let peak = program.peak_kib();
    assert!(peak < before + MEMORY_KIB_MAX, "{before} KiB became {peak} KiB");
    assert!(slowest < PROMPT, "a delivery took {slowest:?}");
    cases.iter().zip(&attempts).for_each(|(case, attempt)| assert_ended(case, attempt));
}
