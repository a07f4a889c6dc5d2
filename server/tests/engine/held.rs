//! What was held: released or discarded, by choice.

use serde_json::json;

use crate::{
    WEBHOOKS, disabled_with,
    support::{Receiver, TestHerald},
};

#[tokio::test]
async fn what_was_held_is_released_once_the_webhook_is_enabled() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = disabled_with(&admin, &receiver, 3).await;
    let path = format!("{WEBHOOKS}/{webhook}");
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
    let webhook = disabled_with(&admin, &receiver, 2).await;
    let path = format!("{WEBHOOKS}/{webhook}");
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
