//! The headers that every answer carries, the cookies, and requests that another site makes a browser send.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

mod support;

use domain::{Operation, limits::REQUEST_BODY_BYTES_MAX};
use serde_json::json;
use server::limits::RateLimits;
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
    for (public_url, hsts) in [
        ("http://herald.example.com", ""),
        ("https://herald.example.com", "max-age=31536000; includeSubDomains"),
    ] {
        let herald = TestHerald::start_as(public_url).await;
        let admin = herald.first_admin().await;
        let assert_protected = |answer: &Answer, path: &str| {
            assert_common(answer, path);
            assert_eq!(answer.header("strict-transport-security"), hsts, "{path}");
        };
        for path in PATHS {
            for caller in [&herald.client(), &admin] {
                assert_protected(&caller.get(path).await, path);
            }
        }
        // Every route, by its method, with nothing that it could take: successes and errors of all kinds.
        for operation in Operation::ALL {
            let path = operation.path().replace("{organization}", "parallelworks").replace(['{', '}'], "");
            let method = format!("{:?}", operation.method()).to_uppercase();
            assert_protected(&herald.client().send(&method, &path, "").await, &path);
            assert_protected(&herald.client().send("TRACE", &path, "").await, &path);
        }
        let long = "x".repeat(REQUEST_BODY_BYTES_MAX + 1);
        assert_protected(&admin.send("POST", "/api/organizations", long).await, "too long");
        assert_protected(&posted(&admin, "/theme", "origin", "https://evil.example").await, "from elsewhere");
        assert_protected(&admin.submit("users/create", "/", &[]).await, "a form");
        assert_protected(&admin.call("users/create", &[]).await, "a function");
        assert_protected(&admin.call("no/such", &[]).await, "no function");
        herald.stop().await;
    }
    let limits = RateLimits { address_requests: 1, ..RateLimits::none() };
    let herald = TestHerald::start_limited(limits, &[]).await;
    herald.client().get("/").await;
    let limited = herald.client().get("/").await;
    assert_eq!(limited.status, 429);
    assert_common(&limited, "limited");
    herald.stop().await;
}

/// Assets may be kept: nothing in them is private.
#[tokio::test]
async fn assets_are_protected_too() {
    let herald = TestHerald::start().await;
    let page = herald.client().get("/sign-in").await.text;
    let assets: Vec<&str> = page.split('"').filter(|text| text.starts_with("/assets/")).collect();
    for path in assets {
        let answer = herald.client().get(path).await;
        assert_eq!((answer.status, answer.header("x-content-type-options")), (200, "nosniff"), "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
    }
    herald.stop().await;
}

/// There are no figures for everybody.
#[tokio::test]
async fn metrics_are_not_public() {
    let herald = TestHerald::start().await;
    herald.first_admin().await;
    for path in
        ["/metrics", "/metrics/", "/debug", "/debug/pprof", "/.env", "/herald.db", "/assets/../herald.db"]
    {
        let status = herald.client().get(path).await.status;
        assert!([401, 404].contains(&status), "{path}: {status}");
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

/// All that set cookies: signing in by API, form and function, the first run, flashes, the theme, signing out.
#[tokio::test]
async fn over_https_cookies_are_bound_to_the_host() {
    let herald = TestHerald::start_as("https://herald.example.com").await;
    let admin = herald.first_admin().await;
    let login = json!({ "username": ADMIN, "password": PASSWORD });
    let api = herald.client().post("/api/sso/password/login", login).await;
    assert_eq!(api.set_cookies().len(), 1);
    assert!(api.set_cookies()[0].starts_with("__Host-herald_session="), "{:?}", api.set_cookies());
    let fields = [("username", ADMIN), ("password", PASSWORD)];
    let answers = [
        api,
        herald.client().call("session/sign-in", &fields).await,
        herald.client().submit("session/sign-in", "/sign-in", &fields).await,
        herald.client().submit("session/sign-in", "/sign-in", &[("username", "nobody")]).await,
        admin.post("/api/auth/password/confirm", json!({ "password": PASSWORD })).await,
        posted(&admin, "/theme", "sec-fetch-site", "same-origin").await,
        admin.log_in_admin().await.post("/api/sso/logout", json!({})).await,
        admin.log_in_admin().await.submit("session/sign-out", "/", &[]).await,
    ];
    for answer in &answers {
        assert!(!answer.set_cookies().is_empty(), "{} {}", answer.status, answer.text);
        for cookie in answer.set_cookies() {
            let parts: Vec<&str> = cookie.split("; ").collect();
            let is_theme = cookie.starts_with("herald_theme=");
            assert!(is_theme || cookie.starts_with("__Host-"), "{cookie}");
            assert_eq!(parts.contains(&"HttpOnly"), !is_theme, "{cookie}");
            assert!(["SameSite=Lax", "Secure", "Path=/"].iter().all(|flag| parts.contains(flag)), "{cookie}");
            assert!(!cookie.contains("Domain="), "{cookie}");
        }
        assert!(answer.header("strict-transport-security").starts_with("max-age=31536000"));
    }
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
