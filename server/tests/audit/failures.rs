//! What was refused or failed stands in the log too.

use domain::limits::AUDITED_FAILURES_PER_MINUTE;
use serde_json::json;

use crate::{
    EVENTS, log, newest,
    support::{PASSWORD, TestHerald},
};

const BASE: &str = "/api/organizations/parallelworks";

#[tokio::test]
async fn failed_log_ins_are_noted_without_what_was_typed() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for (username, target) in [("admin", "admin"), ("my-password-by-mistake", "")] {
        let body = json!({ "username": username, "password": "wrong horse battery" });
        assert_eq!(herald.client().post("/api/sso/password/login", body).await.status, 401);
        let entry = newest(&admin, "session:log-in").await;
        assert_eq!((&entry["outcome"], &entry["target"]["name"]), (&json!("failure"), &json!(target)));
        assert_eq!(
            (&entry["actor"]["type"], &entry["source"]["ip"]),
            (&json!("anonymous"), &json!("127.0.0.1"))
        );
        assert!(entry["error"].as_str().unwrap().contains("Wrong user name or password"));
    }
    let page = admin.get(EVENTS).await.text;
    assert!(!page.contains("by-mistake") && !page.contains("wrong horse"), "{page}");
    herald.stop().await;
}

#[tokio::test]
async fn refused_access_is_noted_with_who_and_what() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("member").await;
    admin.create_organization("acme").await;
    admin.create_user_in("acme", "stranger").await;
    let (member, stranger) =
        (admin.log_in("member", PASSWORD).await, admin.log_in("stranger", PASSWORD).await);
    for (client, name, status) in [(&member, "member", 403), (&stranger, "stranger", 404)] {
        assert_eq!(client.get(&format!("{BASE}/webhooks")).await.status, status);
        let entry = newest(&admin, "access:refuse").await;
        assert_eq!((&entry["outcome"], &entry["actor"]["username"]), (&json!("failure"), &json!(name)));
        assert_eq!(entry["target"]["name"], "/api/organizations/{organization}/webhooks");
    }
    let organization = admin.organization_id("parallelworks").await;
    assert_eq!(member.call("webhooks/list", &[("scope", &organization)]).await.status, 403);
    let refused = log(&admin, "type=access:refuse").await;
    assert_eq!(refused.len(), 3, "by a server function too: {refused:#?}");
    herald.stop().await;
}

#[tokio::test]
async fn conflicts_and_faults_of_an_admin_are_noted_by_their_members() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let taken = json!({ "username": "demo", "email": "private@example.com", "name": "D" });
    assert_eq!(admin.post(&format!("{BASE}/users"), taken).await.status, 409);
    let entry = newest(&admin, "user:create").await;
    assert_eq!((&entry["outcome"], &entry["error"]), (&json!("failure"), &json!("Conflict: #/username.")));

    let bad = json!({ "enabled": true, "name": "", "type": "USER_LOGIN", "url": "nonsense" });
    assert_eq!(admin.post(&format!("{BASE}/webhooks"), bad).await.status, 422);
    let entry = newest(&admin, "webhook:create").await;
    assert_eq!(entry["error"], "Invalid request: #/name, #/url.");

    let path = format!("{BASE}/users/admin/active");
    assert_eq!(admin.put(&path, json!({ "active": false })).await.status, 409);
    let entry = newest(&admin, "user:set-active").await;
    assert_eq!((&entry["target"]["name"], &entry["outcome"]), (&json!("admin"), &json!("failure")));

    let organization = admin.organization_id("parallelworks").await;
    let fields =
        [("organization_id", organization.as_str()), ("username", "x"), ("email", "e"), ("name", "n")];
    assert_eq!(admin.call("users/create", &fields).await.status, 422);
    let entry = newest(&admin, "user:create").await;
    assert_eq!(entry["error"], "Invalid request: #/username, #/email.", "by a server function too");
    assert!(!admin.get(EVENTS).await.text.contains("private@example.com"));
    herald.stop().await;
}

#[tokio::test]
async fn one_caller_cannot_fill_the_log_with_failures() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("member").await;
    let member = admin.log_in("member", PASSWORD).await;
    let asked = AUDITED_FAILURES_PER_MINUTE + 5;
    for _ in 0..asked {
        assert_eq!(member.get(&format!("{BASE}/webhooks")).await.status, 403);
    }
    let page = admin.get(&format!("{EVENTS}?type=access:refuse&limit=1")).await.ok();
    assert_eq!(page["total"], AUDITED_FAILURES_PER_MINUTE);
    herald.stop().await;
}
