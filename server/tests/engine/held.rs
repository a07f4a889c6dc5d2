//! What was held: released or discarded, by choice.

use serde_json::json;

use crate::{
    WEBHOOKS, name,
    support::{Receiver, TestHerald},
};

#[tokio::test]
async fn what_was_held_is_released_once_the_webhook_is_enabled() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    let path = format!("{WEBHOOKS}/{webhook}");
    admin.patch(&path, json!({ "enabled": false })).await.ok();
    admin.publish_logins(3).await;
    admin.until_count(&webhook, "held", 3).await;
    let early = admin.post(&format!("{path}/held"), json!({ "action": "release" })).await;
    assert_eq!(early.status, 409, "{}", early.text);
    admin.patch(&path, json!({ "enabled": true })).await.ok();
    let begun = admin.post(&format!("{path}/held"), json!({ "action": "release" })).await;
    assert_eq!((begun.status, &begun.json["matched"]), (202, &json!(3)));
    admin.until_job(&begun.json["job"]).await;
    for _ in 0..3 {
        assert_eq!(receiver.next().await.header("herald-attempt"), "1");
    }
    admin.until_count(&webhook, "delivered", 3).await;
    herald.stop().await;
}

#[tokio::test]
async fn what_was_held_is_discarded_and_never_sent() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    let path = format!("{WEBHOOKS}/{webhook}");
    admin.patch(&path, json!({ "enabled": false })).await.ok();
    admin.publish_logins(2).await;
    let begun = admin.post(&format!("{path}/held"), json!({ "action": "discard" })).await;
    assert_eq!((begun.status, &begun.json["matched"]), (202, &json!(2)));
    admin.until_job(&begun.json["job"]).await;
    admin.until_count(&webhook, "cancelled", 2).await;
    admin.patch(&path, json!({ "enabled": true })).await.ok();
    admin.publish_login("later").await;
    assert_eq!(receiver.next().await.json()["payload"]["username"], "later");
    assert_eq!(receiver.received().len(), 1);
    let wrong = admin.post(&format!("{path}/held"), json!({ "action": "send" })).await;
    assert_eq!((wrong.status, wrong.pointers()), (422, vec!["#/action"]));
    herald.stop().await;
}
