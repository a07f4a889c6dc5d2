//! What waits while the master key is replaced.

use domain::{Secret, verify};
use serde_json::{Value, json};
use server::{
    clock::Clock,
    store::{ActedBy, KeySource, Store},
    vault::MasterKey,
};

use crate::{
    WEBHOOKS,
    support::{Receiver, TestHerald},
};

const EVENTS: &str = "/api/organizations/parallelworks/webhook-events";

async fn replace_key(folder: &std::path::Path) {
    let source = KeySource::File(folder.join("herald.db.key"));
    let store = Store::open(&folder.join("herald.db"), source.clone(), Clock::system()).await.unwrap();
    let done = store.replace_key(&source, &MasterKey::random(), ActedBy::command()).await.unwrap();
    store.close().await;
    assert_eq!(done.webhooks, 1);
    assert!(done.old_key_left.is_none());
}

#[tokio::test]
async fn what_is_pending_is_signed_by_the_same_secret_under_another_key() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let body = json!({
        "enabled": true, "name": "roster", "type": "USER_LOGIN", "url": receiver.url("/"),
        "headers": { "authorization": "Bearer hush" },
    });
    admin.post(WEBHOOKS, body).await.ok();
    admin.publish_login("demo").await;
    let first = receiver.next().await;
    admin.until_delivery("roster", |delivery| delivery["attempts"] == 1).await;
    let secret = admin.get(&format!("{WEBHOOKS}/roster/secret")).await.ok();
    let next = admin.get(EVENTS).await.ok()["next"].take();
    let later = herald.clock.now() + std::time::Duration::from_secs(60);

    let folder = herald.stop_keeping().await;
    let before = std::fs::read(folder.path().join("herald.db.key")).unwrap();
    replace_key(folder.path()).await;
    assert_ne!(std::fs::read(folder.path().join("herald.db.key")).unwrap(), before);
    receiver.answer_with(200);
    let herald = TestHerald::start_in(folder, later).await;
    let second = receiver.next().await;
    let admin = herald.client().log_in_admin().await;
    assert_eq!(admin.get(&format!("{WEBHOOKS}/roster/secret")).await.ok(), secret);
    let key = Secret::parse(secret["secret"].as_str().unwrap()).unwrap();
    let (id, timestamp) = (second.header("webhook-id"), second.header("webhook-timestamp"));
    assert!(verify(&key, id, timestamp, second.header("webhook-signature"), &second.body, later).is_ok());
    assert_eq!((second.header("webhook-id"), &second.body), (first.header("webhook-id"), &first.body));
    assert_eq!(second.header("authorization"), "Bearer hush");

    // Who has read the feed before goes on where they were.
    let page = admin.get(&format!("{EVENTS}?after={}", next.as_str().unwrap())).await.ok();
    let types: Vec<&Value> = page["events"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["USER_LOGIN"], "the log in of just now");
    let log = admin.get("/api/organizations/parallelworks/events?type=key:replace").await.ok();
    assert_eq!((&log["total"], &log["events"][0]["actor"]["type"]), (&json!(1), &json!("command")));
    herald.stop().await;
}
