//! Pages of webhooks: who matches, in which order, and how many there are.

use domain::{Act, Description, Timestamp, WebhookFilter, WebhookState, limits::PAGE_ROWS};

use super::TestStore;
use crate::store::{ActedBy, Owner, StoreError, WebhookChange};

fn searching(search: &str) -> WebhookFilter {
    WebhookFilter { search: search.to_owned(), ..WebhookFilter::default() }
}

async fn names(store: &TestStore, owner: Owner, filter: &WebhookFilter, page: u32) -> Vec<String> {
    let found = store.store.webhook_page(owner, filter, page).await.expect("a page");
    found.webhooks.into_iter().map(|row| row.webhook.name).collect()
}

#[tokio::test]
async fn a_page_holds_fifty_by_name_and_says_how_many_there_are() {
    let store = TestStore::open().await;
    let (own, other) = (store.organization("own").await.id, store.organization("other").await.id);
    for number in (0..PAGE_ROWS + 3).rev() {
        store.webhook(own, &format!("unit-{number:02}")).await;
    }
    store.webhook(own, "zulu").await;
    store.webhook(other, "unit-of-another").await;

    let page = store.store.webhook_page(own, &searching("UNIT"), 2).await.expect("a page");
    assert_eq!((page.total, page.matching, page.page, page.pages), (54, 53, 2, 2));
    let shown: Vec<&str> = page.webhooks.iter().map(|row| row.webhook.name.as_str()).collect();
    assert_eq!(shown, ["unit-50", "unit-51", "unit-52"]);

    let first = names(&store, own.into(), &searching(""), 0).await;
    assert_eq!((first.len(), first[0].as_str()), (PAGE_ROWS, "unit-00"), "page 0 is the first");
    assert_eq!(names(&store, own.into(), &searching("unit"), 99).await, shown, "behind the last is the last");
    let nothing = store.store.webhook_page(own, &searching("nothing"), 1).await.expect("a page");
    assert_eq!((nothing.webhooks.len(), nothing.total, nothing.matching, nothing.pages), (0, 54, 0, 1));
}

#[tokio::test]
async fn a_page_tells_failing_webhooks_from_those_that_are_disabled() {
    let store = TestStore::open().await;
    let organization = store.organization("own").await.id;
    for name in ["delivers", "disabled", "fails", "gone"] {
        store.webhook(organization, name).await;
    }
    for sql in [
        "UPDATE webhooks SET failures = 2, failing_since = 1 WHERE name IN ('fails', 'gone')",
        "UPDATE webhooks SET enabled = 0 WHERE name IN ('disabled', 'gone')",
        "UPDATE webhooks SET disabled_reason = 'it answered 410 Gone.' WHERE name = 'gone'",
    ] {
        store.execute(sql).await.expect("changed");
    }
    for (state, name) in [
        (WebhookState::Enabled, "delivers"),
        (WebhookState::Failing, "fails"),
        (WebhookState::Disabled, "disabled"),
        (WebhookState::DisabledByHerald, "gone"),
    ] {
        let filter = WebhookFilter { state: Some(state), ..WebhookFilter::default() };
        let page = store.store.webhook_page(organization, &filter, 1).await.expect("a page");
        let found: Vec<_> = page.webhooks.iter().map(|row| (row.webhook.name.as_str(), row.state)).collect();
        assert_eq!(found, [(name, state)]);
    }
}

#[tokio::test]
async fn the_oldest_that_is_pending_is_found_among_what_is_not() {
    let store = TestStore::open().await;
    let (own, other) = (store.organization("own").await.id, store.organization("other").await.id);
    let webhook = store.webhook(own, "hook").await;
    store.deliveries(1, "delivered", 3).await;
    assert_eq!(store.store.oldest_pending(own, webhook).await.expect("a webhook"), None);
    store.deliveries(1, "pending", 2).await;
    store.execute("UPDATE deliveries SET created_at = seq * 1000").await.expect("changed");
    let oldest = store.store.oldest_pending(own, webhook).await.expect("a webhook");
    assert_eq!(oldest.map(Timestamp::unix_ms), Some(4_000));
    let foreign = store.store.oldest_pending(other, webhook).await;
    assert!(matches!(foreign, Err(StoreError::NotFound("webhook"))));
}

#[tokio::test]
async fn a_change_that_was_made_from_an_older_version_is_refused_and_the_faster_one_is_named() {
    let store = TestStore::open().await;
    let organization = store.organization("own").await.id;
    let id = store.webhook(organization, "hook").await;
    let read = async || store.store.webhook(organization, id).await.expect("a webhook");
    let change = async |description: &str, version: &str| {
        let change = WebhookChange {
            description: Some(Description::parse(description).expect("a text")),
            version: Some(version.to_owned()),
            ..WebhookChange::default()
        };
        store.store.change_webhook(organization, id, change, ActedBy::system()).await
    };
    let first = read().await.version;
    assert!(change("one", &first).await.is_ok());
    assert!(matches!(change("two", &first).await, Err(StoreError::Outrun)));
    assert_eq!(read().await.webhook.description.as_deref(), Some("one"), "nothing was overwritten");
    let update = store
        .store
        .last_change(organization, Act::UpdateWebhook, &id.to_string())
        .await
        .expect("read")
        .expect("one");
    assert_eq!(update.members, ["description"]);
    assert!(change("two", &read().await.version).await.is_ok());
}
