//! The delivery engine through the whole of Herald: schedule, pauses, disabling, what is held, sent again, or too old.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

#[path = "../support/mod.rs"]
mod support;

mod allowed_targets;
mod disabling;
mod held;
mod jobs;
mod master_key;
mod pauses;
mod purge;
mod redelivery;
mod retention;
mod schedule;
mod spans;
mod test_sends;

const WEBHOOKS: &str = "/api/organizations/parallelworks/webhooks";
const A_DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

fn name(webhook: &serde_json::Value) -> String {
    webhook["name"].as_str().expect("a name").to_owned()
}

/// The name of a webhook that was disabled before so many events came for it.
async fn disabled_with(admin: &support::Client, receiver: &support::Receiver, events: usize) -> String {
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    admin.patch(&format!("{WEBHOOKS}/{webhook}"), serde_json::json!({ "enabled": false })).await.ok();
    admin.publish_logins(events).await;
    webhook
}
