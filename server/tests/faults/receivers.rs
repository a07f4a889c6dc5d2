//! F6: hostile receivers. Each attempt ends with its class and in its time, and memory stays bounded.

use std::{net::TcpListener, sync::Arc, time::Duration};

use domain::{Outcome, limits::ACKNOWLEDGED_READ_MAX, target::TargetPolicy};
use futures::future::join_all;
use server::delivery::{Guard, Sender, Sent, Timeouts};

use crate::{
    hostile::{CASES, Case, Ends, Hostile},
    job::job,
};

const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(2),
    attempt: Duration::from_secs(3),
    idle: Duration::from_secs(60),
};
/// How exact a timeout is.
const EXACTNESS: f64 = 0.1;

fn sender() -> Sender {
    let allowed = vec!["127.0.0.0/8".parse().unwrap()];
    let guard = Guard::new(TargetPolicy { allowed, allow_http: false }, None).unwrap();
    Sender::with_timeouts(Arc::new(guard), TIMEOUTS)
}

async fn send(sender: &Sender, case: Case, receiver: &Hostile) -> Sent {
    let (route, due) = job(&format!("{}://127.0.0.1:{}/", case.1, receiver.port));
    sender.send(&route, &due, due.event_time).await
}

/// As it stands in an attempt: the status, or the class where none came.
fn outcome_word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered { status, .. } => status.to_string(),
        Outcome::Broken(class) => class.as_str().to_owned(),
    }
}

pub(crate) fn assert_in_time(name: &str, ends: Ends, took: Duration, timeouts: &Timeouts) {
    let limit = match ends {
        Ends::AtOnce => {
            assert!(took < timeouts.connect, "{name} took {took:?}");
            return;
        }
        Ends::WithConnectTimeout => timeouts.connect,
        Ends::WithAttemptTimeout => timeouts.attempt,
        Ends::Acknowledged => ACKNOWLEDGED_READ_MAX,
    };
    let within = limit..=limit + limit.max(timeouts.connect).mul_f64(EXACTNESS);
    assert!(within.contains(&took), "{name} took {took:?}, not {limit:?} to 10 %");
}

async fn try_one(sender: &Sender, case: Case, elsewhere: &str) {
    let receiver = Hostile::start(case.2, elsewhere).await;
    let sent = send(sender, case, &receiver).await;
    assert_eq!(outcome_word(&sent.outcome), case.4, "{}: {sent:?}", case.0);
    assert_in_time(case.0, case.3, sent.duration, &TIMEOUTS);
    assert!(receiver.connections() <= 1, "{} was called {} times", case.0, receiver.connections());
}

#[tokio::test]
async fn an_attempt_against_any_of_them_ends_with_its_class_and_in_its_time() {
    let sender = sender();
    // Those that only wait do so together; those that keep the machine busy come one after the other.
    let (busy, idle): (Vec<Case>, Vec<Case>) = CASES.into_iter().partition(|case| case.3 == Ends::AtOnce);
    join_all(idle.into_iter().map(|case| try_one(&sender, case, ""))).await;
    for case in busy {
        try_one(&sender, case, "").await;
    }
}

#[tokio::test]
async fn a_redirect_to_a_forbidden_address_is_not_followed() {
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let canary_url = format!("http://{}/", canary.local_addr().unwrap());
    let sender = sender();
    for case in CASES.into_iter().filter(|case| case.0.starts_with("redirect")) {
        for elsewhere in [&canary_url, "http://169.254.169.254/latest/meta-data/"] {
            try_one(&sender, case, elsewhere).await;
        }
    }
    assert!(canary.accept().is_err(), "the redirect was followed");
}
