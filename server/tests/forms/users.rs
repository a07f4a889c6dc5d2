//! Creating and disabling users without scripts.

use serde_json::json;

use crate::{
    Browser,
    support::{PASSWORD, TestHerald},
};

#[tokio::test]
async fn a_created_user_leads_to_the_tab_and_can_sign_in() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let id = admin.organization_id("parallelworks").await;
    let tab = format!("/organizations/{id}/users");
    let mut browser = Browser::of(admin.clone());
    let fields = [
        ("organization_id", id.as_str()),
        ("username", "demo"),
        ("email", "demo@parallelworks.com"),
        ("name", "Demo"),
        ("password", PASSWORD),
    ];
    let to = browser.submit("users/create", &format!("{tab}/new"), &fields).await;
    assert_eq!(to, tab);
    let page = browser.open(&to).await;
    assert!(page.toasts().contains("User created successfully"));
    assert!(page.holds("demo@parallelworks.com") && !page.holds(PASSWORD));
    admin.log_in("demo", PASSWORD).await;
    herald.stop().await;
}

#[tokio::test]
async fn a_refused_user_comes_back_as_typed_without_the_password() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let id = admin.organization_id("parallelworks").await;
    let form = format!("/organizations/{id}/users/new");
    let mut browser = Browser::of(admin.clone());
    let fields = [
        ("organization_id", id.as_str()),
        ("username", "ADMIN"),
        ("email", "demo@parallelworks.com"),
        ("name", "Dé & Mo"),
        ("password", PASSWORD),
    ];
    let to = browser.submit("users/create", &form, &fields).await;
    assert_eq!(to, form);
    let page = browser.open(&to).await;
    assert!(page.error("username").expect("an error").contains("taken"));
    assert_eq!(page.value("username").as_deref(), Some("ADMIN"));
    assert_eq!(page.value("email").as_deref(), Some("demo@parallelworks.com"));
    assert_eq!(page.value("name").as_deref(), Some("Dé & Mo"));
    assert_eq!(page.value("password"), None);
    assert!(!page.holds(PASSWORD), "nowhere, scripts included");

    let mut fields = fields;
    (fields[1].1, fields[4].1) = ("demo", "2 short");
    let to = browser.submit("users/create", &form, &fields).await;
    let page = browser.open(&to).await;
    assert!(page.error("password").expect("an error").contains("at least 8"), "{:?}", page.error("password"));
    assert!(!page.holds("2 short"));
    assert_eq!(browser.open(&to).await.error("password"), None, "once");
    herald.stop().await;
}

#[tokio::test]
async fn disabling_and_enabling_lead_back_to_the_tab() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let id = admin.organization_id("parallelworks").await;
    let tab = format!("/organizations/{id}/users");
    let demo = admin.create_user("demo").await;
    let mut browser = Browser::of(admin.clone());
    let user_id = demo["id"].as_str().expect("an id");
    for (active, toast) in [("false", "User disabled"), ("true", "User enabled")] {
        let fields = [("organization_id", id.as_str()), ("user_id", user_id), ("active", active)];
        let to = browser.submit("users/set-active", &tab, &fields).await;
        assert_eq!(to, tab);
        assert!(browser.open(&to).await.toasts().contains(toast));
        let listed = admin.get("/api/organizations/parallelworks/users?search=demo").await.ok();
        assert_eq!(listed["users"][0]["active"], json!(active == "true"));
    }
    herald.stop().await;
}

#[tokio::test]
async fn no_free_seat_is_said_in_words() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let id = admin.organization_id("parallelworks").await;
    admin.patch("/api/organizations/parallelworks/seats", json!({ "seats": 1 })).await.ok();
    let form = format!("/organizations/{id}/users/new");
    let mut browser = Browser::of(admin.clone());
    let fields =
        [("organization_id", id.as_str()), ("username", "demo"), ("email", "a@b.c"), ("name", "Demo")];
    let to = browser.submit("users/create", &form, &fields).await;
    assert_eq!(to, form);
    let summary = browser.open(&to).await.summary().expect("a summary");
    assert!(summary.contains("No seat is free"), "{summary}");
    herald.stop().await;
}
