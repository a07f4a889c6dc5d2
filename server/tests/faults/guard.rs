//! F4: thousands of spellings of forbidden URLs: refused at save, refused at send, and nobody is called.

use std::{
    collections::BTreeSet,
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    time::Duration,
};

use domain::{
    ErrorClass, Outcome,
    target::{Refused, TargetPolicy, TargetUrl},
};
use serde_json::{Value, json};
use server::delivery::{Guard, Sender};
use sqlx::{Connection, SqliteConnection};

use crate::{
    job::job,
    spellings,
    support::{Client, TestHerald, fresh},
};

const WEBHOOKS: &str = "/api/organizations/parallelworks/webhooks";

/// Both ends of every special range, and what attackers ask for first.
const FORBIDDEN_V4: [&str; 41] = [
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "127.0.0.0",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.255",
    "192.0.2.0",
    "192.0.2.255",
    "192.88.99.0",
    "192.88.99.255",
    "192.168.0.0",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.0",
    "198.51.100.255",
    "203.0.113.0",
    "203.0.113.255",
    "224.0.0.0",
    "239.255.255.255",
    "240.0.0.0",
    "255.255.255.255",
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.254",
    "127.0.0.53",
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "192.168.1.1",
    "10.0.0.1",
    "172.17.0.1",
    "192.0.0.192",
];
const FORBIDDEN_V6: [&str; 22] = [
    "::",
    "::1",
    "fc00::",
    "fd00:ec2::254",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::1",
    "fe80::a9fe:a9fe",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "5f00::1",
    "2001::1",
    "2001:1ff::1",
    "2001:db8::1",
    "3fff::1",
    "3fff:fff::1",
    "4000::1",
    "1fff::1",
    "64:ff9b:1::1",
    "2002::1",
];
/// These get every kind of URL around them.
const ATTACKED: [&str; 14] = [
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "2130706433",
    "017700000001",
    "169.254.169.254",
    "2852039166",
    "[::1]",
    "[::]",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[fd00:ec2::254]",
    "localhost",
];

/// Listens where a forbidden URL may lead on this machine. Connections wait in it until they are counted.
struct Canary {
    listeners: Vec<TcpListener>,
    port: u16,
}

impl Canary {
    /// The same port of several addresses.
    fn start() -> Self {
        let (listeners, port) =
            std::iter::repeat_with(Self::listen).take(100).flatten().next().expect("a free port");
        Self { listeners, port }
    }

    fn listen() -> Option<(Vec<TcpListener>, u16)> {
        let first = TcpListener::bind("127.0.0.1:0").ok()?;
        let port = first.local_addr().ok()?.port();
        let mut all = vec![first];
        for address in ["127.1.2.3", "127.0.0.53", "127.255.255.254", "::1"] {
            match TcpListener::bind((address.parse::<IpAddr>().ok()?, port)) {
                Ok(listener) => all.push(listener),
                // A machine without IPv6 has no such address to be called at.
                Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {}
                Err(_) => return None,
            }
        }
        all.iter().for_each(|listener| listener.set_nonblocking(true).expect("set"));
        Some((all, port))
    }

    fn calls(&self) -> Vec<SocketAddr> {
        let accept = |listener: &TcpListener| match listener.accept() {
            Ok(_) => Some(listener.local_addr().expect("an address")),
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        };
        self.listeners.iter().filter_map(accept).collect()
    }

    /// Nobody called; and a call would have been seen.
    fn assert_left_alone(&self) {
        assert_eq!(self.calls(), [], "a forbidden address was called");
        TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        assert_eq!(self.calls().len(), 1);
    }
}

/// Everything but the address is allowed, so that nothing else refuses.
fn policy() -> TargetPolicy {
    TargetPolicy { allowed: Vec::new(), allow_http: true }
}

fn guard() -> Arc<Guard> {
    Arc::new(Guard::new(policy(), None).expect("a guard"))
}

fn forbidden_hosts() -> Vec<String> {
    let v4 = FORBIDDEN_V4.iter().map(|text| text.parse::<Ipv4Addr>().unwrap());
    let v6 = FORBIDDEN_V6.iter().map(|text| text.parse().unwrap());
    let mut hosts: Vec<String> = v4
        .flat_map(|address| spellings::of_v4(address).into_iter().chain(spellings::of_v4_in_v6(address)))
        .collect();
    hosts.extend(v6.flat_map(spellings::of_v6));
    hosts.extend(spellings::of_this_machine());
    hosts.extend(spellings::of_no_host());
    hosts
}

