//! Publishing events.

use domain::limits::{BATCH_EVENTS_MAX, REQUEST_BODY_BYTES_MAX};
use futures::future::join_all;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::{
    assert_id, assert_members, assert_problem,
    support::{Answer, Client, ORGANIZATION, Receiver, TestHerald, login_event},
};

const PATH: &str = "/api/organizations/parallelworks/webhook-events";

/// To be sent with a body of JSON.
fn publishing(client: &Client, path: &str) -> RequestBuilder {
    client.request("POST", path).header("content-type", "application/json")
}

async fn publish_with_key(client: &Client, key: &str, event: &Value) -> Answer {
    let request = publishing(client, PATH).header("idempotency-key", key).body(event.to_string());
    Client::answer(request).await
}

fn payload(extra: &[(&str, Value)]) -> Value {
    let mut payload = login_event("demo")["payload"].clone();
    for (name, value) in extra {
        payload[*name] = value.clone();
    }
    payload
}

#[tokio::test]
async fn a_published_event_of_each_type_is_delivered_as_it_was_given() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for (event_type, extra) in [
        ("USER_CREATED", vec![("remainingSeats", json!(5))]),
        ("USER_CREATED", vec![("remainingSeats", Value::Null)]),
        ("USER_DISABLED", vec![]),
        ("USER_REMOVED_FROM_GROUP", vec![("groupName", json!("Demo-Group"))]),
        ("USER_LOGIN", vec![]),
    ] {
        let receiver = Receiver::start().await;
        let webhook = admin.create_webhook(event_type, &receiver.url("/")).await;
        let event = json!({ "type": event_type, "payload": payload(&extra) });
        let answer = admin.post(PATH, event.clone()).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        assert_members(&answer.json, &["id", "type", "deliveries"]);
        assert_id(&answer.json["id"]);
        assert_eq!(answer.json["type"], event_type);
        let got = receiver.next().await;
        assert_eq!(got.header("herald-event-id"), answer.json["id"]);
        assert_eq!((&got.json()["payload"], &got.json()["type"]), (&event["payload"], &event["type"]));
        let path =
            format!("/api/organizations/{ORGANIZATION}/webhooks/{}", webhook["name"].as_str().unwrap());
        admin.delete(&path, Value::Null).await;
    }
    herald.stop().await;
}

#[tokio::test]
async fn an_event_that_no_webhook_wants_is_stored_and_told_to_nobody() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let answer = admin.post(PATH, login_event("demo")).await;
    assert_eq!((answer.status, &answer.json["deliveries"]), (202, &json!(0)));
    herald.stop().await;
}

#[tokio::test]
async fn a_key_that_comes_again_answers_the_first_event() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let first = publish_with_key(&admin, "k-1", &login_event("demo")).await;
    assert_eq!((first.status, &first.json["deliveries"]), (202, &json!(1)));
    let again = publish_with_key(&admin, "k-1", &login_event("demo")).await;
    assert_eq!((again.status, &again.json), (200, &first.json));
    let spelt = r#" {"payload": {"organization":"parallelworks","userId":"653c787c8e048caa7cb4e554",
        "email":"demo@parallelworks.com", "username":"\u0064emo"}, "type":"USER_LOGIN"} "#;
    let request = publishing(&admin, PATH).header("idempotency-key", "k-1").body(spelt);
    assert_eq!(Client::answer(request).await.status, 200, "the same event, spelt otherwise");
    let other = publish_with_key(&admin, "k-1", &login_event("other")).await;
    assert_problem(&other, 409, &[]);
    assert_eq!(publish_with_key(&admin, "k-2", &login_event("demo")).await.status, 202);

    admin.create_organization("acme").await;
    let elsewhere = publishing(&admin, "/api/organizations/acme/webhook-events");
    let elsewhere = elsewhere.header("idempotency-key", "k-1").body(login_event("other").to_string());
    assert_eq!(Client::answer(elsewhere).await.status, 202, "a key belongs to its organization");
    receiver.next().await;
    receiver.next().await;
    assert_eq!(receiver.received().len(), 2);
    herald.stop().await;
}

#[tokio::test]
async fn twenty_requests_with_one_key_at_once_are_one_event() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_webhook("USER_LOGIN", "http://127.0.0.1:1024/").await;
    let event = login_event("demo");
    let answers = join_all((0..20).map(|_| publish_with_key(&admin, "once", &event))).await;
    let accepted = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(accepted, 1);
    assert!(answers.iter().all(|answer| answer.json["id"] == answers[0].json["id"]));
    herald.stop().await;
}

