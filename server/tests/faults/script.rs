//! A fixed sequence of acts that write, for a disk that fails at one of them.

use std::{collections::HashMap, path::Path, time::Duration};

use serde_json::{Value, json};

use crate::{
    support::{Client, ORGANIZATION},
    tally::Tally,
};

/// The user that the script disables.
pub(crate) const USER: &str = "victim";
/// An act that takes longer hangs.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// What is done, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Act {
    Publish(&'static str),
    /// So many events in one request.
    PublishMany(&'static str, usize),
    /// Disables [`USER`].
    Disable,
}

pub(crate) const ACTS: [Act; 5] = [
    Act::Publish("first"),
    Act::PublishMany("many", 20),
    Act::Disable,
    Act::Publish("second"),
    Act::Publish("third"),
];
/// Events that all acts together record.
pub(crate) const EVENTS: i64 = 24;

#[derive(Debug)]
pub(crate) enum Reply {
    /// The ids of its events, where the answer has them.
    Done(Vec<String>),
    /// 503 with a `Retry-After`.
    Refused,
    /// 500: the cause is in the log.
    Failed,
    /// No answer.
    Gone,
}

impl Act {
    /// Does it; it may be done again.
    pub(crate) async fn act(self, client: &Client) -> Reply {
        let Ok(response) = self.request(client).timeout(ANSWER_MAX).send().await else {
            return Reply::Gone;
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let Ok(text) = response.text().await else {
            return Reply::Gone;
        };
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        match status {
            200 | 202 | 204 => Reply::Done(ids(&answer)),
            503 => {
                assert!(headers.contains_key("retry-after"), "{self:?} says when to come again: {text}");
                assert!(
                    answer["detail"].as_str().is_some_and(|detail| !detail.is_empty()),
                    "{self:?}: {text}"
                );
                Reply::Refused
            }
            500 => Reply::Failed,
            _ => panic!("{self:?} was answered {status} {text}"),
        }
    }

    fn request(self, client: &Client) -> reqwest::RequestBuilder {
        let path = |of: &str| format!("/api/organizations/{ORGANIZATION}/{of}");
        let publish = || client.request("POST", &path("webhook-events"));
        match self {
            Self::Publish(key) => publish().header("idempotency-key", key).body(login(key).to_string()),
            Self::PublishMany(key, count) => {
                let events = (0..count).map(|number| {
                    let mut event = login(key);
                    event["idempotencyKey"] = format!("{key}-{number}").into();
                    event
                });
                publish().body(Value::Array(events.collect()).to_string())
            }
            Self::Disable => {
                let body = json!({ "active": false }).to_string();
                let request = client.request("PUT", &path(&format!("users/{USER}/active")));
                request.header("content-type", "application/json").body(body)
            }
        }
    }
}

fn login(username: &str) -> Value {
    crate::support::login_event(username)
}

fn ids(answer: &Value) -> Vec<String> {
    let all = answer.as_array().map_or(std::slice::from_ref(answer), Vec::as_slice);
    all.iter()
        .filter(|result| result["deliveries"].is_number())
        .map(|result| {
            assert!(matches!(result["status"].as_u64(), None | Some(200 | 202)), "{result}");
            result["id"].as_str().expect("an id").to_owned()
        })
        .collect()
}

/// What was acknowledged.
#[derive(Default)]
pub(crate) struct Acknowledged {
    ids: HashMap<Act, Vec<String>>,
}

impl Acknowledged {
    /// An act that was done before has the same events when it is done again.
    pub(crate) fn enter(&mut self, act: Act, ids: Vec<String>) {
        if let Some(before) = self.ids.insert(act, ids.clone()) {
            assert_eq!(before, ids, "{act:?} was acknowledged before, as other events");
        }
    }

    pub(crate) fn has(&self, act: Act) -> bool {
        self.ids.contains_key(&act)
    }

    /// The path and the event of each delivery that is to come of what was published.
    pub(crate) fn wanted(&self) -> Vec<(String, String)> {
        self.ids.values().flatten().map(|id| ("/login".to_owned(), id.clone())).collect()
    }
}

/// The webhooks and the user that the script needs.
pub(crate) async fn prepare(client: &Client, tally: &Tally) {
    client.create_webhook("USER_LOGIN", &tally.url("/login")).await;
    client.create_webhook("USER_DISABLED", &tally.url("/disabled")).await;
    client.create_user(USER).await;
}

/// The ids of the events of a type, out of the database.
pub(crate) async fn events_of(folder: &Path, event_type: &str) -> Vec<String> {
    let mut connection = crate::trial::open(folder).await;
    let ids = sqlx::query_scalar("SELECT id FROM events WHERE type = ?").bind(event_type);
    ids.fetch_all(&mut connection).await.expect("ids")
}
