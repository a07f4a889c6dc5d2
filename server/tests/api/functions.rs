//! The server functions that programs call, beside those that the console shows already: they do what the API does.

use serde_json::{Value, json};

use crate::support::{Answer, Client, ORGANIZATION, Receiver, TestHerald, login_event};

struct Platform {
    client: Client,
    organization: String,
}

impl Platform {
    async fn of(client: Client) -> Self {
        let organization = client.organization_id(ORGANIZATION).await;
        Self { client, organization }
    }

    async fn publish(&self, key: &str, event: &Value) -> Answer {
        let mut event = event.clone();
        event["idempotencyKey"] = key.into();
        let arguments = json!({ "organization_id": self.organization, "event": event });
        self.client.call_json("events/publish", arguments).await
    }

    async fn edit(&self, webhook: &Value, edit: Value) -> Answer {
        let arguments = json!({ "scope": self.organization, "webhook_id": webhook["id"], "edit": edit });
        self.client.call_json("webhooks/edit", arguments).await
    }

    async fn call(&self, function: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = [&[("scope", self.organization.as_str())], fields].concat();
        self.client.call(function, &fields).await
    }
}

#[tokio::test]
async fn an_event_is_published_once_under_its_key() {
    let herald = TestHerald::start().await;
    let platform = Platform::of(herald.first_admin().await).await;
    let receiver = Receiver::start().await;
    platform.client.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let first = platform.publish("row-1", &login_event("demo")).await.ok();
    assert_eq!((&first["type"], &first["deliveries"]), (&json!("USER_LOGIN"), &json!(1)));
    assert_eq!(first["repeated"], false);
    let again = platform.publish("row-1", &login_event("demo")).await.ok();
    assert_eq!((&again["id"], &again["repeated"]), (&first["id"], &json!(true)));
    let other = platform.publish("row-1", &login_event("other")).await;
    assert_eq!((other.status, &other.json["code"]), (409, &json!("conflict")));

    let got = receiver.next().await;
    assert_eq!(
        (got.json()["type"].clone(), got.header("herald-event-id")),
        ("USER_LOGIN".into(), first["id"].as_str().unwrap())
    );
    assert_eq!(got.json()["payload"], login_event("demo")["payload"]);
    platform.publish("row-2", &login_event("demo")).await.ok();
    receiver.next().await;
    assert_eq!(receiver.received().len(), 2, "one for each key");
    herald.stop().await;
}

#[tokio::test]
async fn each_of_many_events_has_its_own_result() {
    let herald = TestHerald::start().await;
    let platform = Platform::of(herald.first_admin().await).await;
    let first = platform.publish("row-1", &login_event("demo")).await.ok();
    let event = |key: &str, username: &str| {
        let mut event = login_event(username);
        event["idempotencyKey"] = key.into();
        event
    };
    let publish = async |events: Value| {
        let arguments = json!({ "organization_id": platform.organization, "events": events });
        platform.client.call_json("events/publish-many", arguments).await
    };
    let events = [event("row-1", "demo"), event("", "demo"), event("row-1", "other"), event("row-2", "demo")];
    let results = publish(json!(events)).await.ok();
    assert_eq!((&results[0]["Ok"]["id"], &results[0]["Ok"]["repeated"]), (&first["id"], &json!(true)));
    assert_eq!(results[1]["Err"]["errors"][0]["pointer"], "#/events/1/idempotencyKey");
    assert_eq!(results[2]["Err"]["code"], "conflict");
    assert_eq!(
        (&results[3]["Ok"]["type"], &results[3]["Ok"]["repeated"]),
        (&json!("USER_LOGIN"), &json!(false))
    );

    let too_many: Vec<Value> = (0..101).map(|n| event(&format!("key-{n}"), "demo")).collect();
    for (events, status) in [(json!([]), 422), (json!(too_many), 422), (json!(too_many[1..]), 200)] {
        assert_eq!(publish(events).await.status, status);
    }
    herald.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_an_event_is_named() {
    let herald = TestHerald::start().await;
    let platform = Platform::of(herald.first_admin().await).await;
    let long = "k".repeat(256);
    for key in ["", "two\nlines", &long] {
        let answer = platform.publish(key, &login_event("demo")).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec!["#/event/idempotencyKey"]), "{key}");
    }
    let mut event = login_event("demo");
    event["payload"]["groupName"] = "Demo-Group".into();
    let answer = platform.publish("row-1", &event).await;
    assert_eq!((answer.status, &answer.json["code"]), (400, &json!("invalid_request")));
    assert!(answer.json["detail"].as_str().unwrap().contains("groupName"), "{}", answer.text);
    herald.stop().await;
}

#[tokio::test]
async fn a_webhook_is_edited_tested_and_given_a_new_secret() {
    let herald = TestHerald::start().await;
    let platform = Platform::of(herald.first_admin().await).await;
    let receiver = Receiver::start().await;
    let webhook = platform.client.create_webhook("USER_LOGIN", &receiver.url("/old")).await;
    let id = ("webhook_id", webhook["id"].as_str().unwrap());

    let url = receiver.url("/new");
    let edit = json!({ "url": url, "description": "a\r\nb", "enabled": true });
    let edited = platform.edit(&webhook, edit).await.ok()["webhook"].take();
    assert_eq!((&edited["url"], &edited["description"]), (&json!(url), &json!("a\nb")));
    assert_eq!((&edited["name"], &edited["type"]), (&webhook["name"], &webhook["type"]));
    let refused = platform.edit(&webhook, json!({ "name": "", "url": "ftp://a" })).await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["#/name", "#/url"]));
    assert_eq!(platform.edit(&webhook, json!({})).await.ok()["webhook"], edited, "nothing asked");
    let emptied = platform.edit(&webhook, json!({ "description": "" })).await.ok();
    assert_eq!(emptied["webhook"]["description"], Value::Null);

    let tested = platform.call("webhooks/test", &[id]).await.ok();
    assert_eq!((&tested["delivery"]["test"], &tested["attempts"][0]["status"]), (&json!(true), &json!(200)));
    assert_eq!(receiver.next().await.path, "/new");

    let before = platform.call("webhooks/secret", &[id]).await.ok();
    assert_eq!(before["previous"], Value::Null);
    let rotated = platform.call("webhooks/rotate-secret", &[id]).await.ok();
    assert_eq!(rotated["previous"]["secret"], before["secret"]);
    assert_eq!(platform.call("webhooks/secret", &[id]).await.ok(), rotated);
    let at_once = platform.call("webhooks/rotate-secret", &[id, ("overlap_seconds", "0")]).await.ok();
    assert_eq!(at_once["previous"], Value::Null);
    herald.stop().await;
}

