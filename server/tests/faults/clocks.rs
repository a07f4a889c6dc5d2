//! F7: the machine's clock is set by an hour and by a year, ahead and back: nothing is lost, nothing goes out early, nothing
//! goes out twice, and what cannot be taken back does not happen.

use std::time::Duration;

use domain::{
    Timestamp,
    limits::{DISABLE_AFTER, DISABLE_FAILURES_MIN, IN_FLIGHT_UNPROVEN_MAX, RETENTION_EVERY},
};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

use crate::{
    gate::Gate,
    support::{Client, Receiver, TestHerald, fresh, login_event},
};

const WEBHOOKS: &str = "/api/organizations/parallelworks/webhooks";
const EVENT_TYPE: &str = "USER_REMOVED_FROM_GROUP";
const AN_HOUR: Duration = Duration::from_secs(60 * 60);
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// The schedule's first delay.
const A_RETRY: Duration = Duration::from_secs(5);
const A_MOMENT: Duration = Duration::from_millis(1);
const WEBHOOK_COUNT: usize = 40;
/// As many at once would be more than may be under way.
const STORM: usize = IN_FLIGHT_UNPROVEN_MAX + 40;
/// Each gets as many events; fewer than what pauses a webhook.
const EVENT_COUNT: usize = 4;

fn name(webhook: &Value) -> String {
    webhook["name"].as_str().unwrap().to_owned()
}

/// Of a type that no act of these tests causes by itself, as a log in does.
async fn publish(admin: &Client, count: usize) {
    let mut event = login_event("demo");
    event["type"] = json!(EVENT_TYPE);
    event["payload"]["groupName"] = json!("crew");
    admin.post("/api/organizations/parallelworks/webhook-events", Value::from(vec![event; count])).await.ok();
}

/// Many deliveries that have failed once and wait for their second attempt.
async fn pending_deliveries(admin: &Client, receiver: &Receiver) -> Vec<String> {
    receiver.answer_with(500);
    let mut names = Vec::new();
    for _ in 0..WEBHOOK_COUNT {
        names.push(name(&admin.create_webhook(EVENT_TYPE, &receiver.url("/")).await));
    }
    publish(admin, EVENT_COUNT).await;
    for webhook in &names {
        admin.until_count(webhook, "pending", EVENT_COUNT).await;
    }
    for _ in 0..WEBHOOK_COUNT * EVENT_COUNT {
        receiver.next().await;
    }
    for webhook in &names {
        until_attempts(admin, webhook, EVENT_COUNT).await;
    }
    names
}

/// Until all of a webhook's attempts are stored.
async fn until_attempts(admin: &Client, webhook: &str, total: usize) {
    let path = format!("{WEBHOOKS}/{webhook}/deliveries");
    let asking = async {
        loop {
            let all = admin.get(&path).await.ok();
            let made =
                all["deliveries"].as_array().unwrap().iter().map(|one| one["attempts"].as_u64().unwrap());
            if made.sum::<u64>() == total as u64 {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), asking).await.expect("its attempts are stored");
}

/// A webhook of another type and its receiver.
async fn witness(admin: &Client) -> (String, Receiver) {
    let receiver = Receiver::start().await;
    (name(&admin.create_webhook("USER_DISABLED", &receiver.url("/")).await), receiver)
}

/// A delivery to it from event to receiver: the engine has gone round since.
async fn see_it_called(admin: &Client, witness: &Receiver) {
    let user = fresh("leaver");
    admin.create_user(&user).await;
    admin.set_active(&user, false).await;
    witness.next().await;
}

async fn round(herald: &TestHerald) {
    let admin = herald.client().log_in_admin().await;
    let (webhook, receiver) = witness(&admin).await;
    see_it_called(&admin, &receiver).await;
    admin.delete(&format!("{WEBHOOKS}/{webhook}"), Value::Null).await;
}

/// Each of them went out once more, and no more than that.
async fn assert_each_once(herald: &TestHerald, receiver: &Receiver, webhooks: &[String]) {
    let admin = herald.client().log_in_admin().await;
    for webhook in webhooks {
        admin.until_count(webhook, "delivered", EVENT_COUNT).await;
    }
    round(herald).await;
    let mut ids: Vec<String> =
        receiver.received().iter().map(|request| request.header("webhook-id").to_owned()).collect();
    let count = ids.len();
    assert_eq!(count, WEBHOOK_COUNT * EVENT_COUNT * 2, "a failed attempt and a good one for each");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len() * 2, count);
}

async fn ahead(by: Duration) {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhooks = pending_deliveries(&admin, &receiver).await;
    receiver.answer_with(200);
    herald.clock.jump_to(herald.clock.now() + by);
    assert_each_once(&herald, &receiver, &webhooks).await;
    herald.stop().await;
}

async fn back(by: Duration) {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhooks = pending_deliveries(&admin, &receiver).await;
    let sent = receiver.received().len();
    receiver.answer_with(200);
    herald.clock.jump_to(herald.clock.now() - by);
    round(&herald).await;
    assert_eq!(receiver.received().len(), sent, "nothing is due yet");
    herald.clock.advance(by + A_RETRY - A_MOMENT);
    round(&herald).await;
    assert_eq!(receiver.received().len(), sent, "nothing is due yet");
    herald.clock.advance(A_MOMENT);
    assert_each_once(&herald, &receiver, &webhooks).await;
    herald.stop().await;
}

