//! Creating and listing webhooks, and what is refused with an error at each member.

use serde_json::{Value, json};

use crate::{
    assert_id, assert_members, assert_problem, column,
    support::{Client, TestHerald},
};

pub(crate) const PATH: &str = "/api/organizations/parallelworks/webhooks";
pub(crate) const URL: &str = "http://127.0.0.1:1024/hook?token=a";

/// A valid body with one member replaced, or left out for `None`.
pub(crate) fn body_with(member: &str, value: impl Into<Option<Value>>) -> Value {
    let mut body = json!({ "enabled": true, "name": "demo", "type": "USER_CREATED", "url": URL, "description": "A demo" });
    let members = body.as_object_mut().expect("an object");
    match value.into() {
        Some(value) => members.insert(member.to_owned(), value),
        None => members.remove(member),
    };
    body
}

#[tokio::test]
async fn a_webhook_is_answered_as_it_was_made_and_without_its_secret() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let made = admin.post(PATH, body_with("name", json!("  Demo of été  "))).await.ok();
    assert_members(&made, &["id", "name", "type", "url", "enabled", "createdAt", "description"]);
    assert_id(&made["id"]);
    assert_eq!(made["createdAt"], herald.clock.now().to_string());
    assert_eq!((&made["name"], &made["type"]), (&json!("Demo of été"), &json!("USER_CREATED")));
    assert_eq!((&made["url"], &made["enabled"]), (&json!(URL), &json!(true)));
    assert_eq!(made["description"], "A demo");
    assert_eq!(admin.get(PATH).await.ok(), json!([made]));
    herald.stop().await;
}

#[tokio::test]
async fn a_description_may_be_left_out_empty_or_null() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for (name, description) in [("absent", None), ("empty", Some(json!(" "))), ("null", Some(Value::Null))] {
        let mut body = body_with("description", description);
        body["name"] = json!(name);
        let made = admin.post(PATH, body).await.ok();
        assert_members(&made, &["id", "name", "type", "url", "enabled", "createdAt"]);
    }
    assert_eq!(column(&admin.get(PATH).await.ok(), "name"), ["absent", "empty", "null"]);
    herald.stop().await;
}

#[tokio::test]
async fn every_type_of_event_can_be_chosen() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for event_type in ["USER_CREATED", "USER_DISABLED", "USER_REMOVED_FROM_GROUP", "USER_LOGIN"] {
        assert_eq!(admin.create_webhook(event_type, URL).await["type"], event_type);
    }
    herald.stop().await;
}

#[tokio::test]
async fn each_bad_member_is_named() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let cases: [(&str, Option<Value>, &str); 31] = [
        ("name", Some(json!("")), "required"),
        ("name", Some(json!(" \t ")), "required"),
        ("name", None, "required"),
        ("name", Some(json!("é".repeat(101))), "too_long"),
        ("name", Some(json!("a/b")), "invalid"),
        ("name", Some(json!("a\nb")), "invalid"),
        ("name", Some(json!("a\u{202e}b")), "invalid"),
        ("name", Some(json!("..")), "invalid"),
        ("name", Some(json!(7)), "wrong_type"),
        ("type", None, "required"),
        ("type", Some(json!("")), "required"),
        ("type", Some(json!("USER_EXPLODED")), "unknown"),
        ("type", Some(json!("user_created")), "unknown"),
        ("type", Some(json!(["USER_CREATED"])), "wrong_type"),
        ("url", None, "required"),
        ("url", Some(json!("")), "required"),
        ("url", Some(json!("hooks.example.com")), "invalid"),
        ("url", Some(json!("https://")), "invalid"),
        ("url", Some(json!("ftp://127.0.0.1/")), "scheme"),
        ("url", Some(json!("http://user:pass@127.0.0.1:1024/")), "user_info"),
        ("url", Some(json!("http://10.0.0.1/")), "refused"),
        ("url", Some(json!("http://[::ffff:10.0.0.1]/")), "refused"),
        ("url", Some(json!("http://127.0.0.1:25/")), "refused"),
        ("url", Some(json!("https://does-not-exist.invalid/")), "refused"),
        ("url", Some(json!(format!("https://127.0.0.1/{}", "x".repeat(2_000)))), "too_long"),
        ("url", Some(json!({})), "wrong_type"),
        ("description", Some(json!("ü".repeat(1_001))), "too_long"),
        ("description", Some(json!(false)), "wrong_type"),
        ("enabled", None, "required"),
        ("enabled", Some(json!("true")), "wrong_type"),
        ("colour", Some(json!("red")), "unknown"),
    ];
    for (member, value, code) in cases {
        let answer = admin.post(PATH, body_with(member, value.clone())).await;
        assert_problem(&answer, 422, &[&format!("#/{member}")]);
        assert_eq!(answer.json["errors"][0]["code"], code, "{member}: {value:?}");
    }
    assert_eq!(admin.get(PATH).await.ok(), json!([]), "nothing was made");
    admin.post(PATH, body_with("name", json!("é".repeat(100)))).await.ok();
    admin.post(PATH, body_with("description", json!("ü".repeat(1_000)))).await.ok();
    herald.stop().await;
}

#[tokio::test]
async fn all_errors_come_at_once() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let body = json!({ "name": "", "type": "NO", "url": "ftp://a/", "description": "x".repeat(1_001), "enabled": true });
    let answer = admin.post(PATH, body).await;
    assert_problem(&answer, 422, &["#/name", "#/type", "#/url", "#/description"]);
    let answer = admin.post(PATH, json!({ "name": 1, "a/b~c": 2, "enabled": "no" })).await;
    assert_problem(&answer, 422, &["#/name", "#/a~1b~0c", "#/enabled"]);
    herald.stop().await;
}

#[tokio::test]
async fn what_only_the_original_knows_is_ignored() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for member in ["uid", "gid", "workspaceType", "allocations", "partnerName"] {
        let mut body = body_with(member, json!(["anything"]));
        body["name"] = json!(member);
        admin.post(PATH, body).await.ok();
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_name_is_taken_in_any_case_within_its_organization() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.post(PATH, body_with("name", json!("Événement"))).await.ok();
    for name in ["Événement", "éVÉNEMENT", " événement "] {
        let answer = admin.post(PATH, body_with("name", json!(name))).await;
        assert_problem(&answer, 409, &["#/name"]);
        assert_eq!(answer.json["errors"][0]["code"], "taken");
    }
    admin.create_organization("acme").await;
    let elsewhere = "/api/organizations/acme/webhooks";
    admin.post(elsewhere, body_with("name", json!("Événement"))).await.ok();
    herald.stop().await;
}

#[tokio::test]
async fn a_secret_is_a_standard_webhooks_secret_of_its_own() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let mut secrets = Vec::new();
    for _ in 0..2 {
        let webhook = admin.create_webhook("USER_CREATED", URL).await;
        let name = webhook["name"].as_str().expect("a name");
        let answer = secret(&admin, name).await;
        assert_members(&answer, &["secret"]);
        assert_eq!(secret(&admin, name).await, answer, "it stays");
        secrets.push(answer["secret"].as_str().expect("a text").to_owned());
    }
    assert_ne!(secrets[0], secrets[1]);
    for secret in secrets {
        let key = secret.strip_prefix("whsec_").expect("the prefix of Standard Webhooks");
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, key).expect("base64");
        assert!((24..=64).contains(&bytes.len()), "{} bytes", bytes.len());
    }
    herald.stop().await;
}

async fn secret(admin: &Client, name: &str) -> Value {
    admin.get(&format!("{PATH}/{name}/secret")).await.ok()
}
