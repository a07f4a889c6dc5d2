//! The breaker: a receiver that fails is left alone without burning attempts, and is found again by itself.

use std::time::Duration;

use serde_json::json;

use crate::{
    name,
    support::{Receiver, TestHerald},
};

#[tokio::test]
async fn a_failing_receiver_is_paused_and_probed_with_one_attempt_at_a_time() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    admin.publish_logins(50).await;
    admin.publish_login("last").await;
    // It begins with four places: at most three more are under way when the fifth failure pauses it.
    for _ in 0..5 {
        receiver.next().await;
    }
    // A webhook of its own shows that the engine has gone round: the pause holds.
    let other = Receiver::start().await;
    admin.create_webhook("USER_DISABLED", &other.url("/")).await;
    admin.create_user("leaver").await;
    let disable = "/api/organizations/parallelworks/users/leaver/active";
    admin.put(disable, json!({ "active": false })).await;
    other.next().await;
    let burnt = receiver.received().len();
    assert!((5..=8).contains(&burnt), "{burnt} attempts");
    let last = admin.until_delivery(&webhook, |delivery| delivery["status"] == "pending").await;
    assert_eq!(last["attempts"], 0, "no attempt was burnt");

    // The pause is 5 s, stretched by up to a fifth; then one attempt finds that nothing has changed.
    herald.clock.advance(Duration::from_secs(6));
    tokio::time::timeout(Duration::from_secs(10), async {
        while receiver.received().len() == burnt {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("a probe");
    receiver.answer_with(200);
    // The probe is under way, and what comes of it may begin another pause: time goes on until one succeeds.
    let recovered = async {
        while admin.newest_delivery(&webhook).await["status"] != "delivered" {
            herald.clock.advance(Duration::from_secs(12));
        }
    };
    tokio::time::timeout(Duration::from_secs(10), recovered).await.expect("it recovers by itself");
    // Those that were tried wait for their own next attempt; the rest went out at once.
    herald.clock.advance(Duration::from_secs(360));
    admin.until_count(&webhook, "delivered", 51).await;
    herald.stop().await;
}

#[tokio::test]
async fn retry_after_pauses_the_whole_webhook() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    receiver.answer_with_header(429, "retry-after", "60");
    admin.publish_login("first").await;
    let waiting = admin.until_delivery(&webhook, |delivery| delivery["attempts"] == 1).await;
    assert_eq!(waiting["nextAttemptAt"], (herald.clock.now() + Duration::from_secs(60)).to_string());
    receiver.answer_with(200);
    admin.publish_login("second").await;
    herald.clock.advance(Duration::from_secs(59));
    let second = admin.until_delivery(&webhook, |delivery| delivery["status"] == "pending").await;
    assert_eq!((second["attempts"].as_u64(), receiver.received().len()), (Some(0), 1));
    herald.clock.advance(Duration::from_secs(1));
    admin.until_count(&webhook, "delivered", 2).await;
    herald.stop().await;
}

#[tokio::test]
async fn a_change_of_the_webhook_ends_its_pause() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let (old, new) = (Receiver::start().await, Receiver::start().await);
    old.answer_with_header(503, "retry-after", "3600");
    let webhook = name(&admin.create_webhook("USER_LOGIN", &old.url("/")).await);
    admin.publish_login("first").await;
    admin.until_delivery(&webhook, |delivery| delivery["attempts"] == 1).await;
    admin.publish_login("second").await;
    let page = format!("/api/organizations/parallelworks/webhooks/{webhook}");
    admin.patch(&page, json!({ "url": new.url("/") })).await.ok();
    assert_eq!(new.next().await.json()["payload"]["username"], "second");
    herald.stop().await;
}
