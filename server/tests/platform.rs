//! What one organization, or one broken row, must not be able to do to the rest.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

mod support;

use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use support::{ADMIN, ORGANIZATION, PASSWORD, Receiver, TestHerald};

const ADMIN_ACTIVE: &str = "/api/organizations/parallelworks/users/admin/active";

#[tokio::test]
async fn the_last_platform_admin_stays_and_only_platform_admins_disable_one() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("helpdesk").await;
    admin.create_group(ORGANIZATION, "desk", &["org:users"]).await;
    admin.add_member(ORGANIZATION, "desk", "helpdesk").await;
    let helpdesk = herald.client().log_in("helpdesk", PASSWORD).await;
    assert_eq!(helpdesk.put(ADMIN_ACTIVE, json!({ "active": false })).await.status, 403);
    let own = admin.put(ADMIN_ACTIVE, json!({ "active": false })).await;
    assert_eq!(own.status, 409);
    assert!(own.json["detail"].as_str().unwrap().contains("last active platform admin"), "{}", own.text);
    herald.client().log_in(ADMIN, PASSWORD).await;
    herald.stop().await;
}

#[tokio::test]
async fn a_secret_that_does_not_open_stops_its_own_webhook_only() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let (broken, sound) = (Receiver::start().await, Receiver::start().await);
    let spoilt = admin.create_webhook("USER_LOGIN", &broken.url("/")).await;
    admin.create_webhook("USER_LOGIN", &sound.url("/")).await;
    let database = format!("sqlite://{}", herald.folder.path().join("herald.db").display());
    let mut connection = SqliteConnection::connect(&database).await.unwrap();
    let update = sqlx::query("UPDATE webhooks SET secret = zeroblob(72) WHERE id = ?");
    update.bind(spoilt["id"].as_str().unwrap()).execute(&mut connection).await.unwrap();
    for _ in 0..3 {
        admin.log_in_admin().await;
        sound.next().await;
    }
    assert_eq!(broken.received().len(), 0);
    herald.stop().await;
}

#[tokio::test]
async fn receivers_that_never_answer_do_not_hold_up_the_others() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    // It takes connections and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = silent.accept().await {
            held.push(connection);
        }
    });
    for _ in 0..40 {
        admin.create_webhook("USER_LOGIN", &format!("http://{address}/")).await;
    }
    let sound = Receiver::start().await;
    admin.create_webhook("USER_LOGIN", &sound.url("/")).await;
    for _ in 0..10 {
        admin.log_in_admin().await;
        // An attempt at a silent one takes 15 s, longer than is waited here.
        sound.next().await;
    }
    drop(herald);
}
