//! What is older than the retention goes, with all that belongs to it; what is pending stays.

use domain::limits::{PRUNE_ROWS, RETENTION};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

use crate::{
    A_DAY, WEBHOOKS, name,
    support::{Receiver, TestHerald},
};

async fn count(herald: &TestHerald, table: &str) -> i64 {
    let url = format!("sqlite://{}", herald.folder.path().join("herald.db").display());
    let mut reader = SqliteConnection::connect(&url).await.unwrap();
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql).fetch_one(&mut reader).await.unwrap()
}

async fn until_counts(herald: &TestHerald, wanted: &[(&str, i64)]) {
    let done = async {
        for (table, rows) in wanted {
            while count(herald, table).await != *rows {}
        }
    };
    let ended = tokio::time::timeout(std::time::Duration::from_secs(20), done).await;
    if ended.is_err() {
        for (table, rows) in wanted {
            assert_eq!(count(herald, table).await, *rows, "{table}");
        }
    }
}

#[tokio::test]
async fn old_events_go_and_new_ones_stay() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    let old = PRUNE_ROWS + 50;
    admin.publish_logins(old).await;
    let keyed = admin.request("POST", "/api/organizations/parallelworks/webhook-events");
    let keyed = keyed.header("content-type", "application/json").header("idempotency-key", "k");
    let keyed = keyed.body(crate::support::login_event("keyed").to_string());
    assert_eq!(crate::support::Client::answer(keyed).await.status, 202);
    admin.until_count(&webhook, "delivered", old + 1).await;
    herald.clock.advance(RETENTION - A_DAY);
    let admin = herald.client().log_in_admin().await;
    admin.until_count(&webhook, "delivered", old + 2).await;
    // The first run is a first log in: two events from before there was a webhook.
    assert_eq!(count(&herald, "events").await, i64::try_from(old).unwrap() + 4);

    herald.clock.advance(A_DAY + A_DAY);
    until_counts(&herald, &[("events", 1), ("deliveries", 1), ("attempts", 1), ("idempotency_keys", 0)])
        .await;
    herald.stop().await;
}

#[tokio::test]
async fn a_deleted_webhook_goes_with_its_history() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    let path = format!("{WEBHOOKS}/{webhook}");
    admin.publish_login("demo").await;
    admin.until_delivery(&webhook, |delivery| delivery["status"] == "delivered").await;
    let begun = admin.post(&format!("{path}/redeliver"), json!({})).await.ok();
    admin.until_job(&begun["job"]).await;
    admin.delete(&path, Value::Null).await;
    assert_eq!((count(&herald, "webhooks").await, count(&herald, "deliveries").await), (1, 1));
    herald.clock.advance(RETENTION + A_DAY);
    until_counts(&herald, &[("webhooks", 0), ("deliveries", 0), ("jobs", 0)]).await;
    herald.stop().await;
}
