//! What is known of callers is kept while nothing changes it.

use domain::Timestamp;

use super::TestStore;
use crate::store::{JobAction, Matching, WebhookChange, sessions};

#[tokio::test]
async fn what_the_background_does_makes_nothing_void() {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    let webhook = store.webhook(organization, "demo").await;
    store.deliveries(1, "failed", 1).await;
    let before = store.store.changes();
    let store = &store.store;
    store
        .begin_job(organization, webhook, JobAction::Redeliver, Matching::default(), 1, super::by())
        .await
        .expect("begun");
    for job in store.jobs_in_turn().await.expect("readable") {
        store.step_job(job).await.expect("a step");
    }
    store.prune(Timestamp::from_unix_ms(1), 0).await.expect("pruned");
    store.tidy().await.expect("tidied");
    store.writer.write(sessions::Touch { token_hash: [1; 32] }).await.expect("noted");
    assert_eq!(store.changes(), before);

    store.end_session([1; 32]).await.expect("ended");
    assert_eq!(store.changes(), before + 1);
    store
        .change_webhook(organization, webhook, WebhookChange::default(), super::by())
        .await
        .expect("changed");
    assert_eq!(store.changes(), before + 2);
}
