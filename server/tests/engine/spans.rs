//! Redelivering what was made within a span of time.

use serde_json::json;

use crate::support::{ORGANIZATION, Receiver, TestHerald};

#[tokio::test]
async fn only_what_was_made_within_the_span_is_sent_again() {
    let (herald, receiver) = (TestHerald::start().await, Receiver::start().await);
    let admin = herald.first_admin().await;
    let organization = admin.organization_id(ORGANIZATION).await;
    let webhook = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let name = webhook["name"].as_str().unwrap();
    let mut times = Vec::new();
    for username in ["ada", "grace", "linus"] {
        herald.clock.advance(std::time::Duration::from_secs(60));
        times.push(herald.clock.now().to_string());
        admin.publish_login(username).await;
        receiver.next().await;
    }
    admin.until_count(name, "delivered", 3).await;
    let again = async |dry_run: &str| {
        let fields = [
            ("scope", organization.as_str()),
            ("webhook_id", webhook["id"].as_str().unwrap()),
            ("which[since]", &times[1]),
            ("which[until]", &times[2]),
            ("which[status]", "delivered"),
            ("which[dry_run]", dry_run),
        ];
        admin.call("deliveries/redeliver-many", &fields).await.ok()
    };
    assert_eq!(again("true").await, json!({ "matched": 1, "job": null }));
    let begun = again("false").await;
    assert_eq!(admin.until_job(&begun["job"]).await["done"], 1);
    assert_eq!(receiver.next().await.json()["payload"]["username"], "grace");
    herald.stop().await;
}
