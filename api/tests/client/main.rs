//! The functions as another program calls them: which server, which key, what is tried again, and what an error says.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

mod server;

use std::time::Duration;

use api::{
    Code,
    client::{CallError, Herald, Settings},
    events::{NewEvent, publish},
    session::read_session,
    webhooks::{set_webhook_enabled, test_webhook},
};
use domain::{EventType, OrganizationId, Scope, WebhookId, limits::CLIENT_RETRIES, sample_payload};
use server::{
    Answer::{self, Breaks, Hangs, Says},
    Server,
};
use tokio::net::TcpListener;

const ORGANIZATION: OrganizationId = OrganizationId::from_bytes([1; 12]);
const SCOPE: Scope = Scope::Organization(ORGANIZATION);
const WEBHOOK: WebhookId = WebhookId::from_bytes([2; 12]);

fn herald(server: &Server) -> Herald {
    Herald::new(&server.url, "pwt_a.b").expect("a client")
}

fn nobody() -> Answer {
    Says(200, "", "null".to_owned())
}

fn busy(retry_after: &'static str) -> Answer {
    let body = r#"{"code":"unavailable","status":503,"detail":"Try again."}"#;
    Says(503, retry_after, body.to_owned())
}

fn published() -> Answer {
    let body = r#"{"id":"66ec445884b4103f670d0c86","type":"USER_LOGIN","deliveries":1,"repeated":true}"#;
    Says(200, "", body.to_owned())
}

fn event() -> NewEvent {
    let payload = sample_payload(EventType::UserLogin, "acme");
    NewEvent { payload, idempotency_key: "row-7".to_owned() }
}

