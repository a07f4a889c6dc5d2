//! A webhook's secret, and its rotation.

use std::time::Duration;

use domain::{Secret, verify};
use serde_json::json;

use crate::{
    assert_members, assert_problem,
    support::{Client, Received, Receiver, TestHerald},
    webhooks::PATH,
};

fn path(name: &str) -> String {
    format!("{PATH}/{name}/secret")
}

async fn webhook(admin: &Client, receiver: &Receiver) -> String {
    let webhook = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    webhook["name"].as_str().unwrap().to_owned()
}

fn is_signed_with(herald: &TestHerald, got: &Received, secret: &serde_json::Value) -> bool {
    let secret = Secret::parse(secret.as_str().unwrap()).unwrap();
    let (id, timestamp) = (got.header("webhook-id"), got.header("webhook-timestamp"));
    verify(&secret, id, timestamp, got.header("webhook-signature"), &got.body, herald.clock.now()).is_ok()
}

#[tokio::test]
async fn during_a_rotation_both_secrets_sign_and_afterwards_only_the_new_one() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let name = webhook(&admin, &receiver).await;
    let before = admin.get(&path(&name)).await.ok();
    assert_members(&before, &["secret"]);
    let rotated = admin.post(&format!("{}/rotate", path(&name)), json!({})).await.ok();
    assert_ne!(rotated["secret"], before["secret"]);
    assert_eq!(rotated["previous"]["secret"], before["secret"]);
    let a_day = Duration::from_secs(24 * 60 * 60);
    assert_eq!(rotated["previous"]["expiresAt"], (herald.clock.now() + a_day).to_string());
    assert_eq!(admin.get(&path(&name)).await.ok(), rotated);

    admin.publish_login("demo").await;
    let got = receiver.next().await;
    assert_eq!(got.header("webhook-signature").split(' ').count(), 2);
    assert!(is_signed_with(&herald, &got, &before["secret"]));
    assert!(is_signed_with(&herald, &got, &rotated["secret"]));

    herald.clock.advance(a_day);
    let admin = herald.client().log_in_admin().await;
    let got = receiver.next().await;
    assert!(!is_signed_with(&herald, &got, &before["secret"]));
    assert!(is_signed_with(&herald, &got, &rotated["secret"]));
    assert_members(&admin.get(&path(&name)).await.ok(), &["secret"]);
    herald.stop().await;
}

#[tokio::test]
async fn an_overlap_has_bounds_and_may_be_none() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let name = webhook(&admin, &receiver).await;
    let rotate = format!("{}/rotate", path(&name));
    for (overlap, pointer) in [
        (json!(604_801), "#/overlapSeconds"),
        (json!(-1), "#/overlapSeconds"),
        (json!("1"), "#/overlapSeconds"),
    ] {
        assert_problem(&admin.post(&rotate, json!({ "overlapSeconds": overlap })).await, 422, &[pointer]);
    }
    let week = admin.post(&rotate, json!({ "overlapSeconds": 604_800 })).await.ok();
    assert_members(&week, &["secret", "previous"]);
    let none = admin.post(&rotate, json!({ "overlapSeconds": 0 })).await.ok();
    assert_members(&none, &["secret"]);
    admin.publish_login("demo").await;
    let got = receiver.next().await;
    assert_eq!(got.header("webhook-signature").split(' ').count(), 1);
    assert!(is_signed_with(&herald, &got, &none["secret"]));
    herald.stop().await;
}