#[tokio::test]
async fn an_hour_ahead_sends_each_pending_delivery_once() {
    ahead(AN_HOUR).await;
}

#[tokio::test]
async fn a_year_ahead_sends_each_pending_delivery_once() {
    ahead(A_YEAR).await;
}

#[tokio::test]
async fn an_hour_back_sends_nothing_early_and_loses_nothing() {
    back(AN_HOUR).await;
}

#[tokio::test]
async fn a_year_back_sends_nothing_early_and_loses_nothing() {
    back(A_YEAR).await;
}

#[tokio::test]
async fn a_year_ahead_is_no_storm() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let (_, witness) = witness(&admin).await;
    see_it_called(&admin, &witness).await;
    let gate = Gate::start().await;
    let mut webhooks = Vec::new();
    for _ in 0..STORM {
        webhooks.push(name(&admin.create_webhook(EVENT_TYPE, &gate.url()).await));
    }
    publish(&admin, 1).await;
    gate.until_answered(STORM).await;
    for webhook in &webhooks {
        until_attempts(&admin, webhook, 1).await;
    }
    gate.close();
    herald.clock.jump_to(herald.clock.now() + A_YEAR);
    let admin = herald.client().log_in_admin().await;
    see_it_called(&admin, &witness).await;
    let waiting = gate.waiting();
    assert!((1..=IN_FLIGHT_UNPROVEN_MAX).contains(&waiting), "{waiting} at once");
    gate.open();
    gate.until_answered(2 * STORM).await;
    round(&herald).await;
    assert_eq!(gate.answered(), 2 * STORM);
    herald.stop().await;
}

async fn count(herald: &TestHerald, what: &str) -> i64 {
    let url = format!("sqlite://{}", herald.folder.path().join("herald.db").display());
    let mut reader = SqliteConnection::connect(&url).await.unwrap();
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {what}"));
    sqlx::query_scalar(sql).fetch_one(&mut reader).await.unwrap()
}

/// Lets the retention go round: it removes a deleted webhook without history at its end.
async fn keep_retention(herald: &TestHerald) {
    let admin = herald.client().log_in_admin().await;
    let spent = name(&admin.create_webhook("USER_CREATED", "http://127.0.0.1:1024/").await);
    admin.delete(&format!("{WEBHOOKS}/{spent}"), Value::Null).await;
    assert_eq!(count(herald, &format!("webhooks WHERE name = '{spent}'")).await, 1);
    herald.clock.advance(RETENTION_EVERY);
    let gone = async { while count(herald, &format!("webhooks WHERE name = '{spent}'")).await > 0 {} };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the retention goes round");
}

#[tokio::test]
async fn a_year_ahead_and_back_removes_no_history() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook(EVENT_TYPE, &receiver.url("/")).await);
    publish(&admin, 10).await;
    admin.until_count(&webhook, "delivered", 10).await;
    let path = format!("{WEBHOOKS}/{webhook}/secret/rotate");
    admin.post(&path, json!({})).await;
    let history = [
        "events WHERE type = 'USER_REMOVED_FROM_GROUP'",
        "attempts",
        "webhooks WHERE previous_secret IS NOT NULL",
    ];
    let mut before = Vec::new();
    for what in history {
        before.push(count(&herald, what).await);
    }
    for jump in [herald.clock.now() + A_YEAR, herald.clock.now() - A_YEAR] {
        herald.clock.jump_to(jump);
        keep_retention(&herald).await;
        for (what, before) in history.into_iter().zip(&before) {
            assert!(count(&herald, what).await >= *before && *before > 0, "{what} after {jump}");
        }
    }
    herald.stop().await;
}

/// One more attempt that fails. Answers whether the webhook is still enabled.
async fn fail_once_more(herald: &TestHerald, webhook: &str) -> bool {
    let admin = herald.client().log_in_admin().await;
    let newest = admin.until_delivery(webhook, |_| true).await;
    let id = newest["id"].as_str().unwrap();
    let next = newest["attempts"].as_u64().unwrap() + 1;
    admin.post(&format!("/api/organizations/parallelworks/deliveries/{id}/redeliver"), json!({})).await.ok();
    admin.until_delivery(webhook, |delivery| delivery["attempts"].as_u64() >= Some(next)).await;
    is_enabled(&admin, webhook).await
}

async fn is_enabled(admin: &Client, webhook: &str) -> bool {
    let all = admin.get(WEBHOOKS).await.ok();
    let found = all.as_array().unwrap().iter().find(|one| one["name"] == webhook);
    found.unwrap()["enabled"] == true
}

#[tokio::test]
async fn a_year_ahead_disables_no_webhook_and_five_real_days_do() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let webhook = name(&admin.create_webhook(EVENT_TYPE, &receiver.url("/")).await);
    publish(&admin, 1).await;
    admin.until_delivery(&webhook, |delivery| delivery["attempts"] == 1).await;
    for _ in 0..DISABLE_FAILURES_MIN {
        assert!(fail_once_more(&herald, &webhook).await);
    }
    let start: Timestamp = herald.clock.now();
    herald.clock.jump_to(start + A_YEAR);
    assert!(fail_once_more(&herald, &webhook).await, "no time has passed");
    herald.clock.advance(DISABLE_AFTER);
    let admin = herald.client().log_in_admin().await;
    let disabled = async { while is_enabled(&admin, &webhook).await {} };
    tokio::time::timeout(Duration::from_secs(10), disabled).await.expect("it is disabled");
    herald.stop().await;
}
