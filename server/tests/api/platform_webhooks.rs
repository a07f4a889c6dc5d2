//! Webhooks of the platform: they fire for every organization, and belong to the platform's own.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Receiver, TestHerald};

const PATH: &str = "/api/platform/webhooks";

#[tokio::test]
async fn a_platform_webhook_fires_once_for_every_organization() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_organization("acme").await;
    for organization in ["acme", "parallelworks"] {
        admin.create_user_in(organization, &format!("user-of-{organization}")).await;
    }
    let receiver = Receiver::start().await;
    let body = json!({ "enabled": true, "name": "all", "type": "USER_LOGIN", "url": receiver.url("/") });
    let made = admin.post(PATH, body).await.ok();
    assert_eq!(admin.get(PATH).await.ok(), json!([made]));
    for organization in ["acme", "parallelworks"] {
        let username = format!("user-of-{organization}");
        admin.log_in(&username, PASSWORD).await;
        let body = receiver.next().await.json();
        assert_eq!(
            body["webhook"],
            json!({ "id": made["id"], "organization": "parallelworks", "name": "all" })
        );
        assert_eq!(
            (&body["payload"]["username"], &body["payload"]["organization"]),
            (&json!(username), &json!(organization))
        );
    }
    assert_eq!(receiver.received().len(), 2);
    let page = admin.get(&format!("{PATH}/all/deliveries")).await.ok();
    assert_eq!(page["deliveries"].as_array().unwrap().len(), 2);
    let delivery = page["deliveries"][0]["id"].as_str().unwrap();
    assert_eq!(admin.get(&format!("/api/platform/deliveries/{delivery}")).await.status, 200);
    // It is not among the organization's own, by whatever name or id.
    assert_eq!(admin.get("/api/organizations/parallelworks/webhooks").await.ok(), json!([]));
    for path in ["webhooks/all/secret", "webhooks/all/deliveries", &format!("deliveries/{delivery}")] {
        let answer = admin.get(&format!("/api/organizations/parallelworks/{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(admin.patch(&format!("{PATH}/all"), json!({ "enabled": false })).await.ok()["enabled"], false);
    assert_eq!(admin.delete(&format!("{PATH}/all"), Value::Null).await.status, 204);
    assert_eq!(admin.delete(&format!("{PATH}/all"), Value::Null).await.status, 404);
    let log = admin.get("/api/organizations/parallelworks/events?targetType=webhook").await.ok();
    let acts: Vec<&str> =
        log["events"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    let reveal = "webhook:reveal-secret";
    assert_eq!(acts, ["webhook:delete", "webhook:delete", "webhook:disable", reveal, "webhook:create"]);
    herald.stop().await;
}

#[tokio::test]
async fn its_name_is_free_beside_the_organization_s_own() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let body =
        json!({ "enabled": true, "name": "same", "type": "USER_LOGIN", "url": "http://127.0.0.1:1024/" });
    for path in [PATH, "/api/organizations/parallelworks/webhooks"] {
        admin.post(path, body.clone()).await.ok();
        assert_eq!(admin.post(path, body.clone()).await.pointers(), ["#/name"], "{path}");
    }
    let other =
        json!({ "enabled": true, "name": "other", "type": "USER_LOGIN", "url": "http://127.0.0.1:1024/" });
    admin.post(PATH, other).await.ok();
    let renamed = admin.patch(&format!("{PATH}/other"), json!({ "name": "SAME" })).await;
    assert_eq!((renamed.status, renamed.pointers()), (409, vec!["#/name"]));
    herald.stop().await;
}

#[tokio::test]
async fn only_platform_admins_see_them() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let chief = admin.holder("parallelworks", "chief", "org:admin").await;
    assert_eq!(chief.get(PATH).await.status, 403);
    assert_eq!(herald.client().get(PATH).await.status, 401);
    herald.stop().await;
}
