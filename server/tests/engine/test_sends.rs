//! Test sends: at once, never again, and told apart from the rest.

use domain::{Secret, verify};
use serde_json::json;

use crate::{
    A_DAY, WEBHOOKS, name,
    support::{Receiver, TestHerald},
};

#[tokio::test]
async fn a_test_answers_with_its_attempt_and_is_marked() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook("USER_CREATED", &receiver.url("/")).await);
    let path = format!("{WEBHOOKS}/{webhook}");
    // It may be tried before it is enabled.
    admin.patch(&path, json!({ "enabled": false })).await.ok();
    let tested = admin.post(&format!("{path}/test"), json!({})).await;
    assert_eq!(tested.status, 200, "{}", tested.text);
    let got = receiver.next().await;
    assert_eq!((got.header("herald-test"), got.header("herald-sequence")), ("true", ""));
    let secret = admin.get(&format!("{path}/secret")).await.ok();
    let secret = Secret::parse(secret["secret"].as_str().unwrap()).unwrap();
    let (id, at, signed) =
        (got.header("webhook-id"), got.header("webhook-timestamp"), got.header("webhook-signature"));
    verify(&secret, id, at, signed, &got.body, herald.clock.now()).expect("the signature holds");
    assert_eq!(got.json()["webhook"]["name"], webhook.as_str());
    assert_eq!(tested.json["delivery"]["id"], id);
    assert_eq!(tested.json["delivery"]["test"], true);
    assert_eq!(tested.json["attempt"]["status"], 200);
    assert_eq!(tested.json["attempt"]["trigger"], "test");
    let listed = admin.until_delivery(&webhook, |_| true).await;
    assert_eq!((&listed["test"], &listed["status"]), (&json!(true), &json!("delivered")));
    let path = format!("/api/organizations/parallelworks/deliveries/{id}");
    let one = admin.get(&path).await.ok();
    assert_eq!(one["attempts"][0]["request"]["headers"]["herald-test"], "true");
    let again = admin.post(&format!("{path}/redeliver"), json!({})).await;
    assert_eq!(again.status, 409, "{}", again.text);
    herald.stop().await;
}

#[tokio::test]
async fn a_test_that_fails_is_never_tried_again_and_counts_for_nothing() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let webhook = name(&admin.create_webhook("USER_CREATED", &receiver.url("/")).await);
    for _ in 0..6 {
        let tested = admin.post(&format!("{WEBHOOKS}/{webhook}/test"), json!({})).await.ok();
        assert_eq!(tested["attempt"]["errorClass"], "status");
        assert_eq!(tested["delivery"]["status"], "failed");
    }
    herald.clock.advance(A_DAY * 6);
    let admin = herald.client().log_in_admin().await;
    // Neither paused nor disabled: what happens is sent at once.
    receiver.answer_with(200);
    let event = json!({ "type": "USER_CREATED", "payload": {
        "username": "new", "email": "n@e.w", "userId": "653c787c8e048caa7cb4e554", "organization": "parallelworks",
        "remainingSeats": null,
    } });
    admin.post("/api/organizations/parallelworks/webhook-events", event).await.ok();
    let delivered = admin.until_delivery(&webhook, |delivery| delivery["status"] == "delivered").await;
    assert_eq!(delivered["test"], false);
    let sequence = receiver.received().last().unwrap().header("herald-sequence").to_owned();
    assert_eq!(receiver.received().len(), 7);
    // Tests take no number: the first run took two, the log in one.
    assert_eq!(sequence, "4");
    herald.stop().await;
}
