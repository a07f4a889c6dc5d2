//! Purging a user: nothing about them is left, all else stays, and what was promised is sent first.

use std::time::Duration;

use domain::limits::PURGE_LOOK_EVERY;
use serde_json::{Value, json};

use crate::{
    WEBHOOKS, name,
    support::{Client, ORGANIZATION, PASSWORD, Receiver, TestHerald, login_event},
};

const USERS: &str = "/api/organizations/parallelworks/users";
const NOBODY: &str = "000000000000000000000000";

async fn feed(admin: &Client, organization: &str) -> Vec<Value> {
    let path = format!("/api/organizations/{organization}/webhook-events?limit=1000");
    admin.get(&path).await.ok()["events"].as_array().unwrap().clone()
}

fn is_about(event: &Value, username: &str) -> bool {
    event["payload"]["username"] == username
}

fn purged(events: &[Value]) -> usize {
    events.iter().filter(|event| event["purged"] == true).count()
}

/// Lets the time pass after which waiting purges are looked at, until the feed has so many purged events.
async fn until_purged(herald: &TestHerald, admin: &Client, organization: &str, count: usize) -> Vec<Value> {
    let mut events = Vec::new();
    let done = async {
        loop {
            events = feed(admin, organization).await;
            if purged(&events) == count {
                return;
            }
            herald.clock.advance(PURGE_LOOK_EVERY);
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), done).await;
    assert!(ended.is_ok(), "not {count} are purged: {events:#?}");
    events
}

/// The newest delivery of a webhook with its attempts.
async fn newest(admin: &Client, webhook: &str) -> Value {
    let id = admin.newest_delivery(webhook).await["id"].as_str().unwrap().to_owned();
    admin.get(&format!("/api/organizations/{ORGANIZATION}/deliveries/{id}")).await.ok()
}

async fn audited(admin: &Client) -> Vec<Value> {
    let path = format!("/api/organizations/{ORGANIZATION}/events?type=user:purge");
    admin.get(&path).await.ok()["events"].as_array().unwrap().clone()
}

#[tokio::test]
async fn nothing_about_a_purged_user_is_left_and_all_else_stays() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.echo();
    let logins = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    let disabled = name(&admin.create_webhook("USER_DISABLED", &receiver.url("/")).await);
    admin.create_user("other").await;
    let maria = admin.create_user("maria").await;
    admin.create_organization("acme").await;
    admin.create_group("acme", "friends", &[]).await;
    admin.add_member("acme", "friends", "maria").await;
    admin.log_in("other", PASSWORD).await;
    admin.log_in("maria", PASSWORD).await;
    admin.publish_login("Maria").await;
    admin.until_count(&logins, "delivered", 3).await;
    let before = newest(&admin, &logins).await;
    assert!(before["attempts"][0]["response"]["body"].as_str().unwrap().contains("Maria"), "{before}");
    let events = feed(&admin, ORGANIZATION).await;

    let answer = admin.delete(&format!("{USERS}/maria?purge=true"), Value::Null).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    admin.until_count(&disabled, "delivered", 1).await;
    let told =
        receiver.received().into_iter().map(|got| got.json()).find(|body| body["type"] == "USER_DISABLED");
    assert_eq!(told.unwrap()["payload"]["userId"], maria["id"], "the receivers were told who");

    // Created, logged in, published, disabled.
    let left = until_purged(&herald, &admin, ORGANIZATION, 4).await;
    until_purged(&herald, &admin, "acme", 1).await;
    for (event, then) in left.iter().zip(&events) {
        if is_about(then, "maria") || is_about(then, "Maria") {
            assert_eq!(event["payload"]["username"], "");
            assert_eq!(
                (&event["payload"]["email"], &event["payload"]["userId"]),
                (&json!(""), &json!(NOBODY))
            );
            for member in ["id", "type", "sequence", "happenedAt"] {
                assert_eq!(event[member], then[member], "{member}");
            }
        } else {
            assert_eq!(event, then);
        }
    }
    for gone in ["maria", "maria@parallelworks.com"] {
        let path = format!("/api/organizations/{ORGANIZATION}/webhook-events?search={gone}");
        assert_eq!(admin.get(&path).await.ok()["events"], json!([]), "{gone}");
    }
    let after = newest(&admin, &logins).await;
    assert_eq!((&after["purged"], &after["status"]), (&json!(true), &json!("delivered")));
    let attempt = &after["attempts"][0];
    assert_eq!((&attempt["response"]["body"], &attempt["response"]["headers"]), (&json!(""), &json!({})));
    assert_eq!(attempt["request"]["headers"]["webhook-signature"], Value::Null);
    let body: Value = serde_json::from_str(after["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["webhook"]["name"], &body["payload"]["email"]), (&json!(logins), &json!("")));

    let entries = audited(&admin).await;
    assert_eq!(
        (&entries[1]["actor"]["username"], &entries[1]["target"]["name"]),
        (&json!("admin"), &json!("maria"))
    );
    assert_eq!(entries[0]["actor"]["type"], "system");
    // With the one in acme's group.
    assert_eq!(entries[0]["payload"]["data"]["events"]["new"], 5);

    let folder = herald.stop_keeping().await;
    let bytes = std::fs::read(folder.path().join("herald.db")).unwrap();
    for gone in ["maria@parallelworks.com", "demo@parallelworks.com"] {
        let found = bytes.windows(gone.len()).any(|part| part.eq_ignore_ascii_case(gone.as_bytes()));
        assert!(!found, "{gone} is in the file");
    }
}

#[tokio::test]
async fn what_is_pending_is_sent_first_and_what_is_held_is_cancelled() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let failing = name(&admin.create_webhook("USER_DISABLED", &receiver.url("/")).await);
    let held = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    admin.patch(&format!("{WEBHOOKS}/{held}"), json!({ "enabled": false })).await.ok();
    admin.create_user("maria").await;
    admin.log_in("maria", PASSWORD).await;
    admin.until_count(&held, "held", 1).await;
    let answer = admin.delete(&format!("{USERS}/maria"), json!({ "purge": true })).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    admin.until_count(&held, "cancelled", 1).await;
    assert_eq!(receiver.next().await.json()["payload"]["username"], "maria");
    // Created and logged in; disabling waits.
    until_purged(&herald, &admin, ORGANIZATION, 2).await;

    receiver.answer_with(200);
    herald.clock.advance(Duration::from_secs(10));
    let sent = receiver.next().await;
    assert_eq!((sent.header("herald-attempt"), &sent.json()["payload"]["username"]), ("2", &json!("maria")));
    admin.until_count(&failing, "delivered", 1).await;
    until_purged(&herald, &admin, ORGANIZATION, 3).await;

    let again = newest(&admin, &failing).await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/organizations/{ORGANIZATION}/deliveries/{again}/redeliver");
    let refused = admin.post(&path, json!({})).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let job =
        admin.post(&format!("{WEBHOOKS}/{failing}/redeliver"), json!({ "status": "delivered" })).await.ok();
    assert_eq!(admin.until_job(&job["job"]).await["done"], 0, "what is empty is not sent");
    herald.stop().await;
}

