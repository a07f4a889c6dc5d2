//! The private targets of one organization: a part of what the server allows, at save and at every attempt.

use domain::target::{AllowedTarget, TargetPolicy};
use serde_json::{Value, json};

use crate::{
    WEBHOOKS, name,
    support::{Client, Receiver, TestHerald, fresh, login_event},
};

fn path(organization: &str) -> String {
    format!("/api/organizations/{organization}/allowed-targets")
}

async fn set(admin: &Client, organization: &str, targets: Value) -> Value {
    admin.put(&path(organization), json!({ "allowedTargets": targets })).await.ok()
}

/// How the newest attempt of a webhook ended: its class, or its status.
async fn outcome(admin: &Client, webhook: &str) -> Value {
    let id = admin.newest_delivery(webhook).await["id"].as_str().unwrap().to_owned();
    let detail = admin.get(&format!("/api/organizations/parallelworks/deliveries/{id}")).await.ok();
    let attempt = detail["attempts"].as_array().unwrap().last().cloned().unwrap_or_default();
    if attempt["errorClass"].is_null() { attempt["status"].clone() } else { attempt["errorClass"].clone() }
}

#[tokio::test]
async fn a_list_narrows_what_the_server_allows() {
    let allowed: Vec<AllowedTarget> =
        ["127.0.0.0/8", "hooks.internal:9000"].map(|text| text.parse().unwrap()).to_vec();
    let herald = TestHerald::start_guarded(TargetPolicy { allowed, allow_http: false }).await;
    let admin = herald.first_admin().await;
    let server = json!(["127.0.0.0/8", "hooks.internal:9000"]);
    let before = admin.get(&path("parallelworks")).await.ok();
    assert_eq!(before, json!({ "allowedTargets": null, "serverTargets": server }));
    for (asked, kept) in [
        (json!([]), json!([])),
        (json!(["127.0.0.1", "127.0.0.1/32"]), json!(["127.0.0.1/32"])),
        (
            json!(["127.1.0.0/16:9000", "Hooks.internal:9000"]),
            json!(["127.1.0.0/16:9000", "hooks.internal:9000"]),
        ),
        (Value::Null, Value::Null),
    ] {
        let answered = set(&admin, "parallelworks", asked).await;
        assert_eq!(answered, json!({ "allowedTargets": kept, "serverTargets": server }));
        assert_eq!(admin.get(&path("parallelworks")).await.ok(), answered);
    }
    for (wrong, pointers) in [
        (json!({}), vec!["#/allowedTargets"]),
        (json!({ "allowedTargets": "127.0.0.1" }), vec!["#/allowedTargets"]),
        (json!({ "allowedTargets": [1] }), vec!["#/allowedTargets"]),
        (
            json!({ "allowedTargets": ["127.0.0.1", "nonsense", "10.0.0.0/8"] }),
            vec!["#/allowedTargets/1", "#/allowedTargets/2"],
        ),
        (json!({ "allowedTargets": ["0.0.0.0/0"] }), vec!["#/allowedTargets/0"]),
        (json!({ "allowedTargets": ["127.0.0.1:6379"] }), vec!["#/allowedTargets/0"]),
        (json!({ "allowedTargets": ["hooks.internal:9001"] }), vec!["#/allowedTargets/0"]),
        (json!({ "allowedTargets": vec!["127.0.0.1"; 101] }), vec!["#/allowedTargets"]),
    ] {
        let answer = admin.put(&path("parallelworks"), wrong.clone()).await;
        assert_eq!((answer.status, answer.pointers()), (422, pointers), "{wrong}: {}", answer.text);
    }
    assert_eq!(admin.get(&path("parallelworks")).await.ok(), before);
    herald.stop().await;
}

