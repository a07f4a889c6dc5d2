//! API keys as their users make, list and delete them.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, TestHerald};

const PATH: &str = "/api/apikeys";

#[tokio::test]
async fn a_key_is_told_once_and_works_until_it_is_deleted() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let made = admin.post(PATH, json!({ "title": "deploy" })).await.ok();
    let key = made["key"].as_str().expect("the key").to_owned();
    assert_eq!((&made["title"], &made["type"]), (&json!("deploy"), &json!("platform")));
    assert!(key.starts_with("pwt_") && key.ends_with(made["keyHint"].as_str().expect("a hint")), "{made}");

    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{key}:")));
    for authorization in [format!("Bearer {key}"), basic] {
        let caller = herald.client().authorized(&authorization);
        assert_eq!(caller.get("/api/auth/whoami").await.ok(), "admin");
        caller.get("/api/organizations/parallelworks/webhooks").await.ok();
    }
    let listed = admin.get(PATH).await;
    assert!(!listed.text.contains(&key), "the key is told once");
    // The last use is noted in the background: it is there or not yet.
    let members: Vec<&str> =
        members(&listed.json[0]).into_iter().filter(|name| *name != "lastUsedAt").collect();
    assert_eq!(members, ["created", "id", "keyHint", "title", "type"]);

    let caller = bearer(&herald, &made);
    assert_eq!(
        admin.delete(&format!("{PATH}/DEPLOY"), Value::Null).await.status,
        204,
        "by title, in any case"
    );
    assert_eq!(caller.get("/api/auth/whoami").await.status, 401);
    assert_eq!(caller.get("/api/organizations/parallelworks/webhooks").await.status, 401);
    assert_eq!(admin.delete(&format!("{PATH}/deploy"), Value::Null).await.status, 404);
    let second = admin.post(PATH, json!({})).await.ok();
    assert!(second["title"].as_str().is_some_and(|title| title.starts_with("token-")), "{second}");
    let id = second["id"].as_str().expect("an id");
    assert_eq!(admin.delete(&format!("{PATH}/{id}"), Value::Null).await.status, 204, "by id");
    assert_eq!(admin.get(PATH).await.ok(), json!([]));
    herald.stop().await;
}

#[tokio::test]
async fn a_key_expires() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let hour = admin.post(PATH, json!({ "title": "hour", "expiresIn": 3600 })).await.ok();
    let day = admin.post(PATH, json!({ "title": "day", "duration": "1" })).await.ok();
    let ever = admin.post(PATH, json!({ "title": "ever", "duration": "" })).await.ok();
    assert!(hour["expiration"].is_string() && day["expiration"].is_string() && ever["expiration"].is_null());
    let works = async |made: &Value| {
        let caller = bearer(&herald, made);
        let of_organization = caller.get("/api/organizations/parallelworks/webhooks").await.status;
        assert_eq!(of_organization, caller.get("/api/auth/whoami").await.status);
        of_organization == 200
    };
    assert_eq!([works(&hour).await, works(&day).await, works(&ever).await], [true, true, true]);
    herald.clock.advance(Duration::from_secs(3600));
    assert_eq!([works(&hour).await, works(&day).await, works(&ever).await], [false, true, true]);
    herald.clock.advance(Duration::from_secs(23 * 3600));
    assert_eq!([works(&hour).await, works(&day).await, works(&ever).await], [false, false, true]);
    assert_eq!(
        admin.log_in_admin().await.get(PATH).await.ok().as_array().map(Vec::len),
        Some(3),
        "all are listed"
    );
    herald.stop().await;
}

