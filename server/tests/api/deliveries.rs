//! The deliveries of a webhook.

use std::time::Duration;

use domain::limits::PAGE_ROWS;
use serde_json::{Value, json};

use crate::{
    assert_id, assert_members, assert_problem,
    support::{Client, Receiver, TestHerald},
    webhooks::PATH,
};

#[tokio::test]
async fn a_held_delivery_is_listed_as_it_is() {
    let herald = TestHerald::start().await;
    let (admin, webhook) = with_held_deliveries(&herald, 1).await;
    let answer = admin.get(&path(&webhook)).await.ok();
    assert_members(&answer, &["deliveries"]);
    let delivery = &answer["deliveries"][0];
    assert_members(
        delivery,
        &["id", "eventId", "type", "webhookId", "status", "test", "attempts", "createdAt"],
    );
    assert_id(&delivery["id"]);
    assert_id(&delivery["eventId"]);
    assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("held"), &json!(0)));
    assert_eq!((&delivery["type"], &delivery["test"]), (&json!("USER_REMOVED_FROM_GROUP"), &json!(false)));
    assert_eq!((&delivery["webhookId"], &delivery["createdAt"]), (&webhook["id"], &herald_now(&herald)));
    herald.stop().await;
}

#[tokio::test]
async fn the_cursor_leads_through_all_of_them_newest_first() {
    let herald = TestHerald::start().await;
    let (admin, webhook) = with_held_deliveries(&herald, PAGE_ROWS + 3).await;
    let first = admin.get(&path(&webhook)).await.ok();
    let cursor = first["nextCursor"].as_str().expect("there is more").to_owned();
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("cursor", &cursor).finish();
    let rest = admin.get(&format!("{}?{query}", path(&webhook))).await.ok();
    assert_members(&rest, &["deliveries"]);
    let mut all: Vec<Value> = first["deliveries"].as_array().expect("a list").clone();
    assert_eq!(all.len(), PAGE_ROWS);
    all.extend(rest["deliveries"].as_array().expect("a list").clone());
    assert_eq!(all.len(), PAGE_ROWS + 3);
    let times: Vec<&str> = all.iter().map(|one| one["createdAt"].as_str().expect("a time")).collect();
    assert!(times.is_sorted_by(|newer, older| newer > older), "{times:?}");
    herald.stop().await;
}

#[tokio::test]
async fn a_cursor_that_nobody_gave_out_is_refused() {
    let herald = TestHerald::start().await;
    let (admin, webhook) = with_held_deliveries(&herald, 0).await;
    assert_eq!(admin.get(&path(&webhook)).await.ok(), json!({ "deliveries": [] }));
    let answer = admin.get(&format!("{}?cursor=yesterday", path(&webhook))).await;
    assert_problem(&answer, 422, &["#/cursor"]);
    herald.stop().await;
}

/// A disabled webhook, and as many removals from a group, a second apart.
async fn with_held_deliveries(herald: &TestHerald, count: usize) -> (Client, Value) {
    let admin = herald.first_admin().await;
    let webhook = admin.create_webhook("USER_REMOVED_FROM_GROUP", "http://127.0.0.1:1024/").await;
    admin.patch(&webhook_path(&webhook), json!({ "enabled": false })).await.ok();
    admin.create_group("parallelworks", "crew", &[]).await;
    for _ in 0..count {
        herald.clock.advance(std::time::Duration::from_secs(1));
        admin.add_member("parallelworks", "crew", "admin").await;
        admin.remove_member("parallelworks", "crew", "admin").await;
    }
    (admin, webhook)
}

fn webhook_path(webhook: &Value) -> String {
    format!("{PATH}/{}", webhook["name"].as_str().expect("a name"))
}

fn path(webhook: &Value) -> String {
    format!("{}/deliveries", webhook_path(webhook))
}

fn herald_now(herald: &TestHerald) -> Value {
    json!(herald.clock.now().to_string())
}

