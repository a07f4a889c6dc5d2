//! Sending again: one, or all that match.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    WEBHOOKS, name,
    support::{Receiver, TestHerald},
};

fn delivery_path(id: &Value) -> String {
    format!("/api/organizations/parallelworks/deliveries/{}", id.as_str().unwrap())
}

#[tokio::test]
async fn a_redelivery_is_the_same_message_and_a_new_attempt() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    admin.publish_login("demo").await;
    let first = receiver.next().await;
    let delivered = admin.until_delivery(&webhook, |delivery| delivery["status"] == "delivered").await;
    let path = delivery_path(&delivered["id"]);
    let answer = admin.post(&format!("{path}/redeliver"), json!({})).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    assert_eq!(answer.json["id"], delivered["id"]);
    let second = receiver.next().await;
    assert_eq!(second.header("webhook-id"), first.header("webhook-id"));
    assert_eq!(second.body, first.body);
    assert_eq!(second.header("herald-attempt"), "2");
    admin
        .until_delivery(&webhook, |delivery| delivery["status"] == "delivered" && delivery["attempts"] == 2)
        .await;
    let one = admin.get(&path).await.ok();
    assert_eq!([&one["attempts"][0]["trigger"], &one["attempts"][1]["trigger"]], ["scheduled", "manual"]);
    herald.stop().await;
}

#[tokio::test]
async fn a_redelivery_begins_the_schedule_anew() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    admin.publish_login("demo").await;
    admin.until_delivery(&webhook, |delivery| delivery["attempts"] == 1).await;
    herald.clock.advance(Duration::from_secs(5));
    let waiting = admin.until_delivery(&webhook, |delivery| delivery["attempts"] == 2).await;
    assert_eq!(waiting["nextAttemptAt"], (herald.clock.now() + Duration::from_secs(300)).to_string());
    admin.post(&format!("{}/redeliver", delivery_path(&waiting["id"])), json!({})).await.ok();
    let waiting = admin.until_delivery(&webhook, |delivery| delivery["attempts"] == 3).await;
    assert_eq!(waiting["nextAttemptAt"], (herald.clock.now() + Duration::from_secs(5)).to_string());
    let one = admin.get(&delivery_path(&waiting["id"])).await.ok();
    assert_eq!(one["attempts"][2]["trigger"], "manual");
    herald.clock.advance(Duration::from_secs(5));
    let waiting = admin.until_delivery(&webhook, |delivery| delivery["attempts"] == 4).await;
    let one = admin.get(&delivery_path(&waiting["id"])).await.ok();
    assert_eq!(one["attempts"][3]["trigger"], "scheduled");
    herald.stop().await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_redelivered() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    admin.publish_login("demo").await;
    let delivered = admin.until_delivery(&webhook, |delivery| delivery["status"] == "delivered").await;
    let again = format!("{}/redeliver", delivery_path(&delivered["id"]));
    admin.patch(&format!("{WEBHOOKS}/{webhook}"), json!({ "enabled": false })).await.ok();
    let disabled = admin.post(&again, json!({})).await;
    assert_eq!(disabled.status, 409, "{}", disabled.text);
    let many = admin.post(&format!("{WEBHOOKS}/{webhook}/redeliver"), json!({ "status": "delivered" })).await;
    assert_eq!(many.status, 409, "{}", many.text);
    admin.delete(&format!("{WEBHOOKS}/{webhook}"), Value::Null).await;
    let deleted = admin.post(&again, json!({})).await;
    assert_eq!(deleted.status, 409, "{}", deleted.text);
    assert!(deleted.json["detail"].as_str().unwrap().contains("deleted"));
    assert_eq!(receiver.received().len(), 1);
    herald.stop().await;
}

#[tokio::test]
async fn all_that_failed_are_counted_first_and_then_sent_again() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    admin.publish_logins(2).await;
    admin.until_count(&webhook, "delivered", 2).await;
    herald.clock.advance(Duration::from_secs(10));
    let since = herald.clock.now();
    admin.publish_logins(3).await;
    admin.until_count(&webhook, "delivered", 5).await;

    let path = format!("{WEBHOOKS}/{webhook}/redeliver");
    for (body, matched) in [
        (json!({}), 0),
        (json!({ "status": "delivered" }), 5),
        (json!({ "since": since }), 3),
        (json!({ "since": since, "status": "failed" }), 0),
    ] {
        let mut dry = body.clone();
        dry["dryRun"] = true.into();
        let counted = admin.post(&path, dry).await;
        assert_eq!((counted.status, &counted.json), (200, &json!({ "matched": matched })), "{body}");
    }
    let begun = admin.post(&path, json!({ "since": since })).await;
    assert_eq!((begun.status, &begun.json["matched"]), (202, &json!(3)));
    let job = admin.until_job(&begun.json["job"]).await;
    assert_eq!(
        (&job["status"], &job["done"], &job["action"]),
        (&json!("done"), &json!(3), &json!("redeliver"))
    );
    for _ in 0..8 {
        receiver.next().await;
    }
    admin.until_count(&webhook, "delivered", 5).await;
    for (body, pointer) in [
        (json!({ "since": "yesterday" }), "#/since"),
        (json!({ "status": "lost" }), "#/status"),
        (json!({ "status": "pending" }), "#/status"),
        (json!({ "status": "held" }), "#/status"),
        (json!({ "dryRun": 1 }), "#/dryRun"),
    ] {
        let answer = admin.post(&path, body).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]));
    }
    assert_eq!(receiver.received().len(), 8);
    herald.stop().await;
}
