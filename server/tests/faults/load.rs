//! Programs that publish events under load, and keep book of what was acknowledged to them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinSet};

use crate::support::{Client, ORGANIZATION};

const PUBLISHERS: usize = 6;
const BATCH_MAX: usize = 100;
/// Deliveries that are still to come, beyond which nothing more is published.
const BEHIND_MAX: usize = 2_000;
/// A request that takes longer hangs.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Both types, and the paths of the webhooks that want them.
pub(crate) const WANTED: [(&str, &[&str]); 2] =
    [("USER_LOGIN", &["/login"]), ("USER_DISABLED", &["/disabled", "/disabled-too"])];

/// Where Herald is, if it runs, and in which of its runs.
#[derive(Clone, Default)]
pub(crate) struct Place {
    pub(crate) run: usize,
    pub(crate) client: Option<Client>,
}

pub(crate) struct Load {
    book: Arc<Book>,
    publishers: JoinSet<()>,
}

struct Book {
    place: watch::Sender<Place>,
    received: watch::Receiver<usize>,
    entries: Mutex<Entries>,
    acknowledged: watch::Sender<usize>,
}

#[derive(Default)]
struct Entries {
    /// Events that are still to be made up.
    left: usize,
    next_key: usize,
    /// What was acknowledged: event ids with their types.
    acknowledged: HashMap<String, &'static str>,
    /// The deliveries that are to come of it.
    deliveries: usize,
    /// Requests that were sent again because there was no answer.
    sent_again: usize,
}

/// One POST: an event with its key, or a batch of them.
struct Request {
    event_type: &'static str,
    keys: Vec<String>,
    batch: bool,
}

enum Reply {
    /// The ids, in the order of the keys.
    Acknowledged(Vec<String>),
    /// 503: nothing was stored.
    Refused,
    None,
}

impl Load {
    /// Publishes so many events as soon as Herald has a place.
    pub(crate) fn start(events: usize, received: watch::Receiver<usize>, rng: &mut StdRng) -> Self {
        let entries = Entries { left: events, ..Entries::default() };
        let book = Arc::new(Book {
            place: watch::Sender::default(),
            received,
            entries: Mutex::new(entries),
            acknowledged: watch::Sender::new(0),
        });
        let mut publishers = JoinSet::new();
        for _ in 0..PUBLISHERS {
            publishers.spawn(Arc::clone(&book).publish(StdRng::from_rng(rng)));
        }
        Self { book, publishers }
    }

    pub(crate) fn move_to(&self, client: Client) {
        self.book.place.send_modify(|place| {
            place.run += 1;
            place.client = Some(client);
        });
    }

    /// Herald is gone: nobody tries it until it has another place.
    pub(crate) fn leave(&self) {
        self.book.place.send_modify(|place| place.client = None);
    }

    /// Waits until so many events are acknowledged.
    pub(crate) async fn until_acknowledged(&self, count: usize) {
        let mut acknowledged = self.book.acknowledged.subscribe();
        acknowledged.wait_for(|now| *now >= count).await.expect("the book is ours");
    }

    /// Waits until every event is acknowledged.
    pub(crate) async fn until_published(&mut self) {
        while let Some(ended) = self.publishers.join_next().await {
            ended.expect("a publisher ends well");
        }
    }

    /// What was acknowledged: event ids with their types.
    pub(crate) fn acknowledged(&self) -> HashMap<String, &'static str> {
        self.book.entries.lock().unwrap().acknowledged.clone()
    }

    pub(crate) fn deliveries(&self) -> usize {
        self.book.entries.lock().unwrap().deliveries
    }

    pub(crate) fn sent_again(&self) -> usize {
        self.book.entries.lock().unwrap().sent_again
    }
}

impl Book {
    async fn publish(self: Arc<Self>, mut rng: StdRng) {
        let (mut place, mut received) = (self.place.subscribe(), self.received.clone());
        while let Some(request) = self.make_up(&mut rng) {
            self.until_answered(&request, &mut place).await;
            let enough = |received: &usize| {
                self.entries.lock().unwrap().deliveries.saturating_sub(*received) <= BEHIND_MAX
            };
            received.wait_for(enough).await.expect("the receiver goes on");
        }
    }

