//! What fires, when, and what is sent: through HTTP, with real receivers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod acts;
mod elsewhere;
mod messages;
mod races;
mod roads;
#[path = "../support/mod.rs"]
mod support;

use serde_json::Value;
use support::{Client, Received, Receiver, TestHerald};

const TYPES: [&str; 4] = ["USER_CREATED", "USER_DISABLED", "USER_REMOVED_FROM_GROUP", "USER_LOGIN"];

/// A Herald whose organization has an enabled webhook of every type, all at one receiver, each at the path of its type.
struct Told {
    herald: TestHerald,
    admin: Client,
    receiver: Receiver,
}

impl Told {
    async fn start() -> Self {
        let herald = TestHerald::start().await;
        let admin = herald.first_admin().await;
        let receiver = Receiver::start().await;
        for event_type in TYPES {
            admin.create_webhook(event_type, &receiver.url(&format!("/{event_type}"))).await;
        }
        Self { herald, admin, receiver }
    }

    /// The next requests in the order in which their events happened: they may come in another.
    async fn next(&self, count: usize) -> Vec<Received> {
        let mut requests = Vec::with_capacity(count);
        for _ in 0..count {
            requests.push(self.receiver.next().await);
        }
        requests.sort_by_key(sequence);
        requests
    }

    /// Shows that nothing more happened than these: the next event's number follows theirs, and every delivery that there
    /// is belongs to one of them.
    async fn assert_nothing_after(&self, last: &Received) {
        let before = self.receiver.received().len();
        self.admin.log_in_admin().await;
        let next = self.receiver.next().await;
        assert_eq!((kind(&next).as_str(), sequence(&next)), ("USER_LOGIN", sequence(last) + 1));
        assert_eq!(self.receiver.received().len(), before + 1);
        assert_eq!(self.deliveries().await, before + 1);
    }

    /// How many deliveries the API lists, of all webhooks.
    async fn deliveries(&self) -> usize {
        let path = "/api/organizations/parallelworks/webhooks";
        let webhooks = self.admin.get(path).await.ok();
        let mut count = 0;
        for webhook in webhooks.as_array().unwrap() {
            let name = webhook["name"].as_str().unwrap();
            let page = self.admin.get(&format!("{path}/{name}/deliveries")).await.ok();
            assert_eq!(page.get("nextCursor"), None, "one page is all of them");
            count += page["deliveries"].as_array().unwrap().len();
        }
        count
    }
}

fn sequence(request: &Received) -> i64 {
    request.header("herald-sequence").parse().expect("a number")
}

fn kind(request: &Received) -> String {
    text(&request.json()["type"])
}

fn kinds(requests: &[Received]) -> Vec<String> {
    requests.iter().map(kind).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
