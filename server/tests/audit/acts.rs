//! Every act x the entry that it leaves.

use serde_json::{Value, json};

use crate::{
    EVENTS, log, newest,
    support::{Client, PASSWORD, Receiver, TestHerald},
};

const BASE: &str = "/api/organizations/parallelworks";

/// Does something, and asserts that it left exactly one entry, of this type, on this target, by the admin.
async fn assert_noted(admin: &Client, act: &str, target: &str, answer: impl Future<Output = u16>) -> Value {
    let before = total(admin).await;
    let status = answer.await;
    assert!((200..300).contains(&status), "{act}: {status}");
    let entries = log(admin, "limit=5").await;
    assert_eq!(total(admin).await, before + 1, "{act}: {entries:#?}");
    let entry = entries[0].clone();
    assert_eq!((&entry["type"], &entry["outcome"]), (&json!(act), &json!("success")), "{entry:#}");
    assert_eq!((&entry["actor"]["type"], &entry["actor"]["username"]), (&json!("user"), &json!("admin")));
    assert_eq!(entry["target"]["type"], act.split(':').next().unwrap(), "{entry:#}");
    if !target.is_empty() {
        assert_eq!(entry["target"]["name"], target, "{entry:#}");
    }
    assert_eq!(entry["source"]["ip"], "127.0.0.1");
    assert_eq!(entry["schemaVersion"], 1);
    assert!(entry.get("error").is_none());
    entry
}

async fn total(admin: &Client) -> u64 {
    admin.get(&format!("{EVENTS}?limit=1")).await.ok()["total"].as_u64().expect("a number")
}

#[tokio::test]
async fn every_act_on_users_and_groups_leaves_one_entry() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let user =
        json!({ "username": "demo", "email": "secret@example.com", "name": "D", "password": PASSWORD });
    let made =
        assert_noted(&admin, "user:create", "demo", status(admin.post(&format!("{BASE}/users"), user))).await;
    assert_eq!(made["payload"]["data"]["password"]["new"], "••••••");
    let path = format!("{BASE}/users/demo");
    let group = format!("{BASE}/groups/team");
    let member = json!({ "username": "demo" });
    for (act, target, method, path, body) in [
        ("user:disable", "demo", "PUT", format!("{path}/active"), json!({ "active": false })),
        ("user:enable", "demo", "PUT", format!("{path}/active"), json!({ "active": true })),
        ("user:set-admin", "demo", "PUT", format!("{path}/admin"), json!({ "admin": true })),
        ("user:set-admin", "demo", "PUT", format!("{path}/admin"), json!({ "admin": false })),
        (
            "user:set-complimentary",
            "demo",
            "PUT",
            format!("{path}/complimentary"),
            json!({ "complimentary": true }),
        ),
        ("group:create", "team", "POST", format!("{BASE}/groups"), json!({ "name": "team" })),
        ("group:set-roles", "team", "PATCH", format!("{group}/roles"), json!({ "roles": ["org:users"] })),
        ("group:add-member", "team", "POST", format!("{group}/members"), member.clone()),
        ("group:remove-member", "team", "DELETE", format!("{group}/members"), member.clone()),
        ("group:delete", "team", "DELETE", group.clone(), json!({})),
        (
            "organization:set-allowed-targets",
            "parallelworks",
            "PUT",
            format!("{BASE}/allowed-targets"),
            json!({ "allowedTargets": ["127.0.0.1"] }),
        ),
        ("organization:set-seats", "parallelworks", "PATCH", format!("{BASE}/seats"), json!({ "seats": 9 })),
        ("user:delete", "demo", "DELETE", path.clone(), json!({})),
    ] {
        let entry =
            assert_noted(&admin, act, target, status(admin.send(method, &path, body.to_string()))).await;
        assert_eq!(entry["payload"]["kind"], "diff", "{entry:#}");
    }
    let seats = newest(&admin, "organization:set-seats").await;
    assert_eq!(seats["payload"]["data"], json!({ "seats": { "old": null, "new": 9 } }));
    let targets = newest(&admin, "organization:set-allowed-targets").await;
    let list = json!({ "allowedTargets": { "old": null, "new": ["127.0.0.1/32"] } });
    assert_eq!(targets["payload"]["data"], list);
    let page = admin.get(EVENTS).await.text;
    for secret in ["secret@example.com", PASSWORD, "argon2"] {
        assert!(!page.contains(secret), "{secret} is in the log");
    }
    herald.stop().await;
}

#[tokio::test]
async fn who_takes_another_name_is_noted_without_it() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let rename = async |name: &str| admin.put("/api/auth/name", json!({ "name": name })).await;
    let entry = assert_noted(&admin, "user:set-name", "admin", status(rename("  Grace Hopper "))).await;
    assert_eq!(entry["payload"]["data"]["name"]["new"], "••••••");
    assert_eq!(admin.get("/api/auth/session").await.ok()["name"], "Grace Hopper");
    let before = total(&admin).await;
    assert_eq!(rename("Grace Hopper").await.status, 204);
    assert_eq!(total(&admin).await, before, "it is the name that they have");
    let users = admin.get(&format!("{BASE}/users?search=hopper")).await.ok();
    assert_eq!(users["users"][0]["username"], "admin", "they are found by it");
    for (name, code) in [(" ", "required"), ("a\u{200b}b", "invalid")] {
        let refused = rename(name).await;
        assert_eq!((refused.status, refused.pointers()), (422, vec!["#/name"]), "{}", refused.text);
        assert_eq!(refused.json["errors"][0]["code"], code);
    }
    assert!(!admin.get(EVENTS).await.text.contains("Hopper"));
    herald.stop().await;
}

