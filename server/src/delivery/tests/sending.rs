//! What goes out, and what is made of an answer.

use std::time::Duration;

use domain::{
    ErrorClass,
    limits::{RESPONSE_KEPT_BYTES_MAX, RESPONSE_READ_BYTES_MAX},
};

use super::{
    receiver::{Act, Receiver},
    *,
};

#[tokio::test]
async fn a_request_has_the_exact_body_its_headers_and_signatures_of_both_secrets() {
    let mut receiver = Receiver::answering("204 No Content").await;
    let sent = sender().send_job(&due(&receiver.url()), NOW).await;
    assert_eq!(sent.outcome, answered(204));
    assert_eq!(sent.error_text, None);

    let request = receiver.request().await;
    assert_eq!(request.line, "POST /hook?token=t HTTP/1.1");
    assert_eq!(request.body, BODY.as_bytes());
    assert!(request.verifies(&secret(1), NOW) && request.verifies(&secret(2), NOW));
    assert!(!request.verifies(&secret(3), NOW));
    for (name, value) in [
        ("host", receiver.address.to_string().as_str()),
        ("content-type", "application/json"),
        ("content-length", &BODY.len().to_string()),
        ("webhook-id", "66ec434e0000000000000001"),
        ("webhook-timestamp", "1795528931"),
        ("herald-event-id", "66ec434e0000000000000002"),
        ("herald-event-time", "2026-11-24T14:01:40.001Z"),
        ("herald-sequence", "42"),
        ("herald-attempt", "3"),
        ("user-agent", concat!("Herald/", env!("CARGO_PKG_VERSION"))),
    ] {
        assert_eq!(request.header(name), value, "{name}");
    }
    let others = request.headers.iter().map(|(name, _)| name.as_str());
    let others: Vec<&str> = others.filter(|name| matches!(*name, "accept-encoding" | "cookie")).collect();
    assert_eq!(others, [""; 0]);
}

#[tokio::test]
async fn an_answer_is_kept_with_its_headers() {
    let answer = "HTTP/1.1 200 OK\r\nx-request-id: r\u{e9}1\r\ncontent-length: 9\r\n\r\nThank \u{0}\u{e9}";
    let receiver = Receiver::start(Act::Answer(answer.into())).await;
    let sent = sender().send_job(&due(&receiver.url()), NOW).await;
    let response = sent.response.expect("an answer");
    assert_eq!(response.body, "Thank \u{fffd}\u{e9}");
    assert!(!response.truncated);
    assert!(response.headers.contains(&("x-request-id".into(), "r\u{e9}1".into())));
}

#[tokio::test]
async fn other_statuses_are_failures_in_words() {
    for (status_line, outcome, text) in [
        ("500 Whatever <b>", answered(500), "The receiver answered 500 Internal Server Error."),
        ("410 Gone", answered(410), "The receiver answered 410 Gone: it wants no more of these."),
        ("599 Own", answered(599), "The receiver answered 599."),
        (
            "503 Busy\r\nretry-after: 120",
            Outcome::Answered { status: 503, retry_after: Some(Duration::from_secs(120)) },
            "The receiver answered 503 Service Unavailable and asked to wait 120 s.",
        ),
        (
            "429 Slow\r\nretry-after: Tue, 24 Nov 2026 14:03:11 GMT",
            Outcome::Answered { status: 429, retry_after: Some(Duration::from_secs_f64(59.796)) },
            "The receiver answered 429 Too Many Requests and asked to wait 60 s.",
        ),
    ] {
        let receiver = Receiver::answering(status_line).await;
        let sent = sender().send_job(&due(&receiver.url()), NOW).await;
        assert_eq!(sent.outcome, outcome);
        assert_eq!(sent.error_text.as_deref(), Some(text));
        assert!(sent.response.is_some());
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mut canary = Receiver::answering("200 OK").await;
    for status in [301, 302, 303, 307, 308] {
        let head = format!("{status} Moved\r\nlocation: {}", canary.url());
        let receiver = Receiver::answering(&head).await;
        let sent = sender().send_job(&due(&receiver.url()), NOW).await;
        assert_eq!(sent.outcome.error_class(), Some(ErrorClass::Redirect));
        let text =
            format!("The receiver answered {status} and a redirect; Herald does not follow redirects.");
        assert_eq!(sent.error_text, Some(text));
    }
    assert!(canary.was_left_alone().await);
}

#[tokio::test]
async fn an_endless_answer_is_cut_and_its_connection_closed() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let mut receiver = Receiver::start(Act::Endless(head)).await;
    let sent = sender().send_job(&due(&receiver.url()), NOW).await;
    assert_eq!(sent.outcome, answered(200));
    let response = sent.response.expect("an answer");
    assert!(response.truncated);
    assert_eq!(response.body, "x".repeat(RESPONSE_KEPT_BYTES_MAX));
    let written = receiver.closed().await;
    assert!(written > RESPONSE_READ_BYTES_MAX, "{written} bytes");
    assert!(written < 16 * 1024 * 1024, "more than the sockets' buffers: {written} bytes");
}

#[tokio::test]
async fn an_answer_of_the_bound_is_read_to_its_end_and_kept_in_part() {
    let body = "y".repeat(RESPONSE_READ_BYTES_MAX);
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let receiver = Receiver::start(Act::Answer(answer.into_bytes())).await;
    let response = sender().send_job(&due(&receiver.url()), NOW).await.response.expect("an answer");
    assert!(response.truncated);
    assert_eq!(response.body.len(), RESPONSE_KEPT_BYTES_MAX);
}

#[tokio::test]
async fn a_2xx_whose_body_breaks_off_or_stalls_was_acknowledged() {
    let answer = b"HTTP/1.1 202 Accepted\r\ncontent-length: 10\r\n\r\nhalf".to_vec();
    for act in [Act::AnswerAndClose(answer.clone()), Act::Answer(answer)] {
        let receiver = Receiver::start(act).await;
        let sent = hasty_sender().send_job(&due(&receiver.url()), NOW).await;
        assert_eq!(sent.outcome, answered(202));
        assert_eq!(sent.error_text, None);
        let response = sent.response.expect("an answer");
        assert_eq!((response.body.as_str(), response.truncated), ("half", true));
    }
}

#[tokio::test]
async fn a_connection_serves_several_requests() {
    const SENDS: usize = 20;
    let mut receiver = Receiver::answering("200 OK").await;
    let sender = sender();
    let mut connections = std::collections::BTreeSet::new();
    for _ in 0..SENDS {
        assert_eq!(sender.send_job(&due(&receiver.url()), NOW).await.outcome, answered(200));
        connections.insert(receiver.request().await.connection);
    }
    // A connection can come back into the pool just after the next request has asked for one.
    assert!(connections.len() < SENDS / 2, "{connections:?}");
}