fn forbidden_urls(port: u16) -> BTreeSet<String> {
    let plain = forbidden_hosts().into_iter().map(|host| format!("http://{host}:{port}/"));
    let attacked = ATTACKED.iter().flat_map(|host| spellings::urls(host, port));
    plain.chain(attacked).collect()
}

#[tokio::test]
async fn no_spelling_of_a_forbidden_url_is_saved_or_called() {
    let canary = Canary::start();
    let (guard, sender) = (guard(), Sender::new(guard()));
    let urls = forbidden_urls(canary.port);
    assert!(urls.len() >= 2_000, "{} spellings", urls.len());
    let mut literals = 0;
    for url in &urls {
        if let Ok(target) = TargetUrl::parse(url) {
            let refused = guard.check(&target, None).await.expect_err(url);
            assert!(matches!(refused, Refused::Address(_) | Refused::Name(..)), "{url}: {refused:?}");
            literals += usize::from(matches!(refused, Refused::Address(_)));
        }
        let (route, due) = job(url);
        let sent = sender.send(&route, &due, due.event_time).await;
        assert_eq!(sent.outcome, Outcome::Broken(ErrorClass::Blocked), "{url}");
    }
    assert!(literals >= 2_000, "{literals} were read as an address");
    canary.assert_left_alone();
}

#[tokio::test]
async fn the_same_spellings_of_a_public_address_are_not_refused() {
    let guard = guard();
    let v4 = spellings::of_v4("8.8.8.8".parse().unwrap());
    let v6 = spellings::of_v6("2606:4700:4700::1111".parse().unwrap());
    for host in v4.iter().chain(&v6) {
        let url = format!("http://{host}:8080/");
        let target = TargetUrl::parse(&url).unwrap_or_else(|issue| panic!("{url}: {issue:?}"));
        assert_eq!(guard.check(&target, None).await, Ok(()), "{url}");
    }
}

async fn try_to_save(admin: &Client, url: &str) {
    let body = json!({ "enabled": true, "name": fresh("hook"), "type": "USER_LOGIN", "url": url });
    let answer = admin.post(WEBHOOKS, body).await;
    assert_eq!((answer.status, answer.pointers()), (422, vec!["#/url"]), "{url}: {}", answer.text);
}

#[tokio::test]
async fn the_api_saves_none_of_them() {
    let herald = TestHerald::start_guarded(policy()).await;
    let admin = herald.first_admin().await;
    let urls = forbidden_urls(8_080);
    // In the short form each tenth: all of them are judged above.
    let step = if crate::plan::is_long() { 1 } else { 10 };
    for url in urls.iter().step_by(step) {
        try_to_save(&admin, url).await;
    }
    assert_eq!(admin.get(WEBHOOKS).await.ok(), json!([]));
    herald.stop().await;
}

/// As if they had been saved while the operator still allowed them.
async fn overwrite_urls(herald: &TestHerald, urls: &[String]) {
    let database = format!("sqlite://{}", herald.folder.path().join("herald.db").display());
    let mut writer = SqliteConnection::connect(&database).await.unwrap();
    for (name, url) in urls.iter().enumerate() {
        let changed = sqlx::query("UPDATE webhooks SET url = ? WHERE name = ?");
        let changed = changed.bind(url).bind(format!("hook-{name}")).execute(&mut writer).await.unwrap();
        assert_eq!(changed.rows_affected(), 1);
    }
}

#[tokio::test]
async fn what_was_saved_before_is_refused_at_each_attempt() {
    let canary = Canary::start();
    let herald = TestHerald::start_guarded(policy()).await;
    let admin = herald.first_admin().await;
    let urls: Vec<String> = ATTACKED.iter().map(|host| format!("http://{host}:{}/", canary.port)).collect();
    for name in 0..urls.len() {
        let body = json!({ "enabled": true, "name": format!("hook-{name}"), "type": "USER_LOGIN", "url": "https://8.8.8.8/" });
        admin.post(WEBHOOKS, body).await.ok();
    }
    overwrite_urls(&herald, &urls).await;
    admin.publish_login("demo").await;
    for attempts in 1..=2 {
        for (name, url) in urls.iter().enumerate() {
            let made = |delivery: &Value| delivery["attempts"] == attempts;
            let delivery = admin.until_delivery(&format!("hook-{name}"), made).await;
            let path =
                format!("/api/organizations/parallelworks/deliveries/{}", delivery["id"].as_str().unwrap());
            let detail = admin.get(&path).await.ok();
            let newest = detail["attempts"].as_array().unwrap().last().unwrap();
            assert_eq!(newest["errorClass"], "blocked", "{url}: {detail}");
        }
        herald.clock.advance(Duration::from_secs(5));
    }
    canary.assert_left_alone();
    herald.stop().await;
}
