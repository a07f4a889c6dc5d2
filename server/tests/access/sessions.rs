//! A session ends on the server: by signing out, by disabling the user, by time, by signing in again.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{
    Operation,
    limits::{SESSION_AGE_MAX, SESSION_IDLE_MAX},
};
use serde_json::json;

use crate::support::{Client, PASSWORD, TestHerald};

#[tokio::test]
async fn a_disabled_users_session_ends_and_does_not_come_back() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let (first, second) = (admin.log_in("demo", PASSWORD).await, admin.log_in("demo", PASSWORD).await);
    assert_eq!(status(&first).await, 200);
    admin.set_active("demo", false).await;
    assert_eq!((status(&first).await, status(&second).await), (401, 401));
    admin.set_active("demo", true).await;
    assert_eq!((status(&first).await, status(&second).await), (401, 401), "enabling opens no old session");
    assert_eq!(status(&admin.log_in("demo", PASSWORD).await).await, 200);
    herald.stop().await;
}

#[tokio::test]
async fn a_signed_out_session_ends_and_no_other() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let (by_api, by_form, stays) =
        (admin.log_in_admin().await, admin.log_in_admin().await, admin.log_in_admin().await);
    by_api.post("/api/sso/logout", json!({})).await.ok();
    by_form.call("session/sign-out", &[]).await.ok();
    assert_eq!((status(&by_api).await, status(&by_form).await), (401, 401));
    assert_eq!(status(&stays).await, 200);
    herald.stop().await;
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_one_had() {
    let herald = TestHerald::start().await;
    let old = herald.first_admin().await;
    let answer =
        old.post("/api/sso/password/login", json!({ "username": "admin", "password": PASSWORD })).await;
    let new = old.with_cookies(&answer);
    assert_ne!(old.cookies(), new.cookies());
    assert_eq!((status(&old).await, status(&new).await), (401, 200));
    herald.stop().await;
}

#[tokio::test]
async fn a_planted_cookie_is_no_session_and_never_becomes_one() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let planted = "herald_session=planted-by-somebody-else";
    let request = herald.client().request("POST", "/api/sso/password/login").header("cookie", planted);
    let body = json!({ "username": "admin", "password": PASSWORD }).to_string();
    let answer = Client::answer(request.body(body)).await;
    let session = herald.client().with_cookies(&answer);
    assert_ne!(session.cookies(), planted);
    let planted = herald.client().request("GET", "/api/auth/whoami").header("cookie", planted);
    assert_eq!(Client::answer(planted).await.status, 401);
    assert_eq!((status(&session).await, status(&admin).await), (200, 200));
    herald.stop().await;
}

#[tokio::test]
async fn an_idle_session_ends() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let moment = Duration::from_secs(1);
    for _ in 0..2 {
        herald.clock.advance(SESSION_IDLE_MAX - moment);
        assert_eq!(status(&admin).await, 200, "each use counts");
    }
    herald.clock.advance(SESSION_IDLE_MAX);
    assert_eq!(status(&admin).await, 401);
    herald.stop().await;
}

#[tokio::test]
async fn a_session_in_constant_use_ends_as_well() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let step = SESSION_IDLE_MAX / 2;
    let steps = SESSION_AGE_MAX.as_secs() / step.as_secs();
    for _ in 1..steps {
        herald.clock.advance(step);
        assert_eq!(status(&admin).await, 200);
    }
    herald.clock.advance(step);
    assert_eq!(status(&admin).await, 401);
    herald.stop().await;
}

#[tokio::test]
async fn a_wrong_key_beside_a_good_session_is_refused() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for authorization in
        ["Bearer", "Bearer pwt_bm9uZQ.no", "Basic bm9uZTo=", "Basic ???", "Digest x", "pwt_a.b"]
    {
        let answer = admin.authorized(authorization).get("/api/auth/whoami").await;
        assert_eq!(answer.status, 401, "{authorization}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{authorization}");
    }
    herald.stop().await;
}

