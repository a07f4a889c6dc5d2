//! What a receiver gets: the exact bytes and every header.

use std::time::Duration;

use domain::{Secret, SignatureFault, verify};
use serde_json::{Value, json};

use crate::{
    Told, sequence,
    support::{Client, PASSWORD, Received, Receiver, TestHerald},
    text,
};

const WEBHOOKS: &str = "/api/organizations/parallelworks/webhooks";

async fn webhook(admin: &Client, event_type: &str, name: &str, url: &str) -> Value {
    let body = json!({ "enabled": true, "name": name, "type": event_type, "url": url });
    admin.post(WEBHOOKS, body).await.ok()
}

async fn secret(admin: &Client, webhook: &Value) -> Secret {
    let path = format!("{WEBHOOKS}/{}/secret", text(&webhook["name"]));
    let answer = admin.get(&path).await.ok();
    Secret::parse(answer["secret"].as_str().unwrap()).expect("a secret as the standard has it")
}

fn check(secret: &Secret, herald: &TestHerald, request: &Received) -> Result<(), SignatureFault> {
    let [id, timestamp, signature] =
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| request.header(name));
    verify(secret, id, timestamp, signature, &request.body, herald.clock.now())
}

#[track_caller]
fn assert_body(request: &Received, expected: &str) {
    assert_eq!(std::str::from_utf8(&request.body).expect("UTF-8"), expected);
}

#[tokio::test]
async fn the_four_bodies_are_those_of_the_reference_to_the_byte() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let mut ids = Vec::new();
    for event_type in crate::TYPES {
        ids.push(text(
            &webhook(&admin, event_type, &format!("on {event_type}"), &receiver.url("/")).await["id"],
        ));
    }
    let [created, disabled, removed, login] = ids.as_slice() else { panic!("four webhooks") };
    admin.patch("/api/organizations/parallelworks/seats", json!({ "seats": 7 })).await.ok();
    let user = text(&admin.create_user("demo").await["id"]);
    admin.create_group("parallelworks", "Demo-Group", &[]).await;
    admin.add_member("parallelworks", "Demo-Group", "demo").await;

    admin.log_in("demo", PASSWORD).await;
    let mut first = [receiver.next().await, receiver.next().await];
    first.sort_by_key(sequence);
    assert_body(
        &first[0],
        &format!(
            r#"{{"type":"USER_CREATED","webhook":{{"id":"{created}","organization":"parallelworks","name":"on USER_CREATED"}},"payload":{{"username":"demo","email":"demo@parallelworks.com","userId":"{user}","organization":"parallelworks","remainingSeats":5}}}}"#
        ),
    );
    assert_body(
        &first[1],
        &format!(
            r#"{{"type":"USER_LOGIN","webhook":{{"id":"{login}","organization":"parallelworks","name":"on USER_LOGIN"}},"payload":{{"username":"demo","email":"demo@parallelworks.com","userId":"{user}","organization":"parallelworks"}}}}"#
        ),
    );
    admin.remove_member("parallelworks", "Demo-Group", "demo").await;
    assert_body(
        &receiver.next().await,
        &format!(
            r#"{{"type":"USER_REMOVED_FROM_GROUP","webhook":{{"id":"{removed}","organization":"parallelworks","name":"on USER_REMOVED_FROM_GROUP"}},"payload":{{"username":"demo","email":"demo@parallelworks.com","userId":"{user}","organization":"parallelworks","groupName":"Demo-Group"}}}}"#
        ),
    );
    admin.set_active("demo", false).await;
    assert_body(
        &receiver.next().await,
        &format!(
            r#"{{"type":"USER_DISABLED","webhook":{{"id":"{disabled}","organization":"parallelworks","name":"on USER_DISABLED"}},"payload":{{"username":"demo","email":"demo@parallelworks.com","userId":"{user}","organization":"parallelworks"}}}}"#
        ),
    );
}

#[tokio::test]
async fn names_are_sent_as_they_were_typed() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let hostile = r#"Ünïcode "},{" \u0000 <script> 🦀"#;
    let id = text(&webhook(&admin, "USER_REMOVED_FROM_GROUP", hostile, &receiver.url("/")).await["id"]);
    let user = text(&admin.create_user("demo").await["id"]);
    let created = admin.create_group("parallelworks", hostile, &[]).await;
    assert_eq!(created["name"], hostile);
    let mut path = url::Url::parse(&herald.url).unwrap();
    path.path_segments_mut().unwrap().extend([
        "api",
        "organizations",
        "parallelworks",
        "groups",
        hostile,
        "members",
    ]);
    for method in ["POST", "DELETE"] {
        let answer = admin.send(method, path.path(), json!({ "username": "demo" }).to_string()).await;
        assert!(matches!(answer.status, 200 | 204), "{method}: {}", answer.text);
    }
    let escaped = r#"Ünïcode \"},{\" \\u0000 <script> 🦀"#;
    assert_body(
        &receiver.next().await,
        &format!(
            r#"{{"type":"USER_REMOVED_FROM_GROUP","webhook":{{"id":"{id}","organization":"parallelworks","name":"{escaped}"}},"payload":{{"username":"demo","email":"demo@parallelworks.com","userId":"{user}","organization":"parallelworks","groupName":"{escaped}"}}}}"#
        ),
    );
}

