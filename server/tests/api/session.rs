//! Logging in and out, and who one is.

use serde_json::{Value, json};

use crate::{
    assert_members, assert_problem,
    support::{Answer, Client, PASSWORD, TestHerald},
};

const LOG_IN: &str = "/api/sso/password/login";

#[tokio::test]
async fn one_logs_in_by_user_name_or_email_in_any_case() {
    let herald = TestHerald::start().await;
    herald.first_admin().await;
    for username in ["admin", "ADMIN", " admin ", "admin@parallelworks.com", "Admin@ParallelWorks.com"] {
        let answer = attempt(&herald, username, PASSWORD).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{username}");
        assert_eq!(answer.set_cookies().len(), 1, "exactly one cookie");
        let session = herald.client().with_cookies(&answer);
        assert_eq!(session.get("/api/auth/whoami").await.ok(), "admin");
    }
    herald.stop().await;
}

#[tokio::test]
async fn every_failed_log_in_looks_the_same() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("disabled").await;
    admin.set_active("disabled", false).await;
    let without = json!({ "username": "without", "email": "without@a.b", "name": "Without a password" });
    admin.post(crate::users::PATH, without).await.ok();

    let expected = attempt(&herald, "admin", "a wrong password").await;
    assert_problem(&expected, 401, &[]);
    let padded = format!(" {PASSWORD} ");
    let others = [
        ("nobody", PASSWORD),
        ("disabled", PASSWORD),
        ("without", PASSWORD),
        ("without", " "),
        ("admin", "CORRECT HORSE BATTERY"),
        ("admin", &padded),
        ("admin@parallelworks.com", "another wrong one"),
        ("' OR 1=1 --", PASSWORD),
    ];
    for (username, password) in others {
        let answer = attempt(&herald, username, password).await;
        assert_eq!((answer.status, &answer.text), (401, &expected.text), "{username}");
        assert!(answer.set_cookies().is_empty(), "{username}");
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_log_in_needs_both_members() {
    let herald = TestHerald::start().await;
    herald.first_admin().await;
    assert_problem(&attempt(&herald, " ", "").await, 422, &["#/username", "#/password"]);
    assert_problem(&attempt(&herald, "", PASSWORD).await, 422, &["#/username"]);
    assert_problem(&attempt(&herald, "admin", "").await, 422, &["#/password"]);
    let numbers = json!({ "username": 1, "password": 2 });
    assert_problem(&herald.client().post(LOG_IN, numbers).await, 422, &["#/username", "#/password"]);
    herald.stop().await;
}

#[tokio::test]
async fn logging_out_ends_the_cookie_too() {
    let herald = TestHerald::start().await;
    herald.first_admin().await;
    let bodies = [None, Some("{}"), Some("")];
    for body in bodies {
        let session = herald.client().log_in("admin", PASSWORD).await;
        let answer = match body {
            Some(body) => session.send("POST", "/api/sso/logout", body).await,
            None => Client::answer(session.request("POST", "/api/sso/logout")).await,
        };
        assert_eq!(answer.status, 200);
        assert_eq!(session.with_cookies(&answer).cookies(), "", "the browser forgets it");
        assert_eq!(session.get("/api/auth/whoami").await.status, 401);
    }
    herald.stop().await;
}

#[tokio::test]
async fn the_session_says_who_one_is_and_what_one_holds() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let session = admin.get("/api/auth/session").await.ok();
    assert_session(&session, "admin", true, true, &[]);
    assert_eq!((&session["email"], &session["name"]), (&json!("admin@parallelworks.com"), &json!("admin")));

    for (username, roles) in
        [("plain", vec![]), ("helper", vec!["org:users"]), ("Chief.One", vec!["org:admin", "org:users"])]
    {
        admin.create_user(username).await;
        admin.create_group("parallelworks", &format!("group-{username}"), &roles).await;
        admin.add_member("parallelworks", &format!("group-{username}"), username).await;
        let session = admin.log_in(username, PASSWORD).await.get("/api/auth/session").await.ok();
        assert_session(&session, username, false, roles.contains(&"org:admin"), &roles);
    }
    herald.stop().await;
}

#[tokio::test]
async fn roles_held_elsewhere_are_not_roles_in_ones_own_organization() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    admin.create_organization("acme").await;
    admin.create_group("acme", "chiefs", &["org:admin"]).await;
    admin.add_member("acme", "chiefs", "demo").await;
    let session = admin.log_in("demo", PASSWORD).await.get("/api/auth/session").await.ok();
    assert_session(&session, "demo", false, false, &[]);
    herald.stop().await;
}

fn assert_session(session: &Value, username: &str, admin: bool, organization_admin: bool, roles: &[&str]) {
    assert_members(
        session,
        &[
            "id",
            "username",
            "email",
            "name",
            "organization",
            "admin",
            "billingAdmin",
            "organizationAdmin",
            "organizationOwner",
            "organizationRoles",
            "partner",
            "previews",
            "safeUsername",
            "sidebarOptions",
            "allocationSystem",
        ],
    );
    crate::assert_id(&session["id"]);
    assert_eq!((&session["username"], &session["admin"]), (&json!(username), &json!(admin)));
    assert_eq!(session["organization"], "parallelworks");
    assert_eq!(session["organizationAdmin"], organization_admin, "{username}");
    let mut held: Vec<&str> = session["organizationRoles"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|role| role.as_str().expect("a text"))
        .collect();
    held.sort_unstable();
    assert_eq!(held, roles, "{username}");
    for absent in ["billingAdmin", "organizationOwner", "partner"] {
        assert_eq!(session[absent], false, "{absent}");
    }
}

async fn attempt(herald: &TestHerald, username: &str, password: &str) -> Answer {
    herald.client().post(LOG_IN, json!({ "username": username, "password": password })).await
}
