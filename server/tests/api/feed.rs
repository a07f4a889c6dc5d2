//! The feed of events: every event once, in order, however one asks.

use std::{collections::HashSet, time::Duration};

use domain::limits::RETENTION;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::{
    assert_id, assert_members, assert_problem, column,
    support::{Client, Receiver, TestHerald, login_event},
};

const PATH: &str = "/api/organizations/parallelworks/webhook-events";

/// Follows `next` from `after` until nothing is new; answers the events and where it stands.
async fn follow(client: &Client, query: &str, mut after: Option<String>) -> (Vec<Value>, Option<String>) {
    let mut events = Vec::new();
    loop {
        let (page, next) = page(client, query, after.as_deref()).await;
        events.extend(page);
        match next {
            Some(next) => after = Some(next),
            None => return (events, after),
        }
    }
}

async fn page(client: &Client, query: &str, after: Option<&str>) -> (Vec<Value>, Option<String>) {
    let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
    let answer = client.get(&format!("{PATH}?{query}{after}")).await.ok();
    let next = answer.get("next").map(|next| next.as_str().expect("a text").to_owned());
    (answer["events"].as_array().expect("a list").clone(), next)
}

fn sequences(events: &[Value]) -> Vec<u64> {
    events.iter().map(|event| event["sequence"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn an_event_is_told_as_webhooks_get_it() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let id = admin.publish_login("demo").await;
    let got = receiver.next().await;
    // A test send has no place in the sequence.
    let test =
        format!("/api/organizations/parallelworks/webhooks/{}/test", webhook["name"].as_str().unwrap());
    admin.post(&test, json!({})).await.ok();
    let (events, _) = follow(&admin, "limit=2", None).await;
    // The first run is a first log in.
    assert_eq!(column(&json!(events), "type"), ["USER_CREATED", "USER_LOGIN", "USER_LOGIN"]);
    assert_eq!(sequences(&events), [1, 2, 3]);
    let event = &events[2];
    assert_members(event, &["id", "type", "sequence", "happenedAt", "payload"]);
    assert_id(&event["id"]);
    assert_eq!(event["id"], id.as_str());
    assert_eq!(event["payload"], login_event("demo")["payload"]);
    assert_eq!(event["happenedAt"], herald.clock.now().to_string());
    assert_eq!(got.header("herald-sequence"), "3");
    assert_eq!(got.header("herald-event-time"), event["happenedAt"]);
    herald.stop().await;
}

#[tokio::test]
async fn a_reader_sees_each_event_once_and_in_order_while_eight_publish() {
    const WRITERS: usize = 8;
    const BATCHES: usize = 6;
    const TOTAL: usize = WRITERS * BATCHES * 25;
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let (_, mut after) = follow(&admin, "", None).await;
    let writers = (0..WRITERS).map(|writer| {
        let admin = admin.clone();
        tokio::spawn(async move {
            for batch in 0..BATCHES {
                let events = (0..25).map(|n| login_event(&format!("user-{writer}-{batch}-{n}")));
                admin.post(PATH, events.collect::<Vec<_>>().into()).await.ok();
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let mut seen = Vec::new();
    let mut pages = 0;
    let reading = async {
        while seen.len() < TOTAL {
            let (events, next) = page(&admin, "limit=37", after.as_deref()).await;
            assert_eq!(next.is_some(), !events.is_empty(), "`next` goes on exactly when something is new");
            pages += usize::from(!events.is_empty());
            seen.extend(events);
            after = next.or(after.take());
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("all of them are seen");
    for done in join_all(writers).await {
        done.expect("published");
    }
    assert_eq!(sequences(&seen), (3..3 + TOTAL as u64).collect::<Vec<_>>());
    let users: HashSet<&str> =
        seen.iter().map(|event| event["payload"]["username"].as_str().unwrap()).collect();
    assert_eq!(users.len(), TOTAL, "each of them once");
    assert!(pages >= TOTAL / 37, "{pages}");
    assert_eq!(page(&admin, "", after.as_deref()).await, (Vec::new(), None));
    herald.stop().await;
}

#[tokio::test]
async fn a_cursor_from_before_the_retention_is_gone_and_says_so() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.publish_logins(3).await;
    let (_, early) = page(&admin, "limit=2", None).await;
    let (_, end) = follow(&admin, "", None).await;
    herald.clock.advance(RETENTION + Duration::from_secs(24 * 60 * 60));
    let admin = herald.client().log_in_admin().await;
    let asking = async {
        loop {
            let answer = admin.get(&format!("{PATH}?limit=2&after={}", early.as_deref().unwrap())).await;
            if answer.status == 410 {
                return answer;
            }
        }
    };
    let gone =
        tokio::time::timeout(Duration::from_secs(20), asking).await.expect("the retention comes round");
    assert_problem(&gone, 410, &["#/after"]);
    assert!(gone.json["detail"].as_str().unwrap().contains("retention"), "{}", gone.text);
    for after in [end, None] {
        let (events, _) = follow(&admin, "", after).await;
        assert_eq!(sequences(&events), [6], "what is there is read on from the end and from the beginning");
    }
    herald.stop().await;
}

#[tokio::test]
async fn filters_choose_and_each_has_its_own_cursor() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.publish_login("Demo").await;
    herald.clock.advance(Duration::from_secs(60));
    let later = herald.clock.now();
    let id = admin.publish_login("other").await;
    for (query, wanted) in [
        ("", &[1, 2, 3, 4][..]),
        ("type=USER_CREATED", &[1]),
        ("type=USER_DISABLED", &[]),
        (&format!("from={later}"), &[4]),
        (&format!("to={later}"), &[1, 2, 3]),
        (&format!("to={later}&type=USER_LOGIN"), &[2, 3]),
        ("search=dEMO", &[3]),
        ("search=admin%40ParallelWorks.com", &[1, 2]),
        ("search=demo%40parallelworks.com", &[3, 4]),
        ("search=demo%40parallelworks.com&limit=1", &[3, 4]),
        (&format!("search={id}"), &[4]),
        (&format!("search={id}&type=USER_CREATED"), &[]),
        ("search=de", &[]),
        ("search=%25", &[]),
    ] {
        let (events, _) = follow(&admin, query, None).await;
        assert_eq!(sequences(&events), wanted, "{query}");
    }
    let (_, next) = page(&admin, "type=USER_LOGIN&limit=1", None).await;
    let next = next.expect("there is more");
    for other in ["", "type=USER_CREATED&", "type=USER_LOGIN&search=demo&"] {
        assert_problem(&admin.get(&format!("{PATH}?{other}after={next}")).await, 422, &["#/after"]);
    }
    let changed = format!("{}{}", if next.starts_with('A') { 'B' } else { 'A' }, &next[1..]);
    for after in [changed.as_str(), "1", "%00", "%F0%9F%92%A9", &next[1..]] {
        let answer = admin.get(&format!("{PATH}?type=USER_LOGIN&after={after}")).await;
        assert_problem(&answer, 422, &["#/after"]);
    }
    herald.stop().await;
}

#[tokio::test]
async fn another_organization_has_a_feed_of_its_own() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_organization("acme").await;
    let path = "/api/organizations/acme/webhook-events";
    assert_eq!(admin.get(path).await.ok(), json!({ "events": [] }));
    admin.post(path, login_event("stranger")).await.ok();
    let id = admin.publish_login("demo").await;
    let events = admin.get(path).await.ok();
    assert_eq!(sequences(events["events"].as_array().unwrap()), [1]);
    assert_eq!(admin.get(&format!("{path}?search={id}")).await.ok()["events"], json!([]));
    let (_, next) = follow(&admin, "", None).await;
    assert_problem(&admin.get(&format!("{path}?after={}", next.unwrap())).await, 422, &["#/after"]);
    herald.stop().await;
}

#[tokio::test]
async fn a_page_of_large_events_ends_early_and_goes_on() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let name = "x".repeat(200 * 1024);
    let batch: Vec<Value> = (0..15).map(|_| login_event(&name)).collect();
    for _ in 0..2 {
        admin.post(PATH, batch.clone().into()).await.ok();
    }
    let (first, next) = page(&admin, "limit=1000", None).await;
    assert!(first.len() < 30 && next.is_some(), "{}", first.len());
    let (all, _) = follow(&admin, "limit=1000", None).await;
    assert_eq!(sequences(&all), (1..=32).collect::<Vec<_>>());
    herald.stop().await;
}
