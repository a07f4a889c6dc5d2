//! F5: a name server that flips public and private, mixes both in one answer, and hides what is private behind aliases.
//!
//! It runs in a network of its own, in which public and private addresses belong to this machine: a wrong connection succeeds,
//! and is seen.

use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::target::TargetPolicy;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::{
    dns::{self, Answer, SILENCE, Zone},
    namespace, raw,
    support::{Answer as HttpAnswer, Client, TestHerald},
};

const WEBHOOKS: &str = "/api/organizations/parallelworks/webhooks";
const A_RETRY: Duration = Duration::from_secs(5);
const PUBLIC_ADDRESSES: [&str; 2] = ["8.8.4.4", "2606:4700::1111"];
const PRIVATE_ADDRESSES: [&str; 6] =
    ["10.0.0.5", "169.254.169.254", "fd00::5", "64:ff9b::a00:5", "2002:a00:5::", "192.168.7.7"];

/// Answers after which Herald may connect.
const PUBLIC: [(&str, Answer); 4] = [
    ("plain", &["8.8.4.4"]),
    ("both", &["8.8.4.4", "2606:4700::1111"]),
    ("six", &["2606:4700::1111"]),
    ("alias", &["-> one.example.com", "-> two.example.com", "8.8.4.4"]),
];
/// Answers after which it may not.
const PRIVATE: [(&str, Answer); 17] = [
    ("private", &["10.0.0.5"]),
    ("loopback", &["127.0.0.1"]),
    ("loopback-six", &["::1"]),
    ("metadata", &["169.254.169.254"]),
    ("zero", &["0.0.0.0"]),
    ("local", &["fd00::5"]),
    ("mapped", &["::ffff:10.0.0.5"]),
    ("nat64", &["64:ff9b::a00:5"]),
    ("six-to-four", &["2002:a00:5::"]),
    ("mixed", &["8.8.4.4", "10.0.0.5"]),
    ("mixed-first", &["10.0.0.5", "8.8.4.4"]),
    ("mixed-many", &["8.8.4.4", "8.8.4.4", "8.8.4.4", "8.8.4.4", "8.8.4.4", "192.168.7.7"]),
    ("mixed-kinds", &["8.8.4.4", "fd00::5"]),
    ("mixed-kinds-other", &["2606:4700::1111", "127.0.0.1"]),
    ("alias-private", &["-> one.example.com", "-> two.example.com", "10.0.0.5"]),
    ("alias-mixed", &["-> one.example.com", "8.8.4.4", "10.0.0.5"]),
    ("alias-localhost", &["-> localhost", "127.0.0.1"]),
];
/// Answers that are none, of which Herald may say no more than of a private one.
const NOTHING: [(&str, Answer); 2] = [("empty", &[]), ("silent", &[SILENCE])];

/// Every connection on port 80, by the address that was called, and the `host` of each request.
#[derive(Clone, Default)]
struct Calls {
    all: Arc<Mutex<Vec<(IpAddr, String)>>>,
}