#[tokio::test]
async fn every_header_is_there_and_the_signature_holds() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let made = webhook(&admin, "USER_LOGIN", "signed", &receiver.url("/in?a=b")).await;
    let other = webhook(&admin, "USER_LOGIN", "other", &receiver.url("/other")).await;
    let happened_at = herald.clock.now();
    // The signature's time is the attempt's, the event's its own.
    receiver.answer_with(500);
    admin.log_in_admin().await;
    let mut first = [receiver.next().await, receiver.next().await];
    first.sort_by_key(|request| request.path.clone());
    let request = &first[0];
    assert_eq!(request.path, "/in?a=b");

    let path = format!("{WEBHOOKS}/signed/deliveries");
    let delivery = &admin.get(&path).await.ok()["deliveries"][0];
    assert_eq!(request.header("webhook-id"), delivery["id"]);
    assert_eq!(request.header("herald-event-id"), delivery["eventId"]);
    assert_eq!(request.header("webhook-timestamp"), happened_at.unix_seconds().to_string());
    assert_eq!(request.header("herald-event-time"), happened_at.to_string());
    assert_eq!((request.header("herald-sequence"), request.header("herald-attempt")), ("3", "1"));
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("user-agent"), concat!("Herald/", env!("CARGO_PKG_VERSION")));
    assert_eq!(request.header("content-length"), request.body.len().to_string());
    let mut names: Vec<&str> = request.headers.keys().map(axum::http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "content-length",
            "content-type",
            "herald-attempt",
            "herald-event-id",
            "herald-event-time",
            "herald-sequence",
            "host",
            "user-agent",
            "webhook-id",
            "webhook-signature",
            "webhook-timestamp",
        ]
    );

    let own = secret(&admin, &made).await;
    assert_eq!(check(&own, &herald, request), Ok(()));
    let others = secret(&admin, &other).await;
    assert_eq!(
        check(&others, &herald, request),
        Err(SignatureFault::NoMatch),
        "each webhook has its own secret"
    );
    assert_eq!(check(&others, &herald, &first[1]), Ok(()));
}

#[tokio::test]
async fn a_later_attempt_is_signed_anew_and_the_event_keeps_its_time() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let made = webhook(&admin, "USER_LOGIN", "signed", &receiver.url("/")).await;
    let own = secret(&admin, &made).await;
    let happened_at = herald.clock.now();
    receiver.answer_with(503);
    admin.log_in_admin().await;
    let first = receiver.next().await;
    admin.until_delivery("signed", |delivery| delivery["attempts"] == 1).await;
    herald.clock.advance(Duration::from_secs(5));
    let second = receiver.next().await;

    assert_eq!(check(&own, &herald, &second), Ok(()));
    assert_eq!(second.header("webhook-timestamp"), herald.clock.now().unix_seconds().to_string());
    assert_eq!(second.header("herald-event-time"), happened_at.to_string());
    assert_eq!(second.header("herald-attempt"), "2");
    assert_ne!(second.header("webhook-signature"), first.header("webhook-signature"));
    for same in ["webhook-id", "herald-event-id", "herald-sequence"] {
        assert_eq!(second.header(same), first.header(same), "{same}");
    }
    assert_eq!(second.body, first.body);
}

#[tokio::test]
async fn two_webhooks_at_one_receiver_are_two_messages() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    for name in ["one", "two"] {
        webhook(&admin, "USER_LOGIN", name, &receiver.url("/same")).await;
    }
    admin.log_in_admin().await;
    let both = [receiver.next().await, receiver.next().await];
    assert_ne!(both[0].header("webhook-id"), both[1].header("webhook-id"));
    assert_eq!(both[0].header("herald-event-id"), both[1].header("herald-event-id"));
    assert_eq!(sequence(&both[0]), sequence(&both[1]));
    let mut names = both.map(|request| text(&request.json()["webhook"]["name"]));
    names.sort_unstable();
    assert_eq!(names, ["one", "two"]);
}

#[tokio::test]
async fn a_webhook_of_another_type_gets_nothing() {
    let told = Told::start().await;
    told.admin.create_user("newcomer").await;
    told.admin.log_in("newcomer", PASSWORD).await;
    for request in told.next(2).await {
        assert_eq!(
            request.path,
            format!("/{}", crate::kind(&request)),
            "each came to the webhook of its type"
        );
    }
    assert_eq!(told.deliveries().await, 2);
}