#[tokio::test]
async fn in_a_batch_each_event_has_its_own_result() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let keyed = |username: &str, key: &str| {
        let mut event = login_event(username);
        event["idempotencyKey"] = key.into();
        event
    };
    let batch = json!([
        login_event("one"),
        { "type": "USER_LOGIN", "payload": payload(&[("email", json!(7))]) },
        keyed("two", "k"),
        keyed("two", "k"),
        keyed("three", "k"),
        7,
        { "type": "USER_PROMOTED", "payload": {} },
    ]);
    let answer = admin.post(PATH, batch).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let results = answer.json.as_array().expect("a list").clone();
    let statuses: Vec<u64> = results.iter().map(|result| result["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [202, 422, 202, 200, 409, 400, 422]);
    assert_members(&results[0], &["status", "id", "type", "deliveries"]);
    assert_eq!(results[1]["errors"][0]["pointer"], "#/payload/email");
    assert_eq!(results[2]["id"], results[3]["id"]);
    assert_eq!(results[6]["errors"][0]["pointer"], "#/type");
    let names =
        [receiver.next().await, receiver.next().await].map(|got| got.json()["payload"]["username"].clone());
    assert!(names.contains(&json!("one")) && names.contains(&json!("two")), "{names:?}");
    herald.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_an_event_is_pointed_at() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let event = |payload: Value| json!({ "type": "USER_LOGIN", "payload": payload });
    for (event, pointers) in [
        (json!({}), &["#/type"][..]),
        (json!({ "type": 1 }), &["#/type"]),
        (json!({ "type": "USER_LOGIN" }), &["#/payload"]),
        (event(json!(null)), &["#/payload"]),
        (event(json!([])), &["#/payload"]),
        (
            event(json!({})),
            &["#/payload/username", "#/payload/email", "#/payload/userId", "#/payload/organization"],
        ),
        (event(payload(&[("username", Value::Null)])), &["#/payload/username"]),
        (event(payload(&[("email", json!(["a"]))])), &["#/payload/email"]),
        (event(payload(&[("userId", json!("653C787C8E048CAA7CB4E554"))])), &["#/payload/userId"]),
        (event(payload(&[("groupName", json!("g"))])), &["#/payload/groupName"]),
        (event(payload(&[("a/b", json!(1))])), &["#/payload/a~1b"]),
        (json!({ "type": "USER_LOGIN", "payload": payload(&[]), "id": "x" }), &["#/id"]),
        // What is ignored elsewhere would be lost here: an event is sent on.
        (json!({ "type": "USER_LOGIN", "payload": payload(&[]), "organization": "x" }), &["#/organization"]),
        (
            event(payload(&[("uid", json!(1)), ("previews", json!([]))])),
            &["#/payload/previews", "#/payload/uid"],
        ),
        (
            json!({ "type": "USER_CREATED", "payload": payload(&[("remainingSeats", json!(-1))]) }),
            &["#/payload/remainingSeats"],
        ),
        (json!({ "type": "USER_CREATED", "payload": payload(&[]) }), &["#/payload/remainingSeats"]),
        (json!({ "type": "USER_REMOVED_FROM_GROUP", "payload": payload(&[]) }), &["#/payload/groupName"]),
    ] {
        assert_problem(&admin.post(PATH, event).await, 422, pointers);
    }
    let twice = r#"{"type":"USER_LOGIN","payload":{"username":"a","username":"b"}}"#;
    assert_problem(&admin.send("POST", PATH, twice).await, 422, &["#/payload"]);
    for key in ["", &"k".repeat(256)] {
        assert_problem(
            &publish_with_key(&admin, key, &login_event("demo")).await,
            422,
            &["#/Idempotency-Key"],
        );
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_not_taken_for_none() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let keyed = |keys: &[&[u8]], event: &Value| {
        let request = publishing(&admin, PATH).body(event.to_string());
        let request = keys.iter().fold(request, |request, key| request.header("idempotency-key", *key));
        Client::answer(request)
    };
    for event in [login_event("demo"), json!([login_event("demo")])] {
        for keys in [&["schlüssel".as_bytes()][..], &[b"\xff"], &[b"a\tb"], &[b"k", b"k"], &[b"k", b"other"]]
        {
            assert_problem(&keyed(keys, &event).await, 422, &["#/Idempotency-Key"]);
        }
    }
    assert_eq!(keyed(&[b"k"], &login_event("demo")).await.status, 202);
    herald.stop().await;
}

#[tokio::test]
async fn a_batch_has_bounds() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    assert_problem(&admin.post(PATH, json!([])).await, 400, &[]);
    let many: Vec<Value> = (0..=BATCH_EVENTS_MAX).map(|_| login_event("demo")).collect();
    assert_problem(&admin.post(PATH, json!(many)).await, 400, &[]);
    assert_eq!(admin.post(PATH, json!(many[1..])).await.status, 200);
    assert_problem(
        &publish_with_key(&admin, "k", &json!([login_event("demo")])).await,
        422,
        &["#/Idempotency-Key"],
    );

    let long = |bytes: usize| json!({ "type": "USER_LOGIN", "payload": payload(&[("email", json!("x".repeat(bytes)))]) });
    assert_problem(&admin.post(PATH, long(REQUEST_BODY_BYTES_MAX)).await, 413, &[]);
    let results = admin.post(PATH, json!([long(REQUEST_BODY_BYTES_MAX), long(200_000)])).await.ok();
    assert_eq!((&results[0]["status"], &results[1]["status"]), (&json!(413), &json!(202)));
    let too_much: Vec<Value> = (0..30).map(|_| long(200_000)).collect();
    assert_problem(&admin.post(PATH, json!(too_much)).await, 413, &[]);
    herald.stop().await;
}
