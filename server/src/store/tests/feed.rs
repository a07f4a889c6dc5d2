//! The feed: what a page is read off, and what the retention leaves of it.

use api::find::Found;
use domain::{EventType, Payload, Timestamp, UserId, limits::FOUND_EVENTS};

use super::{NOW, Record, TestStore};
use crate::store::{
    NewEvent, Pruned, StoreError,
    feed::{EventFilter, feed_sql},
    subjects::FORGET,
};

fn searching(text: &str) -> EventFilter {
    EventFilter { search: Some(text.to_owned()), ..EventFilter::default() }
}

fn all_filters(search: Option<String>) -> EventFilter {
    EventFilter { event_type: Some(EventType::UserLogin), from: Some(NOW), to: Some(NOW), search }
}

#[tokio::test]
async fn a_page_of_the_feed_is_read_off_an_index_in_order() {
    let store = TestStore::open().await;
    for filter in [EventFilter::default(), all_filters(None)] {
        let plan = store.plan(&feed_sql(&filter)).await;
        let [search] = plan.as_slice() else { panic!("{plan:#?}") };
        assert!(search.starts_with("SEARCH e USING INDEX sqlite_autoindex_events"), "{search}");
        assert!(search.ends_with("(organization_id=? AND sequence>? AND sequence<?)"), "{search}");
    }
}

#[tokio::test]
async fn who_an_event_is_about_is_found_by_an_index() {
    let store = TestStore::open().await;
    for filter in [searching("demo"), all_filters(Some("demo".to_owned()))] {
        let plan = store.plan(&feed_sql(&filter)).await;
        for wanted in [
            "SEARCH s USING PRIMARY KEY (organization_id=? AND subject=? AND sequence>? AND sequence<?)",
            "SEARCH e USING INDEX sqlite_autoindex_events_2 (organization_id=? AND sequence=?)",
            "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)",
            "SEARCH e USING INDEX sqlite_autoindex_events_1 (id=?)",
        ] {
            assert!(plan.iter().any(|step| step == wanted), "{wanted}: {plan:#?}");
        }
        assert!(!plan.iter().any(|step| step.starts_with("SCAN e")), "{plan:#?}");
        // What is noted is read off in order; only what is new is sorted.
        let noted = plan.iter().take_while(|step| !step.starts_with("SCAN (subquery"));
        assert!(noted.into_iter().all(|step| !step.contains("TEMP B-TREE")), "{plan:#?}");
    }
    for sql in FORGET {
        let plan = store.plan(sql).await;
        let by_key =
            "SEARCH event_subjects USING PRIMARY KEY (organization_id=? AND subject=? AND sequence=?)";
        assert!(plan.iter().any(|step| step == by_key), "{plan:#?}");
    }
}

#[tokio::test]
async fn an_event_is_found_once_before_and_after_its_subjects_are_noted() {
    let store = TestStore::open().await;
    let organization = store.organization("acme").await.id;
    let record = async || store.store.writer.write(Record(organization)).await.expect("an event");
    let found = async |text: &str| {
        let page = store.store.feed(organization, &searching(text), None, 9).await.expect("a page");
        sequences(&page.events)
    };
    record().await;
    record().await;
    assert_eq!((found("DEMO").await, found("demo@parallelworks.com").await), (vec![1, 2], vec![1, 2]));
    assert!(!store.store.note_subjects().await.expect("noted"));
    assert_eq!(store.number("SELECT count(*) FROM event_subjects").await, 4, "a name and an e-mail each");
    record().await;
    assert_eq!((found("Demo").await, found("demo@parallelworks.com").await), (vec![1, 2, 3], vec![1, 2, 3]));
    assert_eq!(found("demonstration").await, [0_i64; 0]);
}