/// A session's cookie, a key as Bearer, a key as Basic: nothing else says who one is, nowhere else.
#[tokio::test]
async fn there_are_no_other_ways_to_say_who_one_is() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let made = admin.post("/api/apikeys", json!({})).await.ok();
    let key = made["key"].as_str().expect("a key");
    let token = admin.cookies().split_once('=').expect("a cookie").1.to_owned();
    let nobody = herald.client();
    let others = [
        nobody.with_header("x-api-key", key),
        nobody.with_header("api-key", key),
        nobody.with_header("x-auth-token", &token),
        nobody.with_header("x-forwarded-user", "admin"),
        nobody.with_header("remote-user", "admin"),
        nobody.with_header("cookie", &format!("herald_session={key}")),
        nobody.with_header("cookie", &format!("session={token}")),
        nobody.with_header("cookie", &format!("__Host-herald_session={token}")),
        nobody.authorized(&format!("Bearer {token}")),
        nobody.authorized(&format!("Token {key}")),
        nobody.authorized(key),
        nobody.authorized(&format!("Basic {}", BASE64_STANDARD.encode(format!("admin:{PASSWORD}")))),
        nobody.authorized(&format!("Basic {}", BASE64_STANDARD.encode(format!(":{key}")))),
    ];
    for (number, caller) in others.iter().enumerate() {
        assert_eq!(status(caller).await, 401, "way {number}");
    }
    for path in [format!("/api/auth/whoami?key={key}"), format!("/api/auth/whoami?access_token={token}")] {
        assert_eq!(nobody.get(&path).await.status, 401);
    }
    herald.stop().await;
}

/// Without credentials one logs in, uses a reset, does the first run, and no more.
#[test]
fn what_is_open_to_anyone_is_listed() {
    let open: Vec<Operation> =
        Operation::ALL.iter().copied().filter(|operation| operation.who() == domain::Who::Anyone).collect();
    assert_eq!(open, [Operation::UsePasswordReset, Operation::LogIn]);
}

async fn status(client: &Client) -> u16 {
    client.get("/api/auth/whoami").await.status
}

const SESSIONS: &str = "/api/auth/sessions";

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let here = admin.with_header("user-agent", "Laptop").log_in("demo", PASSWORD).await;
    herald.clock.advance(Duration::from_secs(1));
    let there = admin.with_header("user-agent", "Phone <b>").log_in("demo", PASSWORD).await;

    let listed = here.get(SESSIONS).await.ok();
    let rows = listed.as_array().expect("a list");
    let seen: Vec<_> = rows.iter().map(|row| (&row["userAgent"], &row["current"])).collect();
    assert_eq!(seen, [(&json!("Phone <b>"), &json!(false)), (&json!("Laptop"), &json!(true))]);
    assert!(rows.iter().all(|row| row["address"] == "127.0.0.1"), "{listed}");
    assert!(!here.cookies().split('=').any(|token| listed.to_string().contains(token)), "no token is told");

    let id = rows[0]["id"].as_str().expect("an id");
    assert_eq!(
        admin.delete(&format!("{SESSIONS}/{id}"), json!({})).await.status,
        404,
        "another's is not found"
    );
    assert_eq!(here.delete(&format!("{SESSIONS}/{id}"), json!({})).await.status, 204);
    assert_eq!((status(&here).await, status(&there).await), (200, 401));
    assert_eq!(here.delete(&format!("{SESSIONS}/{id}"), json!({})).await.status, 404);
    assert_eq!(here.delete(&format!("{SESSIONS}/nonsense"), json!({})).await.status, 404);

    let another = admin.log_in("demo", PASSWORD).await;
    assert_eq!(here.delete(SESSIONS, json!({})).await.status, 204);
    assert_eq!((status(&here).await, status(&another).await, status(&admin).await), (200, 401, 200));
    herald.stop().await;
}

#[tokio::test]
async fn admins_end_a_users_sessions() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let (first, second) = (admin.log_in("demo", PASSWORD).await, admin.log_in("demo", PASSWORD).await);
    let path = "/api/organizations/parallelworks/users/demo/sessions";
    assert_eq!(admin.delete(path, json!({})).await.status, 204);
    assert_eq!((status(&first).await, status(&second).await, status(&admin).await), (401, 401, 200));
    assert_eq!(status(&admin.log_in("demo", PASSWORD).await).await, 200, "the user may come again");
    admin.create_organization("acme").await;
    assert_eq!(admin.delete("/api/organizations/acme/users/demo/sessions", json!({})).await.status, 404);
    herald.stop().await;
}

#[tokio::test]
async fn signing_out_clears_what_the_browser_keeps() {
    let herald = TestHerald::start().await;
    let by_api = herald.first_admin().await;
    let by_form = by_api.log_in_admin().await;
    let api = by_api.post("/api/sso/logout", json!({})).await;
    let form = by_form.submit("session/sign-out", "/", &[]).await;
    for answer in [&api, &form] {
        assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(herald.client().get("/sign-in").await.header("clear-site-data"), "", "nothing else does");
    herald.stop().await;
}