#[tokio::test]
async fn it_holds_at_save_for_that_organization_only() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_organization("acme").await;
    set(&admin, "acme", json!(["127.0.0.2"])).await;
    let create = async |organization: &str, host: &str| {
        let body = json!({
            "enabled": true, "name": fresh("hook"), "type": "USER_LOGIN", "url": format!("http://{host}:9000/"),
        });
        admin.post(&format!("/api/organizations/{organization}/webhooks"), body).await
    };
    for (host, refused) in [("127.0.0.1", true), ("localhost", true), ("127.0.0.2", false)] {
        let answer = create("acme", host).await;
        assert_eq!(answer.status, if refused { 422 } else { 200 }, "{host}: {}", answer.text);
        assert_eq!(answer.pointers(), if refused { vec!["#/url"] } else { vec![] });
    }
    assert_eq!(create("parallelworks", "127.0.0.1").await.status, 200);
    herald.stop().await;
}

#[tokio::test]
async fn it_holds_from_the_next_attempt_on_and_over_a_connection_that_is_open() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = name(&admin.create_webhook("USER_LOGIN", &receiver.url("/")).await);
    admin.publish_login("first").await;
    receiver.next().await;
    admin.until_count(&webhook, "delivered", 1).await;

    set(&admin, "parallelworks", json!(["127.0.0.2"])).await;
    admin.publish_login("second").await;
    admin
        .until_delivery(&webhook, |delivery| delivery["attempts"] == 1 && delivery["status"] == "pending")
        .await;
    assert_eq!(outcome(&admin, &webhook).await, "blocked");
    let test = admin.post(&format!("{WEBHOOKS}/{webhook}/test"), json!({})).await.ok();
    assert_eq!(test["attempt"]["errorClass"], "blocked");
    assert_eq!(receiver.received().len(), 1, "nobody was called");

    // Another organization goes on meanwhile.
    admin.create_organization("acme").await;
    let theirs = Receiver::start().await;
    admin.create_webhook_in("acme", "USER_LOGIN", &theirs.url("/")).await;
    admin.post("/api/organizations/acme/webhook-events", login_event("demo")).await.ok();
    theirs.next().await;

    set(&admin, "parallelworks", json!(["127.0.0.0/16"])).await;
    herald.clock.advance(std::time::Duration::from_secs(10));
    assert_eq!(receiver.next().await.json()["payload"]["username"], "second", "what was pending is sent");
    herald.stop().await;
}

#[tokio::test]
async fn it_survives_a_restart_and_opens_nothing_that_the_server_closed() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    set(&admin, "parallelworks", json!(["127.0.0.0/16"])).await;
    let now = herald.clock.now();
    let folder = herald.stop_keeping().await;
    let closed = TargetPolicy { allowed: vec!["127.1.0.0/16".parse().unwrap()], allow_http: false };
    let herald = TestHerald::start_guarded_in(folder, now, closed).await;
    let admin = herald.client().log_in_admin().await;
    let answered = admin.get(&path("parallelworks")).await.ok();
    assert_eq!(answered, json!({ "allowedTargets": ["127.0.0.0/16"], "serverTargets": ["127.1.0.0/16"] }));
    let listed = admin.get(WEBHOOKS).await.ok();
    let webhook = name(&listed[0]);
    admin.until_delivery(&webhook, |delivery| delivery["attempts"] == 1).await;
    assert_eq!(outcome(&admin, &webhook).await, "blocked");
    assert!(receiver.received().is_empty());
    herald.stop().await;
}

#[tokio::test]
async fn the_form_takes_one_target_a_line() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let organization = admin.organization_id("parallelworks").await;
    let call = async |all: &str, targets: &str| {
        let fields = [("organization_id", organization.as_str()), ("all", all), ("targets", targets)];
        admin.call("organizations/set-allowed-targets", &fields).await
    };
    let set = call("false", "127.0.0.1\r\n\r\n127.1.0.0/16:9000\r\n").await.ok();
    assert_eq!(set["allowedTargets"], json!(["127.0.0.1/32", "127.1.0.0/16:9000"]));
    let refused = call("false", "127.0.0.1 10.0.0.0/8").await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["#/targets"]));
    assert_eq!(call("true", "").await.ok()["allowedTargets"], Value::Null);
    herald.stop().await;
}