#[tokio::test]
async fn each_call_goes_to_its_own_server_with_its_own_key() {
    let (first, second) = (Server::start([nobody()]).await, Server::start([nobody()]).await);
    let of_first = Herald::new(&first.url, "pwt_first.key").expect("a client");
    let of_second = Herald::new(&second.url, "pwt_second.key").expect("a client");
    let calls = (0..8).map(|n| if n % 2 == 0 { of_first.clone() } else { of_second.clone() });
    let calls = calls.map(|herald| async move { herald.call(read_session()).await });
    for called in futures::future::join_all(calls).await {
        assert_eq!(called, Ok(None));
    }
    // A call inside another's scope is the inner one's.
    assert_eq!(of_first.call(async { Ok(of_second.call(read_session()).await) }).await, Ok(Ok(None)));
    for (server, count, key) in [(&first, 4, "pwt_first.key"), (&second, 5, "pwt_second.key")] {
        assert_eq!(server.asked().len(), count);
        for request in server.asked() {
            assert!(request.head.starts_with("post /fn/session/read http/1.1\r\n"), "{request:?}");
            assert!(request.head.contains(&format!("authorization: bearer {key}")), "{request:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_the_servers_problem() {
    let body = r##"{"type":"about:blank","code":"invalid_request","status":422,"detail":"Enter a URL.",
        "errors":[{"code":"required","detail":"Enter a URL.","pointer":"#/url"}]}"##;
    let server = Server::start([Says(422, "", body.to_owned())]).await;
    let Err(CallError::Refused(problem)) = herald(&server).call(read_session()).await else {
        panic!("not refused");
    };
    assert_eq!(
        (problem.code, problem.status, problem.errors[0].pointer.as_str()),
        (Code::InvalidRequest, 422, "#/url")
    );
    assert_eq!(server.asked().len(), 1, "what is wrong stays wrong");
}

#[tokio::test]
async fn what_only_reads_is_tried_again() {
    let limited = r#"{"code":"rate_limited","status":429,"detail":"Slower.","retry_after":0}"#;
    let answers = [busy("retry-after: 0\r\n"), Says(429, "", limited.to_owned()), Breaks, nobody()];
    let server = Server::start(answers).await;
    assert_eq!(herald(&server).call(read_session()).await, Ok(None));
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn an_event_is_sent_again_as_it_was_since_its_key_knows_it() {
    let server = Server::start([Breaks, busy("retry-after: 0\r\n"), published()]).await;
    let published = herald(&server).call(publish(ORGANIZATION, event())).await.expect("published");
    assert_eq!((published.deliveries, published.repeated), (1, true));
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked[0].body.contains(r#""idempotencyKey":"row-7""#), "{:?}", asked[0]);
    assert!(asked.iter().all(|request| *request == asked[0]));
}

#[tokio::test]
async fn what_may_be_done_once_only_is_sent_once() {
    let server = Server::start([busy("retry-after: 0\r\n"), Breaks]).await;
    let herald = herald(&server);
    let first = herald.call(set_webhook_enabled(SCOPE, WEBHOOK, true)).await;
    assert!(matches!(first, Err(CallError::Refused(problem)) if problem.code == Code::Unavailable));
    let second = herald.call(test_webhook(SCOPE, WEBHOOK)).await;
    assert!(matches!(second, Err(CallError::Interrupted(_))), "{second:?}");
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn retries_end_and_so_does_patience() {
    let server = Server::start([busy("retry-after: 0\r\n")]).await;
    let ended = herald(&server).call(read_session()).await.expect_err("refused");
    assert_eq!(ended.problem().map(|problem| problem.status), Some(503));
    assert_eq!(server.asked().len(), 1 + usize::try_from(CLIENT_RETRIES).unwrap());

    let later = Server::start([busy("retry-after: 3600\r\n")]).await;
    assert!(herald(&later).call(read_session()).await.is_err());
    assert_eq!(later.asked().len(), 1, "an hour is too long to wait");

    // The wait would end after the call's own time.
    let soon = Server::start([busy("retry-after: 9\r\n")]).await;
    let settings = Settings { timeout: Duration::from_secs(5), ..Settings::default() };
    let hurried = Herald::with(&soon.url, "pwt_a.b", settings).expect("a client");
    assert!(matches!(hurried.call(read_session()).await, Err(CallError::Refused(_))));
    assert_eq!(soon.asked().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_was_not_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let herald = Herald::new(&url, "pwt_a.b").expect("a client");
    let error = herald.call(set_webhook_enabled(SCOPE, WEBHOOK, true)).await.expect_err("nobody is there");
    assert!(matches!(&error, CallError::NotReached(reason) if reason.contains("refused")), "{error}");
}

#[tokio::test]
async fn a_call_ends_with_its_time() {
    let server = Server::start([Hangs]).await;
    let timeout = Duration::from_millis(50);
    let settings = Settings { timeout, ..Settings::default() };
    let herald = Herald::with(&server.url, "pwt_a.b", settings).expect("a client");
    assert_eq!(herald.call(read_session()).await, Err(CallError::TimedOut(timeout)));
}

#[tokio::test]
async fn what_is_no_answer_of_herald_is_told_apart() {
    let page = "<html>Bad gateway</html>".to_owned();
    for (answer, expected, quoted) in [
        (Says(502, "", page.clone()), 502, "Bad gateway"),
        (Says(200, "", page), 200, "expected value"),
        (Says(200, "", r#"{"user_id":7}"#.to_owned()), 200, "invalid type"),
        (Says(302, "location: https://evil.example/\r\n", String::new()), 302, "begins with"),
    ] {
        let server = Server::start([answer]).await;
        let error = herald(&server).call(read_session()).await.expect_err("no answer of Herald");
        let CallError::BadAnswer { status, detail } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(*status, expected);
        assert!(detail.contains(quoted), "{detail}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn outside_of_a_call_and_in_a_spawned_task_there_is_no_server() {
    let alone = read_session().await.map_err(CallError::from);
    assert!(matches!(&alone, Err(CallError::NotReached(why)) if why.contains("Herald::call")), "{alone:?}");
    let server = Server::start([nobody()]).await;
    let spawned = herald(&server).call(async { tokio::spawn(read_session()).await.expect("it ends") }).await;
    assert_eq!(spawned.map_err(|error| error.to_string()), alone.map_err(|error| error.to_string()));
    assert!(server.asked().is_empty());
}
