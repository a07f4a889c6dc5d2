//! The headers that every answer carries, the cookies, and requests that another site makes a browser send.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

mod support;

use serde_json::json;
use support::{ADMIN, Answer, Client, PASSWORD, TestHerald};

const PATHS: [&str; 7] =
    ["/", "/sign-in", "/nothing", "/api/nothing", "/api/auth/session", "/assets/nothing", "/healthz"];

fn assert_common(answer: &Answer, path: &str) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    assert_eq!(answer.header("cache-control"), "no-store", "{path}");
}

#[tokio::test]
async fn every_answer_is_protected() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for path in PATHS {
        for caller in [&herald.client(), &admin] {
            let answer = caller.get(path).await;
            assert_common(&answer, path);
            assert_eq!(answer.header("strict-transport-security"), "", "not over http");
        }
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_page_runs_its_own_scripts_only_and_each_page_has_another_nonce() {
    let herald = TestHerald::start().await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let page = herald.client().get("/sign-in").await;
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'nonce-"), "{policy}");
        assert!(policy.contains("style-src 'self';") && !policy.contains("unsafe-inline"), "{policy}");
        let nonce = policy.split_once("'nonce-").unwrap().1.split_once('\'').unwrap().0.to_owned();
        for tag in page.text.split('<').filter(|tag| tag.starts_with("script")) {
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{tag}");
        }
        assert!(!page.text.contains(" style="), "no inline style");
        assert!(page.text.ends_with("</html>"), "the document ends with itself");
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
    let api = herald.client().get("/api/auth/session").await;
    assert_eq!(api.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    herald.stop().await;
}

#[tokio::test]
async fn over_https_cookies_are_bound_to_the_host() {
    let herald = TestHerald::start_as("https://herald.example.com").await;
    herald.first_admin().await;
    let login = json!({ "username": ADMIN, "password": PASSWORD });
    let answer = herald.client().post("/api/sso/password/login", login).await;
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 1);
    assert!(cookies[0].starts_with("__Host-herald_session="), "{cookies:?}");
    for flag in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookies[0].split("; ").any(|part| part == flag), "{flag}: {cookies:?}");
    }
    assert!(answer.header("strict-transport-security").starts_with("max-age=31536000"));
    herald.stop().await;
}

async fn posted(caller: &Client, path: &str, name: &'static str, value: &str) -> Answer {
    let request = caller.request("POST", path).header("accept", "text/html").header(name, value);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    Client::answer(request.body("theme=dark")).await
}

#[tokio::test]
async fn what_another_site_makes_a_browser_send_is_refused() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for path in
        ["/api/organizations", "/api/sso/logout", "/fn/session/sign-out", "/fn/webhooks/create", "/theme"]
    {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            let answer = posted(&admin, path, name, value).await;
            assert_eq!(answer.status, 403, "{path} {name}: {value}");
            assert_eq!(answer.json["code"], "forbidden");
        }
    }
    assert_eq!(admin.get("/api/auth/whoami").await.status, 200, "still signed in");
    let own = posted(&admin, "/theme", "sec-fetch-site", "same-origin").await;
    assert_eq!(own.status, 303);
    assert!(own.set_cookies()[0].starts_with("herald_theme=dark"), "{:?}", own.set_cookies());
    herald.stop().await;
}
