//! Reads of pages: within a bounded time, and in nobody's way.

use std::{sync::Arc, time::Duration};

use api::deliveries::DeliveryFilter;
use domain::EventType;
use futures::future::join_all;

use super::TestStore;
use crate::store::{Parts, Store, StoreError, pages::Pages};

const ENDLESS: &str =
    "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n";
const LONG: Duration = Duration::from_secs(60 * 60);
/// What no test should need.
const PATIENCE: Duration = Duration::from_secs(20);

async fn read_endlessly(pages: Pages) -> Result<i64, StoreError> {
    let mut reader = pages.reader().await?;
    Ok(sqlx::query_scalar(ENDLESS).fetch_one(&mut *reader).await?)
}

#[tokio::test]
async fn a_read_that_takes_too_long_is_ended() {
    let store = TestStore::open().await;
    let pages = Pages::open(&store.path(), Duration::from_millis(20)).await.expect("readers");
    // More than there are readers: some have no time left when their turn comes.
    let ended = join_all((0..10).map(|_| read_endlessly(pages.clone()))).await;
    assert!(ended.iter().all(|read| matches!(read, Err(StoreError::Slow))), "{ended:?}");
    let mut reader = pages.reader().await.expect("free again");
    let one: i64 = sqlx::query_scalar("SELECT 1").fetch_one(&mut *reader).await.expect("a quick one");
    assert_eq!(one, 1);
}

#[tokio::test]
async fn slow_pages_hold_up_neither_the_engine_nor_the_end() {
    let TestStore { store, folder } = TestStore::open().await;
    let pages = Pages::open(&super::database(&folder), LONG).await.expect("readers");
    let parts = Arc::into_inner(store.parts).expect("nobody else has it");
    let store = Store { parts: Arc::new(Parts { pages, ..parts }) };
    let reading: Vec<_> = (0..10).map(|_| tokio::spawn(read_endlessly(store.pages.clone()))).collect();
    tokio::task::yield_now().await;
    assert_eq!(store.lanes().await.expect("the engine reads"), []);
    assert!(store.organization_named("nobody").await.expect("a caller is found out").is_none());
    tokio::time::timeout(PATIENCE, store.close()).await.expect("it does not wait for them");
    for read in join_all(reading).await {
        let read = read.expect("no panic");
        assert!(matches!(read, Err(StoreError::Slow | StoreError::Stopped)), "{read:?}");
    }
}

#[tokio::test]
async fn a_webhook_has_no_deliveries_of_another_type_than_its_own() {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    let webhook = store.webhook(organization, "demo").await;
    store.deliveries(1, "failed", 2).await;
    for (event_type, count) in [(None, 2), (Some(EventType::UserLogin), 2), (Some(EventType::UserCreated), 0)]
    {
        let filter = DeliveryFilter { event_type, ..DeliveryFilter::default() };
        let page = store.store.deliveries(organization, webhook, &filter, None, 10).await.expect("a page");
        assert_eq!(page.deliveries.len(), count, "{event_type:?}");
    }
}