#[tokio::test]
async fn the_newest_events_are_found_first_whatever_is_in_a_name_and_noted_or_not() {
    let store = TestStore::open().await;
    let organization = store.organization("acme").await.id;
    let odd = r#"o'"\odd"@acme.example"#;
    let publish = async |email: &str| {
        let payload = Payload::UserLogin {
            username: "Demo".to_owned(),
            email: email.to_owned(),
            user_id: UserId::from_bytes([1; 12]),
            organization: "acme".to_owned(),
        };
        let event = NewEvent { organization_id: organization, payload, idempotency_key: None };
        store.store.publish(vec![event]).await.expect("published");
    };
    let found = async |text: &str| match store.store.find_events(organization, false, text, None).await {
        Ok(Found::Events(found)) => found.events.len(),
        other => panic!("{other:?}"),
    };
    for _ in 0..=FOUND_EVENTS {
        publish("demo@acme.example").await;
    }
    publish(odd).await;
    let long = |end: &str| format!("{}{end}@acme.example", "x".repeat(64));
    for end in ["one", "two"] {
        publish(&long(end)).await;
    }
    let id = UserId::from_bytes([1; 12]).to_string();
    for noted in [false, true] {
        assert_eq!((found(odd).await, found(&odd.to_uppercase()).await), (1, 1), "{noted}");
        assert_eq!(
            (found("DEMO").await, found(&id).await),
            (FOUND_EVENTS, if noted { 0 } else { FOUND_EVENTS })
        );
        assert_eq!(found("nobody").await, 0);
        for (end, count) in [("one", 1), ("two", 1), ("three", 0)] {
            assert_eq!(found(&long(end)).await, count, "only the beginning is the same");
            let page = store.store.feed(organization, &searching(&long(end)), None, 9).await.expect("a page");
            assert_eq!(page.events.len(), count, "{end}");
        }
        store.store.note_subjects().await.expect("noted");
    }
}

#[tokio::test]
async fn what_the_retention_takes_is_not_found_any_more() {
    let store = TestStore::open().await;
    let organization = store.organization("acme").await.id;
    for _ in 0..3 {
        store.store.writer.write(Record(organization)).await.expect("an event");
    }
    store.store.note_subjects().await.expect("noted");
    store.execute("UPDATE events SET happened_at = 1 WHERE sequence <= 2").await.expect("long ago");
    store.store.prune(Timestamp::from_unix_ms(2), 0).await.expect("pruned");
    assert_eq!(store.number("SELECT count(*) FROM event_subjects").await, 2);
    let page = store.store.feed(organization, &searching("demo"), None, 9).await.expect("a page");
    assert_eq!(sequences(&page.events), [3]);
}

#[tokio::test]
async fn what_was_removed_is_never_skipped_in_silence() {
    let store = TestStore::open().await;
    let organization = store.organization("acme").await.id;
    let all = EventFilter::default();
    for _ in 0..6 {
        store.store.writer.write(Record(organization)).await.expect("an event");
    }
    let first = store.store.feed(organization, &all, None, 2).await.expect("a page");
    let second = store.store.feed(organization, &all, first.next.as_deref(), 1).await.expect("a page");
    assert_eq!(sequences(&first.events), [1, 2]);
    assert_eq!(sequences(&second.events), [3]);

    store.execute("UPDATE events SET happened_at = 1 WHERE sequence <= 3").await.expect("long ago");
    let before = Timestamp::from_unix_ms(2);
    assert_eq!(store.store.prune(before, 0).await.expect("pruned"), Pruned::All);
    let outdated = store.store.feed(organization, &all, first.next.as_deref(), 9).await;
    assert!(matches!(outdated, Err(StoreError::Outdated("after"))), "{outdated:?}");
    for after in [second.next.as_deref(), None] {
        let rest = store.store.feed(organization, &all, after, 9).await.expect("nothing is missing");
        assert_eq!(sequences(&rest.events), [4, 5, 6]);
    }

    store.execute("UPDATE events SET happened_at = 1").await.expect("long ago");
    store.store.prune(before, 0).await.expect("pruned");
    let empty = store.store.feed(organization, &all, None, 9).await.expect("an empty page");
    assert_eq!(empty.events, []);
    store.store.writer.write(Record(organization)).await.expect("an event");
    let page = store.store.feed(organization, &all, empty.next.as_deref(), 9).await.expect("a page");
    assert_eq!(sequences(&page.events), [7]);
}

#[tokio::test]
async fn an_old_event_that_waits_does_not_hide_a_gap() {
    let store = TestStore::open().await;
    let organization = store.organization("acme").await.id;
    store.webhook(organization, "demo").await;
    for _ in 0..3 {
        store.store.writer.write(Record(organization)).await.expect("an event");
    }
    store
        .execute("UPDATE deliveries SET state = 'cancelled', due_at = NULL WHERE event_seq = 2")
        .await
        .expect("settled");
    store.execute("UPDATE events SET happened_at = 1 WHERE sequence <= 2").await.expect("long ago");
    store.store.prune(Timestamp::from_unix_ms(2), 0).await.expect("pruned");
    assert_eq!(
        store.number("SELECT count(*) FROM events").await,
        2,
        "the first still has a pending delivery"
    );
    let page = store.store.feed(organization, &EventFilter::default(), None, 9).await.expect("a page");
    assert_eq!(sequences(&page.events), [3]);
}

fn sequences(events: &[crate::store::FeedEvent]) -> Vec<i64> {
    events.iter().map(|event| event.sequence).collect()
}
