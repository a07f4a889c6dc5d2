//! A fixed sequence of acts that write, for a disk that fails at one of them.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    time::Duration,
};

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
    /// 503 with a `Retry-After`, and whether it says that nothing was stored.
    Refused { for_sure: bool },
    /// 500: the cause is in the log.
    Failed,
    /// No answer.
    Gone,
    /// Nobody listens any more.
    NotSent,
}

impl Act {
    /// Does it; it may be done again.
    pub(crate) async fn act(self, client: &Client) -> Reply {
        let response = match self.request(client).timeout(ANSWER_MAX).send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() => return Reply::NotSent,
            Err(error) => {
                assert!(!error.is_timeout(), "{self:?} hangs");
                return Reply::Gone;
            }
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
                let detail = answer["detail"].as_str().expect("a sentence");
                let for_sure = detail.contains("nothing was stored");
                assert!(for_sure || detail.contains("is not known"), "{self:?}: {text}");
                Reply::Refused { for_sure }
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

/// What was acknowledged, and what was refused.
#[derive(Default)]
pub(crate) struct Acknowledged {
    ids: HashMap<Act, Vec<String>>,
    /// Acts of which nothing is stored, by an answer.
    refused: HashSet<Act>,
    /// Acts of which something may be stored.
    unsure: HashSet<Act>,
}

impl Acknowledged {
    /// Takes note of an answer. Whether the act is done.
    pub(crate) fn note(&mut self, act: Act, reply: Reply) -> bool {
        match &reply {
            Reply::Done(_) | Reply::NotSent => {}
            Reply::Refused { for_sure: true } => drop(self.refused.insert(act)),
            Reply::Refused { for_sure: false } | Reply::Failed | Reply::Gone => drop(self.unsure.insert(act)),
        }
        if let Reply::Done(ids) = reply {
            self.enter(act, ids);
            return true;
        }
        false
    }

    /// An act that was done before has the same events when it is done again.
    fn enter(&mut self, act: Act, ids: Vec<String>) {
        if let Some(before) = self.ids.insert(act, ids.clone()) {
            assert_eq!(before, ids, "{act:?} was acknowledged before, as other events");
        }
    }

    /// The idempotency keys of what is not stored for certain.
    pub(crate) fn refused_keys(&self) -> Vec<String> {
        let certain = self.refused.iter().filter(|act| !self.unsure.contains(act) && !self.has(**act));
        let refused = certain.flat_map(|act| match *act {
            Act::Publish(key) => vec![key.to_owned()],
            Act::PublishMany(key, count) => (0..count).map(|number| format!("{key}-{number}")).collect(),
            Act::Disable => Vec::new(),
        });
        refused.collect()
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
    read(folder, "SELECT id FROM events WHERE type = ?", event_type).await
}

/// Which of these idempotency keys the database knows.
pub(crate) async fn known_keys(folder: &Path, keys: &[String]) -> Vec<String> {
    let keys = serde_json::to_string(keys).expect("texts");
    let sql = "SELECT key FROM idempotency_keys WHERE key IN (SELECT value FROM json_each(?))";
    read(folder, sql, &keys).await
}

async fn read(folder: &Path, sql: &'static str, value: &str) -> Vec<String> {
    let mut connection = crate::trial::open(folder).await;
    sqlx::query_scalar(sql).bind(value).fetch_all(&mut connection).await.expect("texts")
}
