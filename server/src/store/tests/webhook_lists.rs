//! Pages of webhooks: who matches, in which order, and how many there are.

use domain::{WebhookFilter, WebhookState, limits::PAGE_ROWS};

use super::TestStore;
use crate::store::Owner;

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