#[tokio::test]
async fn every_act_on_webhooks_leaves_one_entry_and_no_secret() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let url = receiver.url("/?token=hush-hush");
    let hook = json!({ "enabled": true, "name": "demo", "type": "USER_DISABLED", "url": url,
                       "headers": { "authorization": "Bearer open-sesame" } });
    let path = format!("{BASE}/webhooks/demo");
    let webhooks = format!("{BASE}/webhooks");
    let create = admin.post(&webhooks, hook);
    let made = assert_noted(&admin, "webhook:create", "demo", status(create)).await;
    assert_eq!(made["payload"]["data"]["headers"]["new"], json!(["authorization"]));
    let secret = admin.get(&format!("{path}/secret")).await.ok()["secret"].as_str().unwrap().to_owned();
    let other = receiver.url("/other?token=hush-hush-2");
    for (act, method, path, body) in [
        ("webhook:update", "PATCH", path.clone(), json!({ "url": other })),
        (
            "webhook:update",
            "PATCH",
            path.clone(),
            json!({ "headers": { "authorization": "Bearer sesame-2" } }),
        ),
        ("webhook:disable", "PATCH", path.clone(), json!({ "enabled": false })),
        ("webhook:discard-held", "POST", format!("{path}/held"), json!({ "action": "discard" })),
        ("webhook:enable", "PATCH", path.clone(), json!({ "enabled": true })),
        ("webhook:release-held", "POST", format!("{path}/held"), json!({ "action": "release" })),
        ("webhook:test", "POST", format!("{path}/test"), json!({})),
        ("webhook:redeliver", "POST", format!("{path}/redeliver"), json!({})),
        ("webhook:reveal-secret", "GET", format!("{path}/secret"), json!({})),
        ("webhook:rotate-secret", "POST", format!("{path}/secret/rotate"), json!({})),
        ("webhook:delete", "DELETE", path.clone(), json!({})),
    ] {
        assert_noted(&admin, act, "demo", status(admin.send(method, &path, body.to_string()))).await;
    }
    let page = admin.get(EVENTS).await.text;
    for hidden in ["hush-hush", "open-sesame", "sesame-2", secret.as_str(), "whsec_"] {
        assert!(!page.contains(hidden), "{hidden} is in the log");
    }
    herald.stop().await;
}

#[tokio::test]
async fn what_changes_nothing_leaves_no_entry() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    admin.create_webhook("USER_LOGIN", "http://127.0.0.1:1024/").await;
    let before = total(&admin).await;
    admin.set_active("demo", true).await;
    admin.put(&format!("{BASE}/users/demo/admin"), json!({ "admin": false })).await.ok();
    admin.get(&format!("{BASE}/webhooks")).await.ok();
    assert_eq!(total(&admin).await, before);
    herald.stop().await;
}

#[tokio::test]
async fn keys_log_ins_and_log_outs_are_noted_with_who_and_how() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let made = admin.post("/api/apikeys", json!({ "title": "robot" })).await.ok();
    let key = made["key"].as_str().unwrap();
    assert_eq!(newest(&admin, "apikey:create").await["target"]["name"], "robot");
    let robot = herald.client().authorized(&format!("Bearer {key}"));
    robot.create_group("parallelworks", "by-robot", &[]).await;
    let by_key = newest(&admin, "group:create").await;
    assert_eq!((&by_key["actor"]["type"], &by_key["actor"]["username"]), (&json!("apikey"), &json!("admin")));
    admin.delete("/api/apikeys/robot", Value::Null).await.ok();
    assert_eq!(newest(&admin, "apikey:revoke").await["target"]["id"], made["id"]);

    let session = admin.log_in_admin().await;
    assert_eq!(newest(&admin, "session:log-in").await["outcome"], "success");
    session.post("/api/sso/logout", json!({})).await.ok();
    assert_eq!(newest(&admin, "session:log-out").await["target"]["name"], "admin");
    assert!(!admin.get(EVENTS).await.text.contains(key));
    herald.stop().await;
}

#[tokio::test]
async fn the_console_leaves_the_same_entries_as_the_api() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let user = admin.create_user("demo").await;
    let organization = admin.organization_id("parallelworks").await;
    let fields = [
        ("organization_id", organization.as_str()),
        ("user_id", user["id"].as_str().unwrap()),
        ("active", "false"),
    ];
    assert_noted(&admin, "user:disable", "demo", status(admin.call("users/set-active", &fields))).await;
    herald.stop().await;
}

async fn status(answer: impl Future<Output = crate::support::Answer>) -> u16 {
    answer.await.status
}
