//! Signing in and out and the first run without scripts.

use crate::{
    Browser,
    support::{Client, PASSWORD, TestHerald},
};

#[tokio::test]
async fn signing_in_leads_to_where_one_wanted_to_go() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let id = admin.organization_id("parallelworks").await;
    let wanted = format!("/organizations/{id}/webhooks?status=enabled");
    for (to, expected) in [(wanted.as_str(), wanted.as_str()), ("", "/")] {
        let mut browser = Browser::of(herald.client());
        let fields = [("username", "admin"), ("password", PASSWORD), ("to", to)];
        assert_eq!(browser.submit("session/sign-in", "/sign-in", &fields).await, expected);
        assert!(browser.client.cookies().contains("herald_session="));
        assert_eq!(browser.open(expected).await.status, 200);
    }
    herald.stop().await;
}

#[tokio::test]
async fn signing_in_never_leads_off_site() {
    let herald = TestHerald::start().await;
    herald.first_admin().await;
    let here = url::Url::parse(&herald.url).expect("a URL");
    let targets = [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "\t//evil.example/",
        "/\n/evil.example/",
        "/\r\n/evil.example/",
        " //evil.example/",
        "/\u{b}/evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "@evil.example",
        "/é//evil.example",
    ];
    for to in targets {
        let mut browser = Browser::of(herald.client());
        let fields = [("username", "admin"), ("password", PASSWORD), ("to", to)];
        let location = browser.submit("session/sign-in", "/sign-in", &fields).await;
        // As a browser reads it: it drops tabs and line breaks and takes `\` for `/`.
        let reached = here.join(&location).expect("a URL");
        assert_eq!(reached.origin(), here.origin(), "{to:?} leads to {location:?}");
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_referring_page_of_another_site_is_not_gone_back_to() {
    let herald = TestHerald::start().await;
    herald.first_admin().await;
    for referer in ["https://evil.example/x", "https://evil.example//evil.example/", "about:blank", ""] {
        let request = herald.client().request("POST", "/fn/session/sign-in").header("accept", "text/html");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("referer", referer).body("username=admin&password=wrong");
        let answer = Client::answer(request).await;
        let location = answer.header("location");
        assert!(location.starts_with('/') && !location.starts_with("//"), "{referer}: {location}");
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_failed_sign_in_says_one_thing_for_all_causes() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("disabled").await;
    admin.set_active("disabled", false).await;
    let mut said = Vec::new();
    let wrong = "a wrong password";
    for (username, password) in [("admin", wrong), ("nobody", PASSWORD), ("disabled", PASSWORD)] {
        let mut browser = Browser::of(herald.client());
        let fields = [("username", username), ("password", password), ("to", "/")];
        let to = browser.submit("session/sign-in", "/sign-in?to=%2F", &fields).await;
        assert_eq!(to, "/sign-in?to=%2F");
        assert!(!browser.client.cookies().contains("herald_session="));
        let page = browser.open(&to).await;
        said.push(page.summary().expect("a summary"));
        assert_eq!(page.value("username").as_deref(), Some(username));
        assert_eq!(page.value("password"), None);
        assert!(!page.holds(password), "nowhere, scripts included");
        assert_eq!(browser.open(&to).await.summary(), None, "once");
    }
    assert!(said[0].contains("not right"), "{said:?}");
    assert!(said.iter().all(|words| *words == said[0]), "{said:?}");
    herald.stop().await;
}

#[tokio::test]
async fn signing_in_without_words_points_at_the_fields() {
    let herald = TestHerald::start().await;
    herald.first_admin().await;
    let mut browser = Browser::of(herald.client());
    let to = browser.submit("session/sign-in", "/sign-in", &[("username", ""), ("password", "")]).await;
    let page = browser.open(&to).await;
    assert!(page.error("username").is_some() && page.error("password").is_some());
    herald.stop().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_and_says_so() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let mut browser = Browser::of(admin.clone());
    let to = browser.submit("session/sign-out", "/", &[]).await;
    assert_eq!(to, "/sign-in");
    assert!(!browser.client.cookies().contains("herald_session="), "the browser forgets it");
    assert_eq!(admin.get("/api/auth/whoami").await.status, 401, "and the server");
    assert!(browser.open(&to).await.toasts().contains("You are signed out"));
    herald.stop().await;
}

#[tokio::test]
async fn the_first_run_signs_its_admin_in() {
    let herald = TestHerald::start().await;
    let token = herald.herald.open_first_run();
    let form = format!("/first-run/{token}");
    let mut browser = Browser::of(herald.client());
    let mut fields = [
        ("token", token.as_str()),
        ("organization", "parallelworks"),
        ("username", "admin"),
        ("email", "not an address"),
        ("password", PASSWORD),
    ];
    let to = browser.submit("first-run/create", &form, &fields).await;
    assert_eq!(to, form);
    let page = browser.open(&to).await;
    assert!(page.error("email").is_some());
    assert_eq!(page.value("organization").as_deref(), Some("parallelworks"));
    assert!(!page.holds(PASSWORD));

    fields[3].1 = "admin@parallelworks.com";
    let to = browser.submit("first-run/create", &form, &fields).await;
    assert_eq!(to, "/");
    assert_eq!(browser.client.get("/api/auth/whoami").await.ok(), "admin");
    let page = browser.open(&form).await;
    assert!(!page.holds("name=\"password\""), "the link is used up");
    herald.stop().await;
}
