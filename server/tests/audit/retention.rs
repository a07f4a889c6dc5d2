//! The audit log is kept for its retention, and not one entry goes before.

use std::time::Duration;

use domain::limits::{AUDIT_RETENTION, PRUNE_AUDIT_ROWS, RETENTION_EVERY};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

use crate::{
    log,
    support::{Client, TestHerald},
};

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn connect(herald: &TestHerald) -> SqliteConnection {
    let url = format!("sqlite://{}", herald.folder.path().join("herald.db").display());
    SqliteConnection::connect(&url).await.unwrap()
}

/// The first admin by API key: no session lives so long.
async fn lasting_admin(herald: &TestHerald) -> Client {
    let made = herald.first_admin().await.post("/api/apikeys", json!({ "title": "lasting" })).await.ok();
    herald.client().authorized(&format!("Bearer {}", made["key"].as_str().unwrap()))
}

/// Lets the retention go round until the log holds so many entries of a type.
async fn until_logged(herald: &TestHerald, admin: &Client, act: &str, count: usize) -> Vec<Value> {
    let mut entries = Vec::new();
    let done = async {
        loop {
            entries = log(admin, &format!("type={act}&limit=1000")).await;
            if entries.len() == count {
                return;
            }
            herald.clock.advance(RETENTION_EVERY);
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), done).await;
    assert!(ended.is_ok(), "not {count}: {entries:#?}");
    entries
}

#[tokio::test]
async fn what_is_older_than_the_retention_goes_and_nothing_younger() {
    let herald = TestHerald::start().await;
    let admin = lasting_admin(&herald).await;
    admin.create_group("parallelworks", "old", &[]).await;
    herald.clock.advance(A_DAY + A_DAY);
    admin.create_group("parallelworks", "young", &[]).await;
    herald.clock.advance(AUDIT_RETENTION - A_DAY - A_DAY - A_DAY);
    herald.clock.advance(RETENTION_EVERY);
    assert_eq!(log(&admin, "type=group:create").await.len(), 2, "a day too early");
    herald.clock.advance(A_DAY);
    let left = until_logged(&herald, &admin, "group:create", 1).await;
    assert_eq!(left[0]["target"]["name"], "young");
    let mut connection = connect(&herald).await;
    let refused = sqlx::query("DELETE FROM audit_log").execute(&mut connection).await;
    assert!(refused.unwrap_err().to_string().contains("until its retention ends"));
    let refused = sqlx::query("UPDATE audit_retention SET before = 0").execute(&mut connection).await;
    assert!(refused.unwrap_err().to_string().contains("only goes on"));
    herald.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_takes_nothing() {
    let herald = TestHerald::start().await;
    let admin = lasting_admin(&herald).await;
    admin.create_group("parallelworks", "kept", &[]).await;
    let now = herald.clock.now();
    herald.clock.jump_to(now + AUDIT_RETENTION + A_DAY);
    herald.clock.jump_to(now);
    herald.clock.advance(RETENTION_EVERY);
    assert_eq!(log(&admin, "type=group:create").await.len(), 1);
    herald.stop().await;
}

#[tokio::test]
async fn more_than_one_part_goes() {
    let herald = TestHerald::start().await;
    let admin = lasting_admin(&herald).await;
    // As many as nobody would make by hand, in one statement.
    sqlx::query(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO audit_log (id, organization_id, type, actor_type, actor_name, actor_key, target_type, target_name,
                                outcome, search_key, created_at)
         SELECT printf('%024x', i), (SELECT id FROM organizations), 'group:create', 'system', '', '', 'group', '',
                'success', '', i FROM n",
    )
    .bind(2 * PRUNE_AUDIT_ROWS + 10)
    .execute(&mut connect(&herald).await)
    .await
    .unwrap();
    until_logged(&herald, &admin, "group:create", 0).await;
    herald.stop().await;
}
