//! Bodies that cannot be read: each a problem, never a 500, on every operation that takes one.

use domain::limits::REQUEST_BODY_BYTES_MAX;
use serde_json::json;

use crate::{
    assert_problem,
    support::{Client, TestHerald},
    webhooks::{PATH, body_with},
};

const WRITES: [(&str, &str); 10] = [
    ("POST", "/api/organizations/parallelworks/webhooks"),
    ("PATCH", "/api/organizations/parallelworks/webhooks/demo"),
    ("POST", "/api/organizations/parallelworks/users"),
    ("PUT", "/api/organizations/parallelworks/users/admin/active"),
    ("POST", "/api/organizations/parallelworks/groups"),
    ("PATCH", "/api/organizations/parallelworks/groups/crew/roles"),
    ("POST", "/api/organizations/parallelworks/groups/crew/members"),
    ("DELETE", "/api/organizations/parallelworks/groups/crew/members"),
    ("PATCH", "/api/organizations/parallelworks/seats"),
    ("POST", "/api/sso/password/login"),
];

async fn prepared() -> (TestHerald, Client) {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.post(PATH, body_with("name", json!("demo"))).await.ok();
    admin.create_group("parallelworks", "crew", &[]).await;
    (herald, admin)
}

#[tokio::test]
async fn what_is_no_json_object_is_malformed() {
    let (herald, admin) = prepared().await;
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let bodies: [&[u8]; 12] = [
        b"",
        b"name=demo",
        b"{",
        b"{}{}",
        b"null",
        b"[]",
        b"\"text\"",
        b"{\"name\":\"a\",\"name\":\"a\"}",
        b"{\"name\":\"\xff\xfe\"}",
        b"{\"name\":\"\\ud800\"}",
        b"{\"name\":1e999999}",
        deep.as_bytes(),
    ];
    for (method, path) in WRITES {
        for body in bodies {
            let answer = admin.send(method, path, body.to_vec()).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(30)]).into_owned();
            assert_eq!(answer.status, 400, "{method} {path} {shown}: {}", answer.text);
            assert_problem(&answer, 400, &[]);
        }
    }
    herald.stop().await;
}

#[tokio::test]
async fn an_empty_object_lacks_what_is_required() {
    let (herald, admin) = prepared().await;
    let required: [&[&str]; 10] = [
        &["#/enabled"],
        &[],
        &["#/username", "#/email", "#/name"],
        &["#/active"],
        &["#/name"],
        &["#/roles"],
        &["#/username"],
        &["#/username"],
        &["#/seats"],
        &["#/username", "#/password"],
    ];
    for ((method, path), pointers) in WRITES.into_iter().zip(required) {
        let answer = admin.send(method, path, "{}").await;
        match pointers {
            [] => assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text),
            pointers => assert_problem(&answer, 422, pointers),
        }
    }
    herald.stop().await;
}

#[tokio::test]
async fn an_unknown_member_is_named_everywhere() {
    let (herald, admin) = prepared().await;
    for (method, path) in WRITES {
        let answer = admin.send(method, path, "{\"hello\":1}").await;
        assert_eq!(answer.status, 422, "{method} {path}: {}", answer.text);
        assert!(answer.pointers().contains(&"#/hello"), "{method} {path}: {}", answer.text);
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_and_one_that_just_fits_is_read() {
    let (herald, admin) = prepared().await;
    let padded = |length: usize| {
        let body = body_with("name", json!("long")).to_string();
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    for length in [REQUEST_BODY_BYTES_MAX + 1, 2 << 20] {
        let answer = admin.send("POST", PATH, padded(length)).await;
        assert_problem(&answer, 413, &[]);
    }
    assert_eq!(admin.send("POST", PATH, padded(REQUEST_BODY_BYTES_MAX)).await.status, 200);
    herald.stop().await;
}

#[tokio::test]
async fn control_characters_and_nul_in_texts_are_refused() {
    let (herald, admin) = prepared().await;
    for name in ["a\u{0}b", "a\u{7f}b", "a\u{85}b", "a\u{2028}b"] {
        assert_problem(&admin.post(PATH, body_with("name", json!(name))).await, 422, &["#/name"]);
        let login = json!({ "username": name, "password": name });
        assert_problem(&admin.post("/api/sso/password/login", login).await, 401, &[]);
    }
    herald.stop().await;
}
