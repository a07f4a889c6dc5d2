//! A webhook's own request headers.

use serde_json::{Value, json};

use crate::{
    assert_problem,
    support::{Receiver, TestHerald},
    webhooks::PATH,
};

#[tokio::test]
async fn headers_are_sent_and_their_values_never_answered() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let body = json!({
        "enabled": true, "name": "own", "type": "USER_LOGIN", "url": receiver.url("/"),
        "headers": { "Authorization": "Bearer hush", "x-tenant": "7" },
    });
    let created = admin.post(PATH, body).await;
    assert_eq!(created.json["headers"], json!(["authorization", "x-tenant"]));
    admin.publish_login("demo").await;
    let got = receiver.next().await;
    assert_eq!((got.header("authorization"), got.header("x-tenant")), ("Bearer hush", "7"));

    let change = json!({ "headers": { "AUTHORIZATION": null, "X-Other": "8" } });
    let changed = admin.patch(&format!("{PATH}/own"), change).await;
    assert_eq!(changed.json["headers"], json!(["x-other", "x-tenant"]));
    admin.publish_login("demo").await;
    let got = receiver.next().await;
    assert_eq!((got.header("authorization"), got.header("x-tenant"), got.header("x-other")), ("", "7", "8"));

    let delivery = admin.until_delivery("own", |delivery| delivery["status"] == "delivered").await;
    let path = format!("/api/organizations/parallelworks/deliveries/{}", delivery["id"].as_str().unwrap());
    let detail = admin.get(&path).await;
    assert_eq!(detail.json["attempts"][0]["request"]["headers"]["x-tenant"], "••••••");
    for answer in [&created, &changed, &detail, &admin.get(PATH).await] {
        assert!(!answer.text.contains("hush"), "{}", answer.text);
    }
    let none = admin
        .patch(&format!("{PATH}/own"), json!({ "headers": { "x-tenant": null, "x-other": null } }))
        .await;
    assert_eq!(none.ok().get("headers"), None);
    herald.stop().await;
}

#[tokio::test]
async fn a_header_that_cannot_be_is_pointed_at() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let with = |headers: Value| json!({ "enabled": true, "name": "bad", "type": "USER_LOGIN", "url": "https://192.0.1.1/", "headers": headers });
    for (headers, pointer) in [
        (json!({ "Host": "x" }), "#/headers/Host"),
        (json!({ "webhook-id": "x" }), "#/headers/webhook-id"),
        (json!({ "a b": "x" }), "#/headers/a b"),
        (json!({ "x": "a\r\nb: c" }), "#/headers/x"),
        (json!({ "x": 7 }), "#/headers"),
        (json!([]), "#/headers"),
    ] {
        assert_problem(&admin.post(PATH, with(headers)).await, 422, &[pointer]);
    }
    admin.post(PATH, with(json!({}))).await.ok();
    let change = json!({ "name": "renamed", "headers": { "te": "x" } });
    assert_problem(&admin.patch(&format!("{PATH}/bad"), change).await, 422, &["#/headers/te"]);
    assert_eq!(admin.get(PATH).await.ok()[0]["name"], "bad", "nothing of the change was done");
    herald.stop().await;
}