impl Calls {
    /// Answers 500 on the first request of a name that begins with `again`, which brings a second attempt.
    async fn listen(&self) {
        let listener = TcpListener::bind("[::]:80").await.expect("IPv6, and a port that is free in here");
        let calls = self.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let called = stream.local_addr().expect("an address").ip().to_canonical();
                let calls = calls.clone();
                tokio::spawn(async move {
                    let head = raw::read_request(&mut stream).await.unwrap_or_default();
                    let host = raw::header(&head, "host").to_owned();
                    let first = calls.of(&host).is_empty();
                    let status = if first && host.starts_with("again") { 500 } else { 200 };
                    calls.all.lock().unwrap().push((called, host));
                    let answer =
                        format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                    // A prober may be gone already.
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
    }

    fn of(&self, host: &str) -> Vec<IpAddr> {
        let all = self.all.lock().unwrap();
        all.iter().filter(|(_, other)| other == host).map(|(called, _)| *called).collect()
    }

    fn of_private(&self) -> Vec<(IpAddr, String)> {
        let is_private = |called: &IpAddr| !PUBLIC_ADDRESSES.contains(&called.to_string().as_str());
        self.all.lock().unwrap().iter().filter(|(called, _)| is_private(called)).cloned().collect()
    }

    /// Nobody private was called; and a call would have been seen.
    async fn assert_no_private(&self) {
        assert_eq!(self.of_private(), [], "a private address was called");
        for address in PRIVATE_ADDRESSES.into_iter().chain(["127.0.0.1", "::1"]) {
            let call = reqwest::Client::builder().no_proxy().build().unwrap();
            let host = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
            call.post(format!("http://{host}/")).send().await.expect("it listens there");
        }
        assert_eq!(self.of_private().len(), PRIVATE_ADDRESSES.len() + 2);
    }
}

/// `flip-NAME` is public when it is saved and then private; `again-NAME` still is at the first attempt; `fro-NAME` is public
/// again at the second.
fn zone() -> Zone {
    let good: Answer = &["8.8.4.4"];
    let mut zone = Zone::new();
    for (name, answer) in PUBLIC.into_iter().chain(PRIVATE).chain(NOTHING) {
        zone.insert(format!("{name}.test"), vec![answer]);
    }
    for (name, bad) in PRIVATE {
        zone.insert(format!("flip-{name}.test"), vec![good, bad]);
        zone.insert(format!("again-{name}.test"), vec![good, good, bad]);
        zone.insert(format!("fro-{name}.test"), vec![good, bad, good]);
    }
    zone
}

async fn save(admin: &Client, name: &str) -> HttpAnswer {
    let url = format!("http://{name}.test/");
    admin.post(WEBHOOKS, json!({ "enabled": true, "name": name, "type": "USER_LOGIN", "url": url })).await
}

/// The same words for all of them: they are no oracle for the inner network.
async fn refused_at_save(admin: &Client) {
    let mut words = BTreeSet::new();
    let names = PRIVATE.into_iter().chain(NOTHING).map(|(name, _)| name);
    for name in names.chain(["missing"]) {
        let answer = save(admin, name).await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.text);
        words.insert(answer.text.replace(&format!("{name}.test"), "NAME"));
    }
    assert_eq!(words.len(), 1, "{words:#?}");
}

async fn save_what_looks_public(admin: &Client) {
    for (name, _) in PUBLIC {
        save(admin, name).await.ok();
    }
    for (name, _) in PRIVATE {
        for before in ["flip", "again", "fro"] {
            save(admin, &format!("{before}-{name}")).await.ok();
        }
    }
}

/// How a webhook's delivery stands after so many attempts: its state, and what each attempt came to, oldest first.
async fn attempts(admin: &Client, name: &str, count: usize) -> (Value, Vec<Value>) {
    let delivery = admin.until_delivery(name, |delivery| delivery["attempts"] == count).await;
    let path = format!("/api/organizations/parallelworks/deliveries/{}", delivery["id"].as_str().unwrap());
    let detail = admin.get(&path).await.ok();
    let class = |attempt: &Value| attempt.get("errorClass").unwrap_or(&attempt["status"]).clone();
    (delivery["status"].clone(), detail["attempts"].as_array().unwrap().iter().map(class).collect())
}

async fn first_attempts(admin: &Client, calls: &Calls) {
    for (name, _) in PUBLIC {
        assert_eq!(attempts(admin, name, 1).await, (json!("delivered"), vec![json!(200)]), "{name}");
        assert_eq!(calls.of(&format!("{name}.test")).len(), 1, "{name}");
    }
    for (name, _) in PRIVATE {
        for (before, class) in [("flip", "blocked"), ("again", "status"), ("fro", "blocked")] {
            let expected = (json!("pending"), vec![json!(class)]);
            assert_eq!(attempts(admin, &format!("{before}-{name}"), 1).await, expected, "{before}-{name}");
        }
    }
}

async fn second_attempts(admin: &Client, calls: &Calls) {
    for (name, _) in PRIVATE {
        for (before, state, classes) in [
            ("flip", "pending", [json!("blocked"), json!("blocked")]),
            ("again", "pending", [json!("status"), json!("blocked")]),
            ("fro", "delivered", [json!("blocked"), json!(200)]),
        ] {
            let made = attempts(admin, &format!("{before}-{name}"), 2).await;
            assert_eq!(made, (json!(state), classes.to_vec()), "{before}-{name}");
        }
        assert_eq!(calls.of(&format!("flip-{name}.test")), Vec::<IpAddr>::new());
        assert_eq!(calls.of(&format!("again-{name}.test")).len(), 1);
        assert_eq!(calls.of(&format!("fro-{name}.test")).len(), 1);
    }
}

#[tokio::test]
async fn whatever_a_name_server_says_nothing_private_is_called() {
    if !namespace::enter() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let addresses: Vec<&str> = PUBLIC_ADDRESSES.into_iter().chain(PRIVATE_ADDRESSES).collect();
    namespace::furnish(&addresses, folder.path());
    dns::serve("127.0.0.1:53", zone());
    let calls = Calls::default();
    calls.listen().await;
    let policy = TargetPolicy { allowed: Vec::new(), allow_http: true };
    let herald = TestHerald::start_guarded(policy).await;
    let admin = herald.first_admin().await;

    refused_at_save(&admin).await;
    save_what_looks_public(&admin).await;
    admin.publish_login("demo").await;
    first_attempts(&admin, &calls).await;
    herald.clock.advance(A_RETRY);
    second_attempts(&admin, &calls).await;
    calls.assert_no_private().await;
    herald.stop().await;
}