    fn make_up(&self, rng: &mut StdRng) -> Option<Request> {
        let mut entries = self.entries.lock().unwrap();
        let batch = rng.random_bool(0.75);
        let size = if batch { rng.random_range(1..=BATCH_MAX) } else { 1 }.min(entries.left);
        let event_type = WANTED[usize::from(rng.random_bool(0.1))].0;
        let keys: Vec<String> = (0..size).map(|place| format!("key-{}", entries.next_key + place)).collect();
        entries.left -= size;
        entries.next_key += size;
        (size > 0).then_some(Request { event_type, keys, batch })
    }

    /// Sends it until it is answered: again as soon as Herald is back where it went away.
    async fn until_answered(&self, request: &Request, place: &mut watch::Receiver<Place>) {
        let mut gone_in = 0;
        loop {
            let here = place.wait_for(|place| place.run > gone_in && place.client.is_some()).await;
            let Place { run, client } = here.expect("the book is ours").clone();
            match request.send(&client.expect("waited for")).await {
                Reply::Acknowledged(ids) => return self.enter(request, ids),
                Reply::Refused => tokio::task::yield_now().await,
                Reply::None => {
                    gone_in = run;
                    self.entries.lock().unwrap().sent_again += 1;
                }
            }
        }
    }

    fn enter(&self, request: &Request, ids: Vec<String>) {
        assert_eq!(ids.len(), request.keys.len(), "an answer for each event");
        let mut entries = self.entries.lock().unwrap();
        entries.deliveries += ids.len() * paths_of(request.event_type).len();
        for id in ids {
            let before = entries.acknowledged.insert(id, request.event_type);
            assert_eq!(before, None, "two keys were answered with one event");
        }
        let count = entries.acknowledged.len();
        drop(entries);
        self.acknowledged.send_if_modified(|known| std::mem::replace(known, count.max(*known)) < count);
    }
}

impl Request {
    async fn send(&self, client: &Client) -> Reply {
        let path = format!("/api/organizations/{ORGANIZATION}/webhook-events");
        let request = client.request("POST", &path).timeout(ANSWER_MAX);
        let request = if self.batch {
            let events = self.keys.iter().map(|key| event(self.event_type, key, true)).collect();
            request.body(Value::Array(events).to_string())
        } else {
            let key = &self.keys[0];
            request.header("idempotency-key", key).body(event(self.event_type, key, false).to_string())
        };
        let Ok(response) = request.send().await else {
            return Reply::None;
        };
        let status = response.status().as_u16();
        // An answer that ends in its middle is none.
        let Ok(text) = response.text().await else {
            return Reply::None;
        };
        match (status, serde_json::from_str(&text)) {
            (503, _) => Reply::Refused,
            (200, Ok(Value::Array(results))) => Reply::Acknowledged(results.iter().map(id_of).collect()),
            (200 | 202, Ok(result)) => Reply::Acknowledged(vec![id(&result)]),
            _ => panic!("{status} {text}"),
        }
    }
}

fn id_of(result: &Value) -> String {
    assert!(result["status"] == 200 || result["status"] == 202, "{result}");
    id(result)
}

fn id(result: &Value) -> String {
    result["id"].as_str().expect("an id").to_owned()
}

fn event(event_type: &str, key: &str, in_batch: bool) -> Value {
    let mut event = json!({ "type": event_type, "payload": {
        "username": key, "email": "demo@parallelworks.com", "userId": "653c787c8e048caa7cb4e554",
        "organization": ORGANIZATION,
    } });
    if in_batch {
        event["idempotencyKey"] = key.into();
    }
    event
}

/// The paths of the webhooks that want this type.
pub(crate) fn paths_of(event_type: &str) -> &'static [&'static str] {
    WANTED.iter().find(|(wanted, _)| *wanted == event_type).expect("a type").1
}
