//! Toggling, editing and deleting webhooks.

use serde_json::{Value, json};

use crate::{
    assert_problem, column,
    support::{Client, Receiver, TestHerald},
    webhooks::{PATH, URL, body_with},
};

/// A Herald with one webhook, `demo`.
async fn with_demo() -> (TestHerald, Client, Value) {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let demo = admin.post(PATH, body_with("name", json!("demo"))).await.ok();
    (herald, admin, demo)
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_leaves_the_rest() {
    let (herald, admin, mut expected) = with_demo().await;
    let changes = [
        ("enabled", json!(false)),
        ("enabled", json!(true)),
        ("name", json!("renamed")),
        ("url", json!("http://127.0.0.2:2048/")),
        ("description", json!("Changed")),
    ];
    let path = |webhook: &Value| format!("{PATH}/{}", webhook["name"].as_str().expect("a name"));
    for (member, value) in changes {
        let answer = admin.patch(&path(&expected), json!({ member: value })).await.ok();
        expected[member] = value;
        assert_eq!(answer, expected);
        assert_eq!(admin.get(PATH).await.ok(), json!([expected]));
    }
    assert_eq!(
        admin.patch(&path(&expected), json!({})).await.ok(),
        expected,
        "nothing named, nothing changed"
    );
    let answer = admin.patch(&path(&expected), json!({ "description": "" })).await.ok();
    expected.as_object_mut().expect("an object").remove("description");
    assert_eq!(answer, expected);
    herald.stop().await;
}

#[tokio::test]
async fn renaming_frees_the_old_name_and_keeps_the_secret() {
    let (herald, admin, demo) = with_demo().await;
    let secret = admin.get(&format!("{PATH}/demo/secret")).await.ok();
    admin
        .patch(&format!("{PATH}/demo"), json!({ "name": "DEMO", "url": "http://127.0.0.2:2048/" }))
        .await
        .ok();
    admin.patch(&format!("{PATH}/demo"), json!({ "name": "other" })).await.ok();
    assert_eq!(admin.get(&format!("{PATH}/other/secret")).await.ok(), secret);
    assert_problem(&admin.get(&format!("{PATH}/demo/secret")).await, 404, &[]);
    let new = admin.post(PATH, body_with("name", json!("Demo"))).await.ok();
    assert_ne!(new["id"], demo["id"]);
    herald.stop().await;
}

#[tokio::test]
async fn a_bad_patch_changes_nothing() {
    let (herald, admin, demo) = with_demo().await;
    let taken = admin.post(PATH, body_with("name", json!("taken"))).await.ok();
    let cases = [
        (json!({ "enabled": false, "name": "TAKEN" }), 409, vec!["#/name"]),
        (json!({ "enabled": false, "name": "" }), 422, vec!["#/name"]),
        (json!({ "enabled": false, "url": "http://10.0.0.1/" }), 422, vec!["#/url"]),
        (
            json!({ "name": "a/b", "url": "no", "description": "x".repeat(1_001) }),
            422,
            vec!["#/name", "#/url", "#/description"],
        ),
        (json!({ "enabled": 1 }), 422, vec!["#/enabled"]),
        (json!({ "enabled": false, "type": "USER_LOGIN" }), 422, vec!["#/type"]),
        (json!({ "enabled": false, "secret": "whsec_AAAA" }), 422, vec!["#/secret"]),
    ];
    for (body, status, pointers) in cases {
        assert_problem(&admin.patch(&format!("{PATH}/demo"), body).await, status, &pointers);
    }
    assert_eq!(admin.get(PATH).await.ok(), json!([demo, taken]));
    herald.stop().await;
}

#[tokio::test]
async fn deleting_frees_the_name() {
    let (herald, admin, demo) = with_demo().await;
    let answer = admin.delete(&format!("{PATH}/DEMO"), Value::Null).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(admin.get(PATH).await.ok(), json!([]));
    for (method, path) in
        [("DELETE", "demo"), ("PATCH", "demo"), ("GET", "demo/secret"), ("GET", "demo/deliveries")]
    {
        assert_problem(&admin.send(method, &format!("{PATH}/{path}"), "{}").await, 404, &[]);
    }
    let again = admin.post(PATH, body_with("name", json!("demo"))).await.ok();
    assert_ne!(again["id"], demo["id"]);
    herald.stop().await;
}

#[tokio::test]
async fn any_name_can_be_one_segment_of_a_path() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let names = ["a b", "50% off?", "#1 & co", "été", "a+b", "...", "%2F", "webhooks", "\u{1f514}"];
    for name in names {
        admin.post(PATH, body_with("name", json!(name))).await.ok();
        let mut url = url::Url::parse("http://a/").expect("a URL");
        url.path_segments_mut().expect("a base").push(name);
        let path = format!("{PATH}{}", url.path());
        assert_eq!(admin.patch(&path, json!({ "enabled": false })).await.ok()["name"], name);
        assert_eq!(admin.delete(&path, Value::Null).await.status, 204, "{name}");
    }
    assert_eq!(admin.get(PATH).await.ok(), json!([]));
    herald.stop().await;
}

#[tokio::test]
async fn a_changed_url_is_where_the_next_event_goes() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let (old, new) = (Receiver::start().await, Receiver::start().await);
    let webhook = admin.create_webhook("USER_LOGIN", &old.url("/old")).await;
    let path = format!("{PATH}/{}", webhook["name"].as_str().expect("a name"));
    admin.patch(&path, json!({ "url": new.url("/new") })).await.ok();
    admin.log_in_admin().await;
    assert_eq!(new.next().await.path, "/new");
    assert!(old.received().is_empty());
    herald.stop().await;
}

#[tokio::test]
async fn webhooks_are_listed_by_name_without_regard_to_case() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for name in ["b", "A", "C", "a2"] {
        let body = json!({ "name": name, "type": "USER_LOGIN", "url": URL, "enabled": false });
        admin.post(PATH, body).await.ok();
    }
    assert_eq!(column(&admin.get(PATH).await.ok(), "name"), ["A", "a2", "b", "C"]);
    herald.stop().await;
}