#[tokio::test]
async fn a_key_ends_with_its_user() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let made = admin.log_in("demo", PASSWORD).await.post(PATH, json!({ "title": "mine" })).await.ok();
    let caller = bearer(&herald, &made);
    assert_eq!(caller.get("/api/auth/whoami").await.status, 200);
    admin.set_active("demo", false).await;
    assert_eq!(caller.get("/api/auth/whoami").await.status, 401);
    assert_eq!(caller.post(PATH, json!({})).await.status, 401);
    admin.set_active("demo", true).await;
    assert_eq!(caller.get("/api/auth/whoami").await.status, 200, "as the user, so the key");
    let session = admin.log_in("demo", PASSWORD).await;
    assert_eq!(caller.get("/api/organizations").await.status, 200);
    assert_eq!(admin.delete("/api/organizations/parallelworks/users/demo", Value::Null).await.status, 204);
    for client in [&caller, &session] {
        assert_eq!(client.get("/api/auth/whoami").await.status, 401, "what is deleted is gone");
        assert_eq!(client.get("/api/organizations/parallelworks/users").await.status, 401);
    }
    herald.stop().await;
}

#[tokio::test]
async fn keys_are_ones_own() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let demo = admin.log_in("demo", PASSWORD).await;
    let foreign = demo.post(PATH, json!({ "title": "shared name" })).await.ok();
    admin.post(PATH, json!({ "title": "Shared name" })).await.ok();
    assert_eq!(
        admin.get(PATH).await.ok().as_array().map(Vec::len),
        Some(1),
        "not even an admin sees another's"
    );
    let id = foreign["id"].as_str().expect("an id");
    assert_eq!(admin.delete(&format!("{PATH}/{id}"), Value::Null).await.status, 404);
    assert_eq!(admin.delete(&format!("{PATH}/shared%20name"), Value::Null).await.status, 204);
    assert_eq!(bearer(&herald, &foreign).get("/api/auth/whoami").await.ok(), "demo");
    assert_eq!(demo.post(PATH, json!({ "title": "SHARED NAME" })).await.status, 409, "one title, one key");
    herald.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_key_is_said_of_its_member() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for (body, pointers) in [
        (json!({ "title": "a/b" }), &["#/title"][..]),
        (json!({ "title": 1, "expiresIn": "x" }), &["#/title", "#/expiresIn"]),
        (json!({ "expiresIn": 0 }), &["#/expiresIn"]),
        (json!({ "expiresIn": 63_072_001 }), &["#/expiresIn"]),
        (json!({ "expiresIn": 60, "duration": "1" }), &["#/duration"]),
        (json!({ "duration": "soon" }), &["#/duration"]),
        (json!({ "type": "ai" }), &["#/type"]),
        (json!({ "scopes": [] }), &["#/scopes"]),
    ] {
        let answer = admin.post(PATH, body.clone()).await;
        assert_eq!((answer.status, answer.pointers().as_slice()), (422, pointers), "{body}: {}", answer.text);
    }
    assert_eq!(admin.get(PATH).await.ok(), json!([]));
    for number in 0..100 {
        admin.post(PATH, json!({ "title": format!("key-{number}") })).await.ok();
    }
    assert_eq!(admin.post(PATH, json!({})).await.status, 409, "a hundred are enough");
    herald.stop().await;
}

/// The clock stands, so a second write within its minute would not move what is seen; that there is none is counted by the
/// unit test of `Limits::notes_use`.
#[tokio::test]
async fn the_last_use_is_known_to_the_minute() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let made = admin.post(PATH, json!({ "title": "busy" })).await.ok();
    let caller = bearer(&herald, &made);
    let last_use = async || admin.get(PATH).await.ok()[0]["lastUsedAt"].take();
    assert_eq!(last_use().await, Value::Null);
    let mut before = Value::Null;
    for path in ["/api/auth/whoami", "/api/organizations/parallelworks/webhooks"] {
        caller.get(path).await.ok();
        let asking = async {
            loop {
                let seen = last_use().await;
                if seen != before {
                    break seen;
                }
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(10), asking).await.expect("the use is noted");
        herald.clock.advance(Duration::from_secs(59));
        caller.get(path).await.ok();
        herald.clock.advance(Duration::from_secs(1));
        assert_eq!(last_use().await, seen, "not at each use");
        before = seen;
    }
    herald.stop().await;
}

fn bearer(herald: &TestHerald, made: &Value) -> Client {
    herald.client().authorized(&format!("Bearer {}", made["key"].as_str().expect("a key")))
}

fn members(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}
