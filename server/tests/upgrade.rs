//! A database of the first release, opened by this one: nothing is lost, and what was promised is kept.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

mod support;

use std::path::Path;

use serde_json::json;
use server::key_file::KeyFile;
use server::vault::{MasterKey, Vault};
use sha2::{Digest, Sha256};
use sqlx::{
    ConnectOptions, Connection,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode},
};
use support::{Client, Receiver, TestHerald, real_now};

const FIRST_SCHEMA: &str = include_str!("../migrations/0001_initial.sql");
const BASE: &str = "/api/organizations/parallelworks";
const KEY: &str = "pwt_bG9jYWxob3N0.an-old-key";
/// 32 bytes of 7, as the first release sealed them.
const SECRET: &str = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

const ORGANIZATION: &str = "a00000000000000000000001";
const ADMIN: &str = "b00000000000000000000001";
const DEMO: &str = "b00000000000000000000002";
const GROUP: &str = "c00000000000000000000001";
const ENABLED: &str = "d00000000000000000000001";
const DISABLED: &str = "d00000000000000000000002";

/// Makes the tables of the first release as it made them, and rows in every one of them.
async fn make(path: &Path, key: &MasterKey, url: &str) {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let options = options.auto_vacuum(SqliteAutoVacuum::Incremental).journal_mode(SqliteJournalMode::Wal);
    let mut connection = options.connect().await.unwrap();
    let first = Migration::new(
        1,
        "initial".into(),
        MigrationType::Simple,
        sqlx::SqlSafeStr::into_sql_str(FIRST_SCHEMA),
        false,
    );
    let migrator = Migrator { migrations: vec![first].into(), ..Migrator::DEFAULT };
    migrator.run(&mut connection).await.unwrap();

    let (vault, now) = (Vault::new(key), real_now().unix_ms());
    let secret = |webhook: &str| vault.seal(&format!("{ORGANIZATION}/{webhook}/secret"), &[7; 32]).unwrap();
    let key_check = vault.seal("key_check", b"herald").unwrap();
    let key_hash = Sha256::digest(KEY).to_vec();
    let mut rows = directory(now);
    let api_key = format!(
        "INSERT INTO api_keys VALUES ('e00000000000000000000001', '{ADMIN}', 'Old', ?1, '-key', 1, NULL)"
    );
    rows.extend([
        ("INSERT INTO settings (name, value) VALUES ('key_check', ?1)".to_owned(), Some(key_check)),
        (api_key, Some(key_hash)),
        (webhook(ENABLED, "Enabled", url, true), Some(secret(ENABLED))),
        (webhook(DISABLED, "Disabled", url, false), Some(secret(DISABLED))),
    ]);
    rows.extend(history(now));
    for (sql, blob) in rows {
        let query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
        let query = if blob.is_some() { query.bind(blob) } else { query };
        query.execute(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    connection.close().await.unwrap();
}

type Row = (String, Option<Vec<u8>>);

fn row(sql: String) -> Row {
    (sql, None)
}

fn directory(now: i64) -> Vec<Row> {
    vec![
        row(format!(
            "INSERT INTO organizations VALUES ('{ORGANIZATION}', 'parallelworks', 'parallelworks', 1, 9, 3, {now})"
        )),
        row(format!(
            "INSERT INTO users VALUES ('{ADMIN}', '{ORGANIZATION}', 'admin', 'admin', 'a@b.c', 'a@b.c', 'Admin', 'admin', 1, 1, 0, NULL, {now}, {now})"
        )),
        row(format!(
            "INSERT INTO users VALUES ('{DEMO}', '{ORGANIZATION}', 'Demo', 'demo', 'demo@b.c', 'demo@b.c', 'Demo', 'demo', 0, 0, 1, NULL, {now}, NULL)"
        )),
        row(format!(
            "INSERT INTO groups VALUES ('{GROUP}', '{ORGANIZATION}', 'Team', 'team', 'Ours', {now})"
        )),
        row(format!("INSERT INTO group_roles VALUES ('{GROUP}', 'org:users')")),
        row(format!("INSERT INTO group_members VALUES ('{GROUP}', '{DEMO}', {now})")),
        row(format!("INSERT INTO sessions VALUES (zeroblob(32), '{ADMIN}', {now}, {now})")),
    ]
}

fn webhook(id: &str, name: &str, url: &str, enabled: bool) -> String {
    format!(
        "INSERT INTO webhooks VALUES ('{id}', '{ORGANIZATION}', 0, '{name}', lower('{name}'), 'USER_LOGIN', '{url}', 'Old', {enabled}, NULL, ?1, 1, NULL)"
    )
}

fn event(number: usize) -> String {
    format!("f0000000000000000000000{number}")
}

fn delivery(number: usize) -> String {
    format!("f1000000000000000000000{number}")
}

/// Three events: the first was delivered, the second is pending after one attempt, the third is held.
fn history(now: i64) -> Vec<Row> {
    let mut rows = Vec::new();
    for (number, webhook, state, attempts) in
        [(1, ENABLED, "delivered", 1), (2, ENABLED, "pending", 1), (3, DISABLED, "held", 0)]
    {
        let (event, delivery) = (event(number), delivery(number));
        let payload = format!(
            r#"{{"username":"old-{number}","email":"old-{number}@b.c","userId":"{DEMO}","organization":"parallelworks"}}"#
        );
        rows.push(row(format!(
            "INSERT INTO events VALUES ({number}, '{event}', '{ORGANIZATION}', {number}, 'USER_LOGIN', '{payload}', {now})"
        )));
        let head = format!(
            r#"{{"type":"USER_LOGIN","webhook":{{"id":"{webhook}","organization":"parallelworks","name":"Old"}}"#
        );
        rows.push(row(format!(
            "INSERT INTO deliveries VALUES ({number}, '{delivery}', '{event}', '{webhook}', '{state}', '{head}', {attempts},
             iif('{state}' = 'pending', {now}, NULL), {now}, iif('{state}' = 'delivered', {now}, NULL))"
        )));
        if attempts > 0 {
            let status = if state == "delivered" { 200 } else { 500 };
            rows.push(row(format!(
                "INSERT INTO attempts VALUES ({number}, 1, 'scheduled', {now}, 5, 'http://old/', {status}, NULL, NULL, '[]', 'old answer', 0)"
            )));
        }
    }
    rows
}

async fn names(admin: &Client, path: &str, member: &str) -> Vec<String> {
    let listed = admin.get(&format!("{BASE}/{path}")).await.ok();
    let rows = listed.get("users").unwrap_or(&listed).as_array().unwrap().clone();
    rows.iter()
        .map(|row| format!("{} {}", row["id"].as_str().unwrap(), row[member].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_database_of_the_first_release_is_opened_with_all_that_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = KeyFile::at(&folder.path().join("herald.db.key")).create().unwrap();
    let receiver = Receiver::start().await;
    make(&folder.path().join("herald.db"), &key, &receiver.url("/")).await;

    let herald = TestHerald::start_in(folder, real_now()).await;
    let admin = herald.client().authorized(&format!("Bearer {KEY}"));
    // What was pending goes out, under its own id, as its second attempt.
    let sent = receiver.next().await;
    assert_eq!((sent.header("webhook-id"), sent.header("herald-attempt")), (delivery(2).as_str(), "2"));
    assert_eq!((sent.header("herald-event-id"), sent.header("herald-sequence")), (event(2).as_str(), "2"));
    assert_eq!(sent.json()["payload"]["username"], "old-2");

    assert_eq!(names(&admin, "users", "username").await, [format!("{ADMIN} admin"), format!("{DEMO} Demo")]);
    assert_eq!(names(&admin, "groups", "name").await, [format!("{GROUP} Team")]);
    let hooks = names(&admin, "webhooks", "name").await;
    assert_eq!(hooks, [format!("{DISABLED} Disabled"), format!("{ENABLED} Enabled")]);
    let group = admin.get(&format!("{BASE}/groups/team")).await.ok();
    assert_eq!((&group["members"][0]["id"], &group["roles"]), (&json!(DEMO), &json!(["org:users"])));
    assert_eq!(admin.get(&format!("{BASE}/seats")).await.ok(), json!({ "seats": 9, "usedSeats": 1 }));
    for webhook in ["enabled", "disabled"] {
        let secret = admin.get(&format!("{BASE}/webhooks/{webhook}/secret")).await.ok();
        assert_eq!(secret, json!({ "secret": SECRET }));
    }
    assert_eq!(admin.get("/api/apikeys").await.ok()[0]["title"], "Old");

    let feed = admin.get(&format!("{BASE}/webhook-events")).await.ok();
    let ids: Vec<_> =
        feed["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [event(1), event(2), event(3)]);
    let found = admin.get(&format!("{BASE}/webhook-events?search=OLD-3")).await.ok();
    assert_eq!(found["events"][0]["id"], event(3));
    let detail = admin.get(&format!("{BASE}/deliveries/{}", delivery(1))).await.ok();
    assert_eq!(
        (&detail["status"], &detail["attempts"][0]["response"]["body"]),
        (&json!("delivered"), &json!("old answer"))
    );
    admin.until_count("enabled", "delivered", 2).await;
    admin.until_count("disabled", "held", 1).await;

    // It goes on where it was: numbers are not given twice.
    admin.publish_login("new").await;
    assert_eq!(receiver.next().await.header("herald-sequence"), "4");
    let folder = herald.stop_keeping().await;
    assert_sound(&folder.path().join("herald.db")).await;
}

async fn assert_sound(path: &Path) {
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let integrity: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
    assert_eq!(integrity, "ok");
    let dangling = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await.unwrap();
    assert!(dangling.is_empty(), "{} rows refer to what is not there", dangling.len());
}
