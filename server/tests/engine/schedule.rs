//! What becomes of deliveries: held, tried again by the schedule, given up, cancelled. The clock is given.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Client, Receiver, TestHerald};

const WEBHOOKS: &str = "/api/organizations/parallelworks/webhooks";

async fn webhook(admin: &Client, name: &str, url: &str, enabled: bool) -> Value {
    let body = json!({ "name": name, "type": "USER_LOGIN", "url": url, "enabled": enabled });
    admin.post(WEBHOOKS, body).await.ok()
}

async fn statuses(admin: &Client, name: &str) -> Vec<String> {
    let page = admin.get(&format!("{WEBHOOKS}/{name}/deliveries")).await.ok();
    let deliveries = page["deliveries"].as_array().unwrap().clone();
    deliveries.iter().map(|delivery| delivery["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_whole_schedule_is_ten_attempts_of_one_message_and_then_it_has_failed() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let body = json!({ "name": "down", "type": "USER_DISABLED", "url": receiver.url("/"), "enabled": true });
    admin.post(WEBHOOKS, body).await.ok();
    receiver.answer_with(500);
    admin.create_user("leaver").await;
    let path = "/api/organizations/parallelworks/users/leaver/active";
    assert_eq!(admin.put(path, json!({ "active": false })).await.status, 204);
    let first = receiver.next().await;
    for (made, seconds) in (1..).zip([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400_u64]) {
        // Days pass on the given clock, and sessions end.
        let admin = herald.client().log_in_admin().await;
        let waiting = admin.until_delivery("down", |delivery| delivery["attempts"] == made).await;
        assert_eq!(waiting["status"], "pending");
        let due = herald.clock.now() + Duration::from_secs(seconds);
        assert_eq!(waiting["nextAttemptAt"], due.to_string(), "after attempt {made}");
        herald.clock.advance(Duration::from_secs(seconds));
        let next = receiver.next().await;
        assert_eq!(next.header("herald-attempt"), (made + 1).to_string());
        assert_eq!((next.header("webhook-id"), &next.body), (first.header("webhook-id"), &first.body));
    }
    let admin = herald.client().log_in_admin().await;
    let failed = admin.until_delivery("down", |delivery| delivery["attempts"] == 10).await;
    assert_eq!((&failed["status"], &failed["nextAttemptAt"]), (&json!("failed"), &Value::Null));
    assert_eq!(receiver.received().len(), 10);
    herald.stop().await;
}

#[tokio::test]
async fn a_success_ends_the_schedule() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    webhook(&admin, "shaky", &receiver.url("/"), true).await;
    receiver.answer_with(503);
    admin.log_in_admin().await;
    receiver.next().await;
    admin.until_delivery("shaky", |delivery| delivery["attempts"] == 1).await;
    receiver.answer_with(204);
    herald.clock.advance(Duration::from_secs(5));
    receiver.next().await;
    let delivered = admin.until_delivery("shaky", |delivery| delivery["attempts"] == 2).await;
    assert_eq!(delivered["status"], "delivered");
    assert_eq!(delivered["deliveredAt"], herald.clock.now().to_string());
    herald.stop().await;
}

#[tokio::test]
async fn what_happens_while_a_webhook_is_disabled_is_held_and_stays_held() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let (off, on) = (Receiver::start().await, Receiver::start().await);
    webhook(&admin, "off", &off.url("/"), false).await;
    webhook(&admin, "on", &on.url("/"), true).await;
    admin.log_in_admin().await;
    on.next().await;
    assert_eq!(statuses(&admin, "off").await, ["held"]);
    admin.patch(&format!("{WEBHOOKS}/off"), json!({ "enabled": true })).await.ok();
    admin.log_in_admin().await;
    let sent = off.next().await;
    on.next().await;
    assert_eq!(sent.header("herald-attempt"), "1");
    admin.until_delivery("off", |delivery| delivery["status"] == "delivered").await;
    assert_eq!(statuses(&admin, "off").await, ["delivered", "held"]);
    assert_eq!(off.received().len(), 1);
    herald.stop().await;
}

#[tokio::test]
async fn disabling_holds_what_is_pending_and_deleting_cancels_it() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    webhook(&admin, "disabled", &receiver.url("/"), true).await;
    webhook(&admin, "deleted", &receiver.url("/"), true).await;
    admin.log_in_admin().await;
    for name in ["disabled", "deleted"] {
        admin.until_delivery(name, |delivery| delivery["attempts"] == 1).await;
    }
    admin.patch(&format!("{WEBHOOKS}/disabled"), json!({ "enabled": false })).await.ok();
    assert_eq!(statuses(&admin, "disabled").await, ["held"]);
    assert_eq!(admin.delete(&format!("{WEBHOOKS}/deleted"), json!({})).await.status, 204);
    assert_eq!(admin.get(&format!("{WEBHOOKS}/deleted/deliveries")).await.status, 404);

    // Long after the next attempts would have been due, a new webhook's delivery is the only one that comes.
    let seen = receiver.received().len();
    herald.clock.advance(Duration::from_secs(3_600));
    webhook(&admin, "fresh", &receiver.url("/fresh"), true).await;
    admin.log_in_admin().await;
    admin.until_delivery("fresh", |delivery| delivery["attempts"] == 1).await;
    let later: Vec<String> = receiver.received()[seen..].iter().map(|request| request.path.clone()).collect();
    assert_eq!(later, ["/fresh"]);
    herald.stop().await;
}

#[tokio::test]
async fn gone_disables_the_webhook_and_holds_the_rest() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    webhook(&admin, "gone", &receiver.url("/"), true).await;
    receiver.answer_with(410);
    admin.log_in_admin().await;
    admin.until_delivery("gone", |delivery| delivery["status"] == "failed").await;
    let webhooks = admin.get(WEBHOOKS).await.ok();
    assert_eq!(webhooks[0]["enabled"], false);
    admin.log_in_admin().await;
    assert_eq!(statuses(&admin, "gone").await, ["held", "failed"]);
    assert_eq!(receiver.received().len(), 1);
    herald.stop().await;
}

#[tokio::test]
async fn an_edited_url_counts_for_what_is_pending_and_the_body_stays() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let (old, new) = (Receiver::start().await, Receiver::start().await);
    webhook(&admin, "moving", &old.url("/"), true).await;
    old.answer_with(500);
    admin.log_in_admin().await;
    let first = old.next().await;
    admin.until_delivery("moving", |delivery| delivery["attempts"] == 1).await;
    let edit = json!({ "url": new.url("/new"), "name": "moved" });
    admin.patch(&format!("{WEBHOOKS}/moving"), edit).await.ok();
    herald.clock.advance(Duration::from_secs(5));
    let second = new.next().await;
    assert_eq!(second.body, first.body, "what is made does not change, the old name included");
    assert_eq!(second.header("webhook-id"), first.header("webhook-id"));
    assert_eq!(old.received().len(), 1);
    herald.stop().await;
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    webhook(&admin, "redirecting", &receiver.url("/"), true).await;
    receiver.answer_with(302);
    admin.log_in_admin().await;
    let waiting = admin.until_delivery("redirecting", |delivery| delivery["attempts"] == 1).await;
    assert_eq!(waiting["status"], "pending");
    assert_eq!(receiver.received().len(), 1);
    herald.stop().await;
}
