//! Herald disables a webhook: after so many failed attempts and so much time, and at once after 410.

use std::time::Duration;

use domain::limits::DISABLE_FAILURES_MIN;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tokio::io::AsyncWriteExt;

use crate::{
    A_DAY, WEBHOOKS, name,
    support::{Client, Receiver, TestHerald},
};

async fn webhook(admin: &Client, name: &str) -> Value {
    let all = admin.get(WEBHOOKS).await.ok();
    all.as_array().unwrap().iter().find(|webhook| webhook["name"] == name).unwrap().clone()
}

/// Redelivers until as many attempts were made.
async fn fail_until(admin: &Client, name: &str, attempts: u32) {
    let newest = admin.until_delivery(name, |_| true).await;
    let path =
        format!("/api/organizations/parallelworks/deliveries/{}/redeliver", newest["id"].as_str().unwrap());
    let made = u32::try_from(newest["attempts"].as_u64().unwrap()).unwrap();
    for next in made + 1..=attempts {
        admin.post(&path, json!({})).await.ok();
        admin.until_delivery(name, |delivery| delivery["attempts"].as_u64() >= Some(next.into())).await;
    }
}

#[tokio::test]
async fn it_takes_both_twenty_attempts_and_five_days() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let created = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let failing = name(&created);
    admin.publish_login("demo").await;
    admin.until_delivery(&failing, |delivery| delivery["attempts"] == 1).await;
    fail_until(&admin, &failing, DISABLE_FAILURES_MIN + 5).await;
    assert_eq!(webhook(&admin, &failing).await["enabled"], true, "many attempts, but no time");

    let page = format!(
        "/organizations/{}/webhooks/{}",
        admin.organization_id("parallelworks").await,
        created["id"].as_str().unwrap()
    );
    herald.clock.advance(A_DAY * 4 - Duration::from_secs(1));
    let admin = herald.client().log_in_admin().await;
    let shown = admin.get(&page).await.text;
    assert!(shown.contains("Herald will soon disable this webhook"), "{shown}");
    assert!(shown.contains("79 % of the way"), "{shown}");

    herald.clock.advance(A_DAY + Duration::from_secs(1));
    let admin = herald.client().log_in_admin().await;
    let disabled = async { while webhook(&admin, &failing).await["enabled"] == true {} };
    tokio::time::timeout(Duration::from_secs(10), disabled).await.expect("it is disabled");
    let shown = admin.get(&page).await.text;
    for words in ["Herald disabled this webhook.", "No attempt has succeeded for 5 days"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    admin.until_count(&failing, "pending", 0).await;

    let url = format!("sqlite://{}", herald.folder.path().join("herald.db").display());
    let mut reader = SqliteConnection::connect(&url).await.unwrap();
    let audit: (String, String, String) =
        sqlx::query_as("SELECT type, actor_type, target_name FROM audit_log WHERE actor_type = 'system'")
            .fetch_one(&mut reader)
            .await
            .unwrap();
    assert_eq!(audit, ("webhook:disable".into(), "system".into(), failing.clone()));
    assert!(
        sqlx::query("UPDATE audit_log SET type = 'x'").execute(&mut reader).await.is_err(),
        "append-only"
    );

    admin.patch(&format!("{WEBHOOKS}/{failing}"), json!({ "enabled": true })).await.ok();
    admin.publish_login("again").await;
    admin.until_delivery(&failing, |delivery| delivery["attempts"] == 1).await;
    assert_eq!(webhook(&admin, &failing).await["enabled"], true, "a new beginning");
    herald.stop().await;
}

#[tokio::test]
async fn time_without_attempts_is_not_enough_and_a_success_starts_over() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let failing = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    admin.publish_login("demo").await;
    admin.until_delivery(&failing, |delivery| delivery["attempts"] == 1).await;
    fail_until(&admin, &failing, DISABLE_FAILURES_MIN - 2).await;
    receiver.answer_with(200);
    fail_until(&admin, &failing, DISABLE_FAILURES_MIN - 1).await;
    admin.until_delivery(&failing, |delivery| delivery["status"] == "delivered").await;
    receiver.answer_with(500);
    herald.clock.advance(A_DAY * 6);
    let admin = herald.client().log_in_admin().await;
    admin.until_delivery(&failing, |delivery| delivery["attempts"] == 1).await;
    herald.clock.advance(A_DAY * 6);
    let admin = herald.client().log_in_admin().await;
    admin.until_delivery(&failing, |delivery| delivery["attempts"] == 1).await;
    assert_eq!(webhook(&admin, &failing).await["enabled"], true);
    herald.stop().await;
}

#[tokio::test]
async fn the_api_says_why_and_when_herald_disabled_a_webhook_and_nothing_of_an_admins_act() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(410);
    for path in [WEBHOOKS, "/api/platform/webhooks"] {
        let body = json!({ "enabled": true, "name": "gone", "type": "USER_LOGIN", "url": receiver.url("/") });
        let mut expected = admin.post(path, body).await.ok();
        admin.publish_login("demo").await;
        let disabled = async { while admin.get(path).await.ok()[0]["enabled"] == true {} };
        tokio::time::timeout(Duration::from_secs(10), disabled).await.expect("it is disabled");
        expected["enabled"] = json!(false);
        expected["disabledReason"] = json!("The receiver answered 410 Gone: it wants no more.");
        expected["disabledAt"] = json!(herald.clock.now());
        assert_eq!(admin.get(path).await.ok(), json!([expected]));

        // What an admin does to it later is not when Herald disabled it.
        herald.clock.advance(Duration::from_secs(1));
        let one = format!("{path}/gone");
        let edited = admin.patch(&one, json!({ "enabled": false, "description": "Look into it" })).await.ok();
        expected["description"] = json!("Look into it");
        assert_eq!(edited, expected);

        for enabled in [true, false] {
            let changed = admin.patch(&one, json!({ "enabled": enabled })).await.ok();
            assert_eq!(changed["enabled"], enabled);
            for member in ["disabledReason", "disabledAt"] {
                assert_eq!(changed.get(member), None, "{changed}");
            }
        }
    }
    herald.stop().await;
}

#[tokio::test]
async fn what_the_old_url_says_after_an_edit_disables_nothing() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let old = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", old.local_addr().unwrap());
    let webhook = name(&admin.create_webhook("USER_LOGIN", &url).await);
    admin.publish_login("demo").await;
    // It answers only when the webhook has moved on.
    let (mut request, _) = old.accept().await.unwrap();
    request.readable().await.unwrap();
    let page = format!("{WEBHOOKS}/{webhook}");
    admin.patch(&page, json!({ "url": "http://127.0.0.1:1024/" })).await.ok();
    request.write_all(b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    admin.until_delivery(&webhook, |delivery| delivery["attempts"] == 1).await;
    assert_eq!(admin.get(WEBHOOKS).await.ok()[0]["enabled"], true);
    herald.stop().await;
}
