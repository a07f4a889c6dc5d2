//! Passwords: changed by their users, given again, reset by admins; and what ends with them.

use std::time::Duration;

use domain::limits::{PASSWORD_FRESH, PASSWORD_RESET_AGE_MAX};
use serde_json::json;
use server::limits::RateLimits;

use crate::support::{Answer, Client, PASSWORD, TestHerald};

const PATH: &str = "/api/auth/password";
const NEW: &str = "a new pass phrase";

#[tokio::test]
async fn one_changes_ones_password_with_the_current_one_and_other_sessions_end() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let (here, there) = (admin.log_in("demo", PASSWORD).await, admin.log_in("demo", PASSWORD).await);
    let wrong = change(&here, "not my password", NEW).await;
    assert_eq!((wrong.status, wrong.pointers()), (422, vec!["#/currentPassword"]));
    assert_eq!(
        (status(&there).await, log_in(&herald, "demo", PASSWORD).await.status),
        (200, 204),
        "nothing changed"
    );

    assert_eq!(change(&here, PASSWORD, NEW).await.status, 204);
    assert_eq!((status(&here).await, status(&there).await, status(&admin).await), (200, 401, 200));
    assert_eq!(log_in(&herald, "demo", PASSWORD).await.status, 401);
    let other = admin.log_in("demo", NEW).await;
    let body = json!({ "currentPassword": NEW, "password": PASSWORD, "endOthers": false });
    assert_eq!(here.put(PATH, body).await.status, 204);
    assert_eq!(status(&other).await, 200, "they stay where that is asked for");
    herald.stop().await;
}

#[tokio::test]
async fn a_new_password_is_compared_exactly_and_is_none_that_is_guessed_first() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let mut current = PASSWORD.to_owned();
    let long = format!("{}~", "long 密码 ".repeat(15));
    for new in ["  Pä\u{1F511}ss ", "É x Bz! é, ça va", &long] {
        assert!((8..=128).contains(&new.chars().count()), "{new}");
        assert_eq!(change(&admin, &current, new).await.status, 204, "{new}");
        for other in [new.trim().to_owned(), new.to_lowercase(), new.to_uppercase(), format!("{new} ")] {
            let expected = if other == new { 204 } else { 401 };
            assert_eq!(log_in(&herald, "admin", &other).await.status, expected, "{new:?} by {other:?}");
        }
        new.clone_into(&mut current);
    }
    for (new, code) in [("", "required"), ("seven 7", "too_short"), ("Password123!", "common")] {
        let refused = change(&admin, &current, new).await;
        assert_eq!((refused.status, refused.pointers()), (422, vec!["#/password"]), "{new}");
        assert_eq!(refused.json["errors"][0]["code"], code);
    }
    assert_eq!(change(&admin, &current, &"x y".repeat(43)).await.json["errors"][0]["code"], "too_long");
    let user = json!({ "username": "weak", "email": "w@a.b", "name": "Weak", "password": "iloveyou12" });
    let refused = admin.post("/api/organizations/parallelworks/users", user).await;
    assert_eq!(
        (refused.status, refused.pointers()),
        (422, vec!["#/password"]),
        "nor one that an admin gives"
    );
    herald.stop().await;
}

#[tokio::test]
async fn wrong_passwords_of_a_session_count_as_failed_log_ins() {
    let limits = RateLimits { account_failures: 3, ..RateLimits::none() };
    let herald = TestHerald::start_limited(limits, &[]).await;
    let admin = herald.first_admin().await;
    assert_eq!(change(&admin, "a wrong one", NEW).await.status, 422);
    let confirm = json!({ "password": "a wrong one" });
    assert_eq!(admin.post("/api/auth/password/confirm", confirm.clone()).await.status, 422);
    assert_eq!(log_in(&herald, "admin", "a wrong one").await.status, 401);
    assert_eq!(change(&admin, PASSWORD, NEW).await.status, 429);
    assert_eq!(admin.post("/api/auth/password/confirm", confirm).await.status, 429);
    assert_eq!(status(&admin).await, 200, "the session goes on");
    herald.stop().await;
}

#[tokio::test]
async fn what_outlives_a_session_asks_for_the_password_again() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let sensitive = async |client: &Client| {
        let key = client.post("/api/apikeys", json!({})).await;
        let reset =
            client.post("/api/organizations/parallelworks/users/demo/password-reset", json!({})).await;
        let body = json!({ "admin": false });
        let admin = client.put("/api/organizations/parallelworks/users/demo/admin", body).await;
        assert_eq!((key.status, key.status < 300), (reset.status, admin.status < 300));
        key
    };
    assert_eq!(sensitive(&admin).await.status, 200);
    herald.clock.advance(PASSWORD_FRESH);
    let stale = sensitive(&admin).await;
    assert_eq!((stale.status, stale.pointers()), (403, vec!["#/password"]));
    assert_eq!(stale.json["errors"][0]["code"], "password_needed");
    assert_eq!(status(&admin).await, 200, "all else goes on");

    let wrong = admin.post("/api/auth/password/confirm", json!({ "password": "a wrong one" })).await;
    assert_eq!((wrong.status, wrong.set_cookies().len()), (422, 0));
    assert_eq!(sensitive(&admin).await.status, 403);
    let confirmed = admin.post("/api/auth/password/confirm", json!({ "password": PASSWORD })).await;
    assert_eq!(confirmed.status, 204);
    let renewed = admin.with_cookies(&confirmed);
    assert_eq!((status(&admin).await, status(&renewed).await), (401, 200), "the session has another token");
    let key = sensitive(&renewed).await.ok();
    herald.clock.advance(PASSWORD_FRESH);
    let by_key = herald.client().authorized(&format!("Bearer {}", key["key"].as_str().expect("a key")));
    assert_eq!(sensitive(&by_key).await.status, 200, "a key has no password to give");
    assert_eq!(by_key.post("/api/auth/password/confirm", json!({ "password": PASSWORD })).await.status, 409);
    herald.stop().await;
}

