//! What the page of a delivery is told beside the delivery itself.

use serde_json::{Value, json};

use crate::support::{Client, ORGANIZATION, Receiver, TestHerald};

async fn show(client: &Client, webhook: &Value) -> Value {
    let organization = client.organization_id(ORGANIZATION).await;
    let delivery = client.newest_delivery(webhook["name"].as_str().unwrap()).await;
    let id = delivery["id"].as_str().unwrap();
    client.call("deliveries/show", &[("scope", &organization), ("delivery_id", id)]).await.ok()
}

#[tokio::test]
async fn who_did_it_is_known_from_the_audit_log() {
    let (herald, receiver) = (TestHerald::start().await, Receiver::start().await);
    let admin = herald.first_admin().await;
    let disabled = admin.create_webhook("USER_DISABLED", &receiver.url("/")).await;
    let removed = admin.create_webhook("USER_REMOVED_FROM_GROUP", &receiver.url("/")).await;
    let login = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let holder = admin.holder(ORGANIZATION, "keeper", "org:admin").await;
    admin.create_user("leaver").await;
    admin.create_group(ORGANIZATION, "crew", &[]).await;
    for username in ["leaver", "keeper"] {
        admin.add_member(ORGANIZATION, "crew", username).await;
    }
    // Both at the same time, since the clock stands: each has its own.
    holder.remove_member(ORGANIZATION, "crew", "leaver").await;
    admin.remove_member(ORGANIZATION, "crew", "keeper").await;
    holder
        .put(&format!("/api/organizations/{ORGANIZATION}/users/leaver/active"), json!({ "active": false }))
        .await
        .ok();
    for (webhook, username, by) in [(&removed, "keeper", "admin"), (&disabled, "leaver", "keeper")] {
        let view = show(&admin, webhook).await;
        assert_eq!((&view["username"], &view["done_by"]), (&json!(username), &json!(by)), "{view}");
    }
    admin.publish_login("somebody").await;
    assert_eq!(show(&admin, &login).await["done_by"], Value::Null, "it was published");
    herald.stop().await;
}

#[tokio::test]
async fn the_webhook_of_a_delivery_may_be_gone_and_others_got_the_event_too() {
    let (herald, receiver) = (TestHerald::start().await, Receiver::start().await);
    let admin = herald.first_admin().await;
    let organization = admin.organization_id(ORGANIZATION).await;
    let first = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    admin.create_webhook("USER_CREATED", &receiver.url("/")).await;
    admin.publish_login("demo").await;
    let view = show(&admin, &first).await;
    assert_eq!((&view["told"], &view["webhook"]["state"]), (&json!(2), &json!("Enabled")));
    let path = format!("/api/organizations/{ORGANIZATION}/webhooks/{}", first["name"].as_str().unwrap());
    admin.patch(&path, json!({ "enabled": false })).await.ok();
    assert_eq!(show(&admin, &first).await["webhook"]["state"], "Disabled");
    admin.delete(&path, Value::Null).await.ok();
    let id = view["detail"]["delivery"]["id"].as_str().unwrap();
    let fields = [("scope", organization.as_str()), ("delivery_id", id)];
    let view = admin.call("deliveries/show", &fields).await.ok();
    assert_eq!(view["webhook"], json!({ "name": first["name"], "state": "Deleted" }));
    herald.stop().await;
}
