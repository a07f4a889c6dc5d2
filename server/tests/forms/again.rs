//! Forms that come too late: after the session has ended, or when the password was given too long ago.

use std::time::Duration;

use domain::limits::{PASSWORD_FRESH, SESSION_IDLE_MAX};

use crate::{
    Browser,
    support::{Client, PASSWORD, TestHerald},
};

const MINUTE: Duration = Duration::from_secs(60);

/// Somebody types a new user, and their session ends before they send it.
async fn sent_too_late(herald: &TestHerald) -> (Browser, Client, String) {
    let admin = herald.first_admin().await;
    let id = admin.organization_id("parallelworks").await;
    herald.clock.advance(SESSION_IDLE_MAX);
    let page = format!("/organizations/{id}/users/new");
    let mut browser = Browser::of(admin.clone());
    let fields = [
        ("organization_id", id.as_str()),
        ("username", "demo"),
        ("email", "not an address & <more>"),
        ("name", "Demo"),
        ("password", "a secret of their own"),
    ];
    let to = browser.submit("users/create", &page, &fields).await;
    assert_eq!(to, format!("/sign-in?to=%2Forganizations%2F{id}%2Fusers%2Fnew"));
    (browser, admin, page)
}

#[tokio::test]
async fn a_form_whose_session_has_ended_is_there_again_once_somebody_signed_in() {
    let herald = TestHerald::start().await;
    let (mut browser, _, page) = sent_too_late(&herald).await;
    for _ in 0..2 {
        let sign_in = browser.open("/sign-in").await;
        assert!(sign_in.holds("what you typed is kept"), "however often the page is loaded");
        assert!(!sign_in.holds("not an address"), "not before one knows who it is");
    }
    let wrong = [("username", "admin"), ("password", "wrong horse battery"), ("to", page.as_str())];
    let to = browser.submit("session/sign-in", "/sign-in", &wrong).await;
    assert!(browser.open(&to).await.holds("what you typed is kept"), "a wrong password loses nothing");
    herald.clock.advance(14 * MINUTE);
    let right = [("username", "admin"), ("password", PASSWORD), ("to", page.as_str())];
    assert_eq!(browser.submit("session/sign-in", "/sign-in", &right).await, page);
    let form = browser.open(&page).await;
    assert!(form.summary().expect("a summary").contains("nothing was saved"));
    assert_eq!(form.value("username").as_deref(), Some("demo"));
    assert_eq!(form.value("email").as_deref(), Some("not an address & <more>"));
    assert_eq!(form.value("password"), None);
    assert!(!form.holds("a secret of their own"));
    assert_eq!(browser.open(&page).await.summary(), None, "once");
    herald.stop().await;
}

#[tokio::test]
async fn what_was_typed_waits_for_a_quarter_of_an_hour_only() {
    let herald = TestHerald::start().await;
    let (mut browser, _, page) = sent_too_late(&herald).await;
    herald.clock.advance(15 * MINUTE);
    assert!(!browser.open("/sign-in").await.holds("what you typed is kept"));
    let right = [("username", "admin"), ("password", PASSWORD), ("to", page.as_str())];
    assert_eq!(browser.submit("session/sign-in", "/sign-in", &right).await, page);
    assert_eq!(browser.open(&page).await.summary(), None);
    herald.stop().await;
}

/// The field stands in the same form, so nothing that was typed is lost.
#[tokio::test]
async fn a_password_that_was_given_long_ago_is_asked_for_by_the_form_itself() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let id = admin.organization_id("parallelworks").await;
    let page = format!("/organizations/{id}/api-keys/new");
    let mut browser = Browser::of(admin.clone());
    assert!(!browser.open(&page).await.holds("Your password"));
    herald.clock.advance(PASSWORD_FRESH);
    let fields = |password: &'static str| {
        [("organization_id", id.clone()), ("title", "ci".to_owned()), ("password", password.to_owned())]
    };
    for (password, words) in [("", "Enter your password again"), ("wrong horse battery", "not your password")]
    {
        let fields = fields(password);
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(browser.submit("api-keys/create", &page, &fields).await, page);
        let form = browser.open(&page).await;
        assert!(form.error("password").expect("an error").contains(words), "{:?}", form.error("password"));
        assert_eq!(form.value("title").as_deref(), Some("ci"));
        assert!(!form.holds("wrong horse battery"));
    }
    let fields = fields(PASSWORD);
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let tab = browser.submit("api-keys/create", &page, &fields).await;
    assert_eq!(tab, format!("/organizations/{id}/api-keys"));
    let page = browser.open(&tab).await;
    assert!(page.holds("pwt_") && page.toasts().contains("API key created"));
    assert!(!browser.open(&tab).await.holds("pwt_"), "once");
    // The session goes on under another token, and its password is fresh.
    let answer = browser.client.post("/api/apikeys", serde_json::json!({ "title": "another" })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(admin.get("/api/auth/session").await.status, 401, "the token before is void");
    herald.stop().await;
}