#[tokio::test]
async fn a_reset_works_once_for_an_hour_and_ends_what_was_open() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let session = admin.log_in("demo", PASSWORD).await;
    let first = begin_reset(&admin, "demo").await;
    assert_eq!(status(&session).await, 401, "sessions end at once");
    assert!(first.len() >= 22, "at least 128 bits");
    assert_eq!(use_reset(&herald, &first, "short").await.pointers(), ["#/password"], "which uses nothing up");
    assert_eq!(use_reset(&herald, &first, "Password123").await.pointers(), ["#/password"]);

    let second = begin_reset(&admin, "demo").await;
    assert_void(&use_reset(&herald, &first, NEW).await);
    assert_eq!(use_reset(&herald, &second, NEW).await.status, 204);
    assert_void(&use_reset(&herald, &second, "yet another phrase").await);
    assert_eq!(log_in(&herald, "demo", PASSWORD).await.status, 401);
    let demo = admin.log_in("demo", NEW).await;

    let late = begin_reset(&admin, "demo").await;
    herald.clock.advance(PASSWORD_RESET_AGE_MAX);
    assert_void(&use_reset(&herald, &late, PASSWORD).await);
    let admin = admin.log_in_admin().await;
    assert_eq!(status(&demo).await, 401);
    let changed = begin_reset(&admin, "demo").await;
    assert_eq!(change(&admin.log_in("demo", NEW).await, NEW, PASSWORD).await.status, 204);
    assert_void(&use_reset(&herald, &changed, NEW).await);
    let disabled = begin_reset(&admin, "demo").await;
    admin.set_active("demo", false).await;
    assert_void(&use_reset(&herald, &disabled, NEW).await);
    assert_void(&use_reset(&herald, "", NEW).await);
    herald.stop().await;
}

#[tokio::test]
async fn nobody_resets_a_platform_admin_but_another_one() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let chief = admin.holder("parallelworks", "chief", "org:admin").await;
    let users = "/api/organizations/parallelworks/users";
    for request in [
        chief.post(&format!("{users}/admin/password-reset"), json!({})).await,
        chief.delete(&format!("{users}/admin/sessions"), json!({})).await,
    ] {
        assert_eq!(request.status, 403, "{}", request.text);
    }
    assert_eq!(status(&admin).await, 200);
    let token = begin_reset(&admin, "admin").await;
    assert_eq!(use_reset(&herald, &token, NEW).await.status, 204);
    herald.stop().await;
}

#[tokio::test]
async fn tokens_that_are_made_up_count_as_failed_log_ins() {
    let limits = RateLimits { account_failures: 3, ..RateLimits::none() };
    let herald = TestHerald::start_limited(limits, &[]).await;
    let admin = herald.first_admin().await;
    for _ in 0..3 {
        assert_void(&use_reset(&herald, "made up", NEW).await);
    }
    let token = begin_reset(&admin, "admin").await;
    assert_eq!(use_reset(&herald, &token, NEW).await.status, 429);
    herald.clock.advance(Duration::from_secs(60));
    assert_eq!(use_reset(&herald, &token, NEW).await.status, 204);
    herald.stop().await;
}

async fn change(client: &Client, current: &str, new: &str) -> Answer {
    client.put(PATH, json!({ "currentPassword": current, "password": new })).await
}

async fn begin_reset(admin: &Client, username: &str) -> String {
    let path = format!("/api/organizations/parallelworks/users/{username}/password-reset");
    admin.post(&path, json!({})).await.ok()["token"].as_str().expect("a token").to_owned()
}

async fn use_reset(herald: &TestHerald, token: &str, password: &str) -> Answer {
    herald.client().post("/api/auth/password/reset", json!({ "token": token, "password": password })).await
}

#[track_caller]
fn assert_void(answer: &Answer) {
    assert_eq!((answer.status, answer.pointers()), (422, vec!["#/token"]), "{}", answer.text);
}

async fn log_in(herald: &TestHerald, username: &str, password: &str) -> Answer {
    herald
        .client()
        .post("/api/sso/password/login", json!({ "username": username, "password": password }))
        .await
}

async fn status(client: &Client) -> u16 {
    client.get("/api/auth/whoami").await.status
}
