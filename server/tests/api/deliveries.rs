//! The deliveries of a webhook.

use domain::limits::PAGE_ROWS;
use serde_json::{Value, json};

use crate::{
    assert_id, assert_members, assert_problem,
    support::{Client, TestHerald},
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
