//! Finding events by the console's function: by whom they are about, by ids, and with the reasons.

use serde_json::{Value, json};

use crate::support::{Client, ORGANIZATION, Receiver, TestHerald};

async fn find(client: &Client, organization: &str, text: &str) -> Value {
    let fields = [("organization_id", organization), ("text", text)];
    client.call("events/find", &fields).await.ok()
}

fn reason<'a>(event: &'a Value, name: &Value) -> &'a Value {
    let untold = event["untold"].as_array().expect("a list");
    &untold.iter().find(|one| one["name"] == *name).unwrap_or_else(|| panic!("{name}: {event}"))["why"]
}

#[tokio::test]
async fn each_webhook_has_its_reason() {
    let (herald, receiver) = (TestHerald::start().await, Receiver::start().await);
    let admin = herald.first_admin().await;
    let organization = admin.organization_id(ORGANIZATION).await;
    let told = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let other = admin.create_webhook("USER_CREATED", &receiver.url("/")).await;
    let gone = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let path = |webhook: &Value| {
        format!("/api/organizations/{ORGANIZATION}/webhooks/{}", webhook["name"].as_str().unwrap())
    };
    admin.delete(&path(&gone), Value::Null).await.ok();
    let event = admin.publish_login("Ada").await;
    receiver.next().await;
    let late = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;

    let found = find(&admin, &organization, " ADA ").await;
    let events = found["Events"]["events"].as_array().expect("events");
    let found = &events[0];
    assert_eq!((events.len(), &found["id"]), (1, &json!(event)));
    assert_eq!((&found["told_count"], &found["told"][0]["name"]), (&json!(1), &told["name"]));
    assert_eq!(reason(found, &other["name"]), &json!({ "OtherType": "USER_CREATED" }));
    assert!(reason(found, &gone["name"])["DeletedBefore"].is_string());
    assert!(reason(found, &late["name"])["MadeLater"].is_string());
    herald.stop().await;
}

#[tokio::test]
async fn since_when_a_webhook_is_disabled_is_told_only_where_it_is_known() {
    let (herald, receiver) = (TestHerald::start().await, Receiver::start().await);
    let admin = herald.first_admin().await;
    let organization = admin.organization_id(ORGANIZATION).await;
    let webhook = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let body = json!({ "enabled": false, "name": "born-so", "type": "USER_LOGIN", "url": receiver.url("/") });
    admin.post(&format!("/api/organizations/{ORGANIZATION}/webhooks"), body).await.ok();
    let path = format!("/api/organizations/{ORGANIZATION}/webhooks/{}", webhook["name"].as_str().unwrap());
    admin.patch(&path, json!({ "enabled": false })).await.ok();
    admin.publish_login("ada").await;
    let found = find(&admin, &organization, "ada").await;
    let told = found["Events"]["events"][0]["told"].as_array().expect("a list").clone();
    let since = |name: &Value| {
        told.iter().find(|one| one["name"] == *name).expect("it is told")["disabled_since"].clone()
    };
    assert_eq!(since(&webhook["name"]), json!(herald.clock.now().to_string()));
    assert_eq!(since(&json!("born-so")), Value::Null);
    herald.stop().await;
}

#[tokio::test]
async fn of_each_event_the_first_fifty_deliveries_are_shown_and_all_are_counted() {
    let (herald, receiver) = (TestHerald::start().await, Receiver::start().await);
    let admin = herald.first_admin().await;
    let organization = admin.organization_id(ORGANIZATION).await;
    let mut names = Vec::new();
    for _ in 0..52 {
        names.push(admin.create_webhook("USER_LOGIN", &receiver.url("/")).await["name"].clone());
    }
    let before = admin.publish_login("ada").await;
    let late = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await["name"].clone();
    let after = admin.publish_login("ada").await;
    let found = find(&admin, &organization, "ada").await;
    let events = found["Events"]["events"].as_array().expect("events");
    let ids: Vec<&Value> = events.iter().map(|event| &event["id"]).collect();
    assert_eq!(ids, [&json!(after), &json!(before)]);
    for (event, count) in events.iter().zip([53, 52]) {
        let told: Vec<&Value> =
            event["told"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
        assert_eq!((&event["told_count"], told), (&json!(count), names[..50].iter().collect()), "{event}");
        let of_event = |one: &Value| one["delivery"]["eventId"] == event["id"];
        assert!(event["told"].as_array().expect("a list").iter().all(of_event), "{event}");
    }
    assert_eq!(events[0]["untold"], json!([]), "what is not shown was told all the same");
    assert_eq!(reason(&events[1], &late)["MadeLater"], json!(herald.clock.now().to_string()));
    herald.stop().await;
}

#[tokio::test]
async fn an_id_leads_to_what_it_names_and_the_platforms_webhooks_are_shown_to_its_admins() {
    let (herald, receiver) = (TestHerald::start().await, Receiver::start().await);
    let admin = herald.first_admin().await;
    let organization = admin.organization_id(ORGANIZATION).await;
    let org_admin = admin.holder(ORGANIZATION, "keeper", "org:admin").await;
    let webhook = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let body =
        json!({ "enabled": true, "name": "everywhere", "type": "USER_LOGIN", "url": receiver.url("/") });
    let everywhere = admin.post("/api/platform/webhooks", body).await.ok();
    let event = admin.publish_login("ada").await;
    let delivery = admin.newest_delivery(webhook["name"].as_str().unwrap()).await;
    let id = delivery["id"].as_str().unwrap();
    assert_eq!(find(&admin, &organization, id).await, json!({ "Delivery": [organization, id] }));
    let id = webhook["id"].as_str().unwrap();
    assert_eq!(find(&org_admin, &organization, id).await, json!({ "Webhook": [organization, id] }));
    let page = admin.get("/api/platform/webhooks/everywhere/deliveries").await.ok();
    let delivery = page["deliveries"][0]["id"].as_str().unwrap();
    for (kind, id) in [("Webhook", everywhere["id"].as_str().unwrap()), ("Delivery", delivery)] {
        assert_eq!(find(&admin, &organization, id).await, json!({ kind: ["platform", id] }));
        assert_eq!(find(&org_admin, &organization, id).await["Events"]["events"], json!([]), "{kind}");
    }
    for (client, count) in [(&admin, 2), (&org_admin, 1)] {
        let found = find(client, &organization, &event).await;
        let found = &found["Events"]["events"][0];
        assert_eq!((&found["id"], &found["told_count"]), (&json!(event), &json!(count)), "{found}");
    }
    let elsewhere = admin.create_organization("elsewhere").await;
    let elsewhere = elsewhere["id"].as_str().unwrap();
    assert_eq!(find(&admin, elsewhere, &event).await["Events"]["events"], json!([]));
    let fields = [("organization_id", elsewhere), ("text", " ")];
    assert_eq!(admin.call("events/find", &fields).await.status, 422);
    herald.stop().await;
}
