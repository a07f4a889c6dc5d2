//! Bulk jobs: larger than one transaction, across restarts, and cancelled.

use domain::limits::JOB_ROWS;
use serde_json::{Value, json};

use crate::{
    WEBHOOKS, disabled_with, name,
    support::{Receiver, TestHerald},
};

/// More than one part of a job, and more than one window of the engine.
const MANY: usize = JOB_ROWS + 50;

#[tokio::test]
async fn more_than_one_part_is_released_and_each_delivery_sent_once() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = disabled_with(&admin, &receiver, MANY).await;
    admin.patch(&format!("{WEBHOOKS}/{webhook}"), json!({ "enabled": true })).await.ok();
    let begun = admin.post(&format!("{WEBHOOKS}/{webhook}/held"), json!({ "action": "release" })).await.ok();
    let job = admin.until_job(&begun["job"]).await;
    assert_eq!((&job["matched"], &job["done"]), (&json!(MANY), &json!(MANY)));
    admin.until_count(&webhook, "delivered", MANY).await;
    let mut ids: Vec<String> =
        receiver.received().iter().map(|got| got.header("webhook-id").to_owned()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), receiver.received().len()), (MANY, MANY));
    herald.stop().await;
}

#[tokio::test]
async fn disabling_and_deleting_reach_every_pending_delivery() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    admin.publish_logins(MANY).await;
    admin.patch(&format!("{WEBHOOKS}/{webhook}"), json!({ "enabled": false })).await.ok();
    admin.until_count(&webhook, "pending", 0).await;
    admin.until_count(&webhook, "held", MANY).await;
    let database = herald.folder.path().join("herald.db");
    admin.delete(&format!("{WEBHOOKS}/{webhook}"), Value::Null).await;
    let left = || async {
        use sqlx::{Connection, SqliteConnection};
        let url = format!("sqlite://{}", database.display());
        let mut reader = SqliteConnection::connect(&url).await.unwrap();
        let sql = "SELECT count(*) FROM deliveries WHERE state <> 'cancelled'";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut reader).await.unwrap()
    };
    let none_left = async { while left().await > 0 {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), none_left).await.expect("all are cancelled");
    herald.stop().await;
}

#[tokio::test]
async fn a_job_goes_on_after_a_restart() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = disabled_with(&admin, &receiver, MANY).await;
    admin.patch(&format!("{WEBHOOKS}/{webhook}"), json!({ "enabled": true })).await.ok();
    let begun = admin.post(&format!("{WEBHOOKS}/{webhook}/held"), json!({ "action": "release" })).await.ok();
    let now = herald.clock.now();
    let folder = herald.stop_keeping().await;
    let herald = TestHerald::start_in(folder, now).await;
    let admin = herald.client().log_in_admin().await;
    let job = admin.until_job(&begun["job"]).await;
    assert_eq!(job["done"], MANY);
    // And the log in.
    admin.until_count(&webhook, "delivered", MANY + 1).await;
    herald.stop().await;
}

#[tokio::test]
async fn a_job_is_cancelled_and_shown_to_its_own_organization_only() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = disabled_with(&admin, &receiver, MANY).await;
    let begun = admin.post(&format!("{WEBHOOKS}/{webhook}/held"), json!({ "action": "discard" })).await.ok();
    let job = begun["job"].as_str().unwrap();
    admin.create_organization("acme").await;
    assert_eq!(admin.get(&format!("/api/organizations/acme/jobs/{job}")).await.status, 404);
    assert_eq!(admin.delete(&format!("/api/organizations/acme/jobs/{job}"), Value::Null).await.status, 404);
    let path = format!("/api/organizations/parallelworks/jobs/{job}");
    assert_eq!(admin.delete(&path, Value::Null).await.status, 204);
    let ended = admin.until_job(&begun["job"]).await;
    let done = usize::try_from(ended["done"].as_u64().unwrap()).unwrap();
    if ended["status"] == "cancelled" {
        assert!(done < MANY, "{ended}");
    }
    admin.until_count(&webhook, "held", MANY - done).await;
    herald.stop().await;
}