#[tokio::test]
async fn a_purge_goes_on_after_a_restart_and_without_purge_nothing_goes() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    admin.create_webhook("USER_DISABLED", &receiver.url("/")).await;
    for user in ["kept", "maria"] {
        admin.create_user(user).await;
        admin.log_in(user, PASSWORD).await;
    }
    admin.delete(&format!("{USERS}/kept?purge=false"), Value::Null).await;
    admin.delete(&format!("{USERS}/maria?purge=true"), Value::Null).await;
    for _ in 0..2 {
        receiver.next().await;
    }
    until_purged(&herald, &admin, ORGANIZATION, 2).await;
    let now = herald.clock.now();
    let folder = herald.stop_keeping().await;
    receiver.answer_with(200);
    let herald = TestHerald::start_in(folder, now + Duration::from_secs(60)).await;
    let admin = herald.client().log_in_admin().await;
    let events = until_purged(&herald, &admin, ORGANIZATION, 3).await;
    assert_eq!(events.iter().filter(|event| is_about(event, "kept")).count(), 3);
    herald.stop().await;
}

#[tokio::test]
async fn a_user_purged_by_one_organization_takes_nothing_of_anothers_own() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_organization("acme").await;
    // What acme publishes about somebody of this name and address is acme's.
    let body = login_event("maria");
    admin.post("/api/organizations/acme/webhook-events", body.clone()).await.ok();
    admin.create_user("maria").await;
    admin.delete(&format!("{USERS}/maria?purge=true"), Value::Null).await;
    until_purged(&herald, &admin, ORGANIZATION, 1).await;
    let theirs = feed(&admin, "acme").await;
    assert_eq!((theirs.len(), purged(&theirs)), (1, 0));
    assert_eq!(theirs[0]["payload"], body["payload"]);
    herald.stop().await;
}

#[tokio::test]
async fn what_purge_may_be_is_said() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("maria").await;
    let answer = admin.delete(&format!("{USERS}/maria?purge=yes"), Value::Null).await;
    assert_eq!((answer.status, answer.pointers()), (422, vec!["#/purge"]));
    let answer = admin.delete(&format!("{USERS}/maria"), json!({ "purge": 1 })).await;
    assert_eq!((answer.status, answer.pointers()), (422, vec!["#/purge"]));
    assert_eq!(admin.get(&format!("{USERS}?search=maria")).await.ok()["total"], 1);
    herald.stop().await;
}