#[tokio::test]
async fn deliveries_are_read_and_sent_again() {
    let herald = TestHerald::start().await;
    let platform = Platform::of(herald.first_admin().await).await;
    let receiver = Receiver::start().await;
    let webhook = platform.client.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let id = ("webhook_id", webhook["id"].as_str().unwrap());
    let name = webhook["name"].as_str().unwrap();
    platform.publish("row-1", &login_event("demo")).await.ok();
    let first = receiver.next().await;
    platform.client.until_count(name, "delivered", 1).await;

    let delivery = ("delivery_id", first.header("webhook-id"));
    let read = platform.call("deliveries/read", &[delivery]).await.ok();
    assert_eq!(read["body"].as_str().unwrap().as_bytes(), first.body);
    assert_eq!(read["attempts"].as_array().unwrap().len(), 1);
    let again = platform.call("deliveries/redeliver", &[delivery]).await.ok();
    assert_eq!((&again["id"], &again["webhookId"]), (&json!(delivery.1), &webhook["id"]));
    assert_eq!(receiver.next().await.header("webhook-id"), first.header("webhook-id"));
    platform.client.until_count(name, "delivered", 1).await;

    let counted = [id, ("which[status]", "delivered"), ("which[dry_run]", "true")];
    assert_eq!(
        platform.call("deliveries/redeliver-many", &counted).await.ok(),
        json!({ "matched": 1, "job": null })
    );
    let begun = platform.call("deliveries/redeliver-many", &counted[..2]).await.ok();
    assert_eq!(platform.client.until_job(&begun["job"]).await["status"], "done");
    receiver.next().await;
    let pending = platform.call("deliveries/redeliver-many", &[id, ("which[status]", "pending")]).await;
    assert_eq!(pending.status, 422);
    herald.stop().await;
}

#[tokio::test]
async fn what_was_held_is_released_or_discarded() {
    let herald = TestHerald::start().await;
    let platform = Platform::of(herald.first_admin().await).await;
    let receiver = Receiver::start().await;
    let webhook = platform.client.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let id = ("webhook_id", webhook["id"].as_str().unwrap());
    let name = webhook["name"].as_str().unwrap();
    for action in ["release", "discard"] {
        platform.call("webhooks/set-enabled", &[id]).await.ok();
        platform.publish(action, &login_event(action)).await.ok();
        platform.client.until_count(name, "held", 1).await;
        platform.edit(&webhook, json!({ "enabled": true })).await.ok();
        assert_eq!(
            platform.call("deliveries/settle-held", &[id, ("action", action)]).await.ok()["matched"],
            1
        );
        platform.client.until_count(name, "held", 0).await;
        // What is still to be sent when the webhook is disabled again is held again.
        platform.client.until_count(name, "pending", 0).await;
    }
    platform.client.until_count(name, "delivered", 1).await;
    platform.client.until_count(name, "cancelled", 1).await;
    assert_eq!(platform.call("deliveries/settle-held", &[id, ("action", "keep")]).await.status, 400);
    herald.stop().await;
}

#[tokio::test]
async fn the_feed_is_read_page_by_page_with_payloads_of_their_types() {
    let herald = TestHerald::start().await;
    let platform = Platform::of(herald.first_admin().await).await;
    platform.client.publish_login("demo").await;
    let read = async |arguments: &[(&str, &str)]| {
        let fields = [&[("organization_id", platform.organization.as_str())], arguments].concat();
        platform.client.call("events/feed", &fields).await
    };
    let (mut events, mut after) = (Vec::new(), String::new());
    loop {
        let page = read(&[("limit", "1"), ("after", &after)]).await.ok();
        events.extend(page["events"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        next.clone_into(&mut after);
    }
    let path = format!("/api/organizations/{ORGANIZATION}/webhook-events");
    let expected = platform.client.get(&path).await.ok()["events"].take();
    // A function says of every event whether it was purged.
    for event in &mut events {
        assert_eq!(event.as_object_mut().unwrap().remove("purged"), Some(json!(false)));
    }
    assert_eq!(Value::from(events), expected, "the first run is a first log in");
    let logins = read(&[("filter[event_type]", "USER_LOGIN"), ("filter[search]", "DEMO")]).await.ok();
    assert_eq!(logins["events"][0]["payload"]["username"], "demo");
    assert_eq!(logins["events"].as_array().unwrap().len(), 1);
    for (name, value) in [("limit", "0"), ("limit", "1001"), ("after", "made-up")] {
        let refused = read(&[(name, value)]).await;
        assert_eq!(
            (refused.status, refused.pointers()),
            (422, vec![format!("#/{name}").as_str()]),
            "{value}"
        );
    }
    herald.stop().await;
}
