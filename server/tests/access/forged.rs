//! What another site makes a browser send: with a valid cookie, on every write, by each sign that there can be of it.

use domain::{Method, Operation};
use serde_json::Value;

use crate::{
    functions, operations,
    support::{Answer, Client},
    world::{ACME, World},
};

/// What a browser says of a request from elsewhere, and what a form from elsewhere can be.
const SIGNS: [(&str, &str); 8] = [
    ("origin", "https://evil.example"),
    ("origin", "null"),
    ("origin", "http://127.0.0.1.evil.example"),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
    ("content-type", "text/plain"),
    ("content-type", "Text/Plain; charset=utf-8"),
    ("content-type", "multipart/form-data; boundary=x"),
];

#[tokio::test]
async fn nothing_that_another_site_sends_is_done() {
    let world = World::start().await;
    let before = picture(&world.admin).await;
    for &operation in Operation::ALL.iter().filter(|operation| operation.method() != Method::Get) {
        let path = operation.path().replace("{organization}", ACME).replace(['{', '}'], "");
        for (name, value) in SIGNS.into_iter().chain([("content-type", "application/x-www-form-urlencoded")])
        {
            let request = world.admin.request(operations::method(operation), &path).header(name, value);
            assert_refused(
                &Client::answer(request.body("{}")).await,
                &format!("{operation:?} {name}: {value}"),
            );
        }
    }
    for path in functions::names().map(|name| format!("/fn/{name}")).chain(["/theme".to_owned()]) {
        for (name, value) in SIGNS {
            let request = world.admin.request("POST", &path).header(name, value);
            assert_refused(
                &Client::answer(request.body("theme=dark")).await,
                &format!("{path} {name}: {value}"),
            );
        }
    }
    assert_eq!(picture(&world.admin).await, before, "nothing changed, and the session goes on");
    world.herald.stop().await;
}

/// No state changes by a GET: whatever is named with it, the log out among it, is no such path or takes no such method.
#[tokio::test]
async fn nothing_changes_by_get() {
    let world = World::start().await;
    let before = picture(&world.admin).await;
    for &operation in Operation::ALL.iter().filter(|operation| operation.method() != Method::Get) {
        let path = operation.path().replace("{organization}", ACME).replace(['{', '}'], "");
        world.admin.get(&path).await;
    }
    for name in functions::names() {
        assert_ne!(world.admin.get(&format!("/fn/{name}")).await.status, 200, "{name}");
    }
    assert_eq!(picture(&world.admin).await, before);
    world.herald.stop().await;
}

#[track_caller]
fn assert_refused(answer: &Answer, what: &str) {
    assert_eq!(
        (answer.status, &answer.json["code"]),
        (403, &Value::from("forbidden")),
        "{what}: {}",
        answer.text
    );
}

async fn picture(admin: &Client) -> Vec<String> {
    let mut picture = Vec::new();
    let organization = format!("/api/organizations/{ACME}");
    for path in ["webhooks", "users", "groups", "seats"].map(|path| format!("{organization}/{path}")) {
        picture.push(admin.get(&path).await);
    }
    for path in ["/api/organizations", "/api/apikeys", "/api/auth/sessions"] {
        picture.push(admin.get(path).await);
    }
    picture.into_iter().map(|answer| format!("{} {}", answer.status, answer.text)).collect()
}