#[tokio::test]
async fn filters_choose_and_unknown_ones_are_named() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let (name, list) = (webhook["name"].as_str().unwrap(), path(&webhook));
    admin.publish_login("early").await;
    admin.until_delivery(name, |delivery| delivery["status"] == "delivered").await;
    receiver.answer_with(500);
    herald.clock.advance(Duration::from_secs(60));
    let later = herald.clock.now();
    admin.publish_login("late").await;
    admin.until_delivery(name, |delivery| delivery["attempts"] == 1).await;
    for (query, count) in [
        ("status=delivered".to_owned(), 1),
        ("status=pending".to_owned(), 1),
        ("status=failed".to_owned(), 0),
        ("type=USER_LOGIN&limit=1".to_owned(), 1),
        ("type=USER_CREATED".to_owned(), 0),
        (format!("from={later}"), 1),
        (format!("to={later}"), 1),
        (format!("from={later}&status=delivered"), 0),
    ] {
        let answer = admin.get(&format!("{list}?{query}")).await.ok();
        assert_eq!(answer["deliveries"].as_array().unwrap().len(), count, "{query}: {answer}");
    }
    for (query, pointer) in [
        ("status=lost", "#/status"),
        ("type=USER_PROMOTED", "#/type"),
        ("from=yesterday", "#/from"),
        ("to=1", "#/to"),
        ("limit=0", "#/limit"),
        ("limit=1001", "#/limit"),
        ("state=failed", "#/state"),
    ] {
        assert_problem(&admin.get(&format!("{list}?{query}")).await, 422, &[pointer]);
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let one = admin.create_webhook("USER_LOGIN", "http://127.0.0.1:1024/").await;
    let other = admin.create_webhook("USER_LOGIN", "http://127.0.0.1:1024/").await;
    admin.publish_logins(3).await;
    let page = admin.get(&format!("{}?limit=2", path(&one))).await.ok();
    let cursor = page["nextCursor"].as_str().expect("there is more");
    let rest = admin.get(&format!("{}?limit=2&cursor={cursor}", path(&one))).await.ok();
    assert_eq!(rest["deliveries"].as_array().unwrap().len(), 1);
    let foreign = admin.get(&format!("{}?cursor={cursor}", path(&other))).await;
    assert_problem(&foreign, 422, &["#/cursor"]);
    herald.stop().await;
}

#[tokio::test]
async fn one_delivery_shows_what_was_sent_and_what_came_back() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let webhook = admin.create_webhook("USER_LOGIN", &receiver.url("/in?x=1")).await;
    admin.publish_login("demo").await;
    let got = receiver.next().await;
    let name = webhook["name"].as_str().unwrap();
    let listed = admin.until_delivery(name, |delivery| delivery["attempts"] == 1).await;
    let path = format!("/api/organizations/parallelworks/deliveries/{}", got.header("webhook-id"));
    let one = admin.get(&path).await.ok();
    assert_eq!(one["id"], listed["id"]);
    assert_eq!(one["body"].as_str().unwrap().as_bytes(), got.body);
    let attempt = &one["attempts"][0];
    assert_members(
        attempt,
        &[
            "number",
            "trigger",
            "startedAt",
            "durationMs",
            "status",
            "errorClass",
            "errorText",
            "request",
            "response",
        ],
    );
    assert_eq!((&attempt["number"], &attempt["trigger"]), (&json!(1), &json!("scheduled")));
    assert_eq!((&attempt["status"], &attempt["errorClass"]), (&json!(500), &json!("status")));
    let request = &attempt["request"];
    assert_eq!((&request["method"], &request["url"]), (&json!("POST"), &json!(receiver.url("/in?x=1"))));
    for (header, value) in request["headers"].as_object().unwrap() {
        assert_eq!(got.header(header), value.as_str().unwrap(), "{header}");
    }
    let sent: Vec<&str> = got.headers.keys().map(|name| name.as_str()).collect();
    for header in sent.iter().filter(|name| !["host", "accept", "content-length"].contains(name)) {
        assert!(request["headers"].get(header).is_some(), "{header} was sent and is not shown");
    }
    assert_members(&attempt["response"], &["headers", "body", "truncated"]);
    for wrong in ["000000000000000000000000", "x", &"é".repeat(12)] {
        let answer = admin.get(&format!("/api/organizations/parallelworks/deliveries/{wrong}")).await;
        assert_problem(&answer, 404, &[]);
    }
    herald.stop().await;
}
