//! Replacing the master key, cut short at each moment.

use std::{fs, time::Duration};

use domain::{OrganizationId, Secret, WebhookId};

use super::{TestStore, by, database, open};
use crate::{
    clock::Clock,
    key_file::KeyFile,
    store::{
        KeySource, OpenError, RotatedSecret, Secrets, Store, WebhookChange, cursors::Cursors, keys::announce,
    },
    vault::{MasterKey, VaultError},
};

/// A webhook with everything that is sealed, and its secrets.
async fn sealed(test: &TestStore, organization: OrganizationId) -> (WebhookId, Secrets) {
    let webhook = test.webhook(organization, "roster").await;
    let headers = vec![("x-tenant".to_owned(), Some("7".to_owned()))];
    let change = WebhookChange { headers, ..WebhookChange::default() };
    test.store.change_webhook(organization, webhook, change, by()).await.expect("changed");
    let secret = Secret::from_bytes(&[9; 32]).expect("32 bytes");
    let rotated = RotatedSecret { secret, overlap: Duration::from_secs(60) };
    let secrets = test.store.rotate_secret(organization, webhook, by(), rotated).await.expect("rotated");
    (webhook, secrets)
}

async fn opens_with(folder: &tempfile::TempDir, key: &MasterKey) -> bool {
    match Store::open(&database(folder), KeySource::Given(key.clone()), Clock::system()).await {
        Ok(store) => {
            store.close().await;
            true
        }
        Err(OpenError::KeyWrong) => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn killed_at_any_moment_the_database_opens_with_what_the_key_file_holds() {
    for steps in 0..=3 {
        let test = TestStore::open().await;
        let organization = test.organization("parallelworks").await.id;
        let (webhook, secrets) = sealed(&test, organization).await;
        let cursor = Cursors::new(&test.store.cursor_vault, "feed", organization).seal(7).expect("sealed");
        let file = KeyFile::at(&test.folder.path().join("herald.db.key"));
        let (old, new) = (file.read().expect("a key").remove(0), MasterKey::random());

        fs::write(test.folder.path().join("herald.db.key.new"), "half a k").expect("left by a kill");
        if steps > 0 {
            announce(&file, &new).expect("written");
        }
        if steps > 1 {
            assert_eq!(test.store.reseal(&new, by()).await.expect("sealed again"), 1);
        }
        if steps > 2 {
            file.replace(std::slice::from_ref(&new)).expect("written");
        }
        let TestStore { store, folder } = test;
        store.close().await;
        drop(store);

        let store = open(&folder).await.unwrap_or_else(|error| panic!("after {steps} steps: {error}"));
        let found = store.reveal_secrets(organization, webhook, by()).await.expect("opens");
        assert_eq!(found, secrets, "after {steps} steps");
        let view = store.webhook(organization, webhook).await.expect("opens");
        assert_eq!(view.webhook.headers, ["x-tenant"]);
        let at = Cursors::new(&store.cursor_vault, "feed", organization).open("after", &cursor);
        assert_eq!(at.expect("given out before"), 7, "after {steps} steps");
        store.close().await;
        drop(store);

        let is_replaced = steps > 1;
        let held = if is_replaced { &new } else { &old };
        assert_eq!(file.read().expect("readable"), std::slice::from_ref(held), "after {steps} steps");
        assert_eq!(opens_with(&folder, &new).await, is_replaced, "after {steps} steps");
        assert_eq!(opens_with(&folder, &old).await, !is_replaced, "after {steps} steps");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_met_before_anything_changes() {
    let test = TestStore::open().await;
    let organization = test.organization("parallelworks").await.id;
    let (webhook, secrets) = sealed(&test, organization).await;
    let path = test.folder.path().join("herald.db.key");
    fs::create_dir(test.folder.path().join("herald.db.key.new")).expect("in the way");
    let source = KeySource::File(path.clone());
    let refused = test.store.replace_key(&source, &MasterKey::random(), by()).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("cannot be written")));
    let found = test.store.reveal_secrets(organization, webhook, by()).await;
    assert_eq!(found.expect("the old key opens it"), secrets);
}

#[tokio::test]
async fn one_secret_that_does_not_open_leaves_everything_as_it_was() {
    let test = TestStore::open().await;
    let organization = test.organization("parallelworks").await.id;
    let (webhook, secrets) = sealed(&test, organization).await;
    test.webhook(organization, "moved").await;
    // A secret that was moved from another row does not open.
    let moved = "UPDATE webhooks SET secret = (SELECT secret FROM webhooks WHERE name = 'roster') WHERE name = 'moved'";
    test.execute(moved).await.expect("changed");
    let path = test.folder.path().join("herald.db.key");
    let refused = test.store.replace_key(&KeySource::File(path), &MasterKey::random(), by()).await;
    assert!(refused.is_err_and(|error| error.to_string() == VaultError::Sealed.to_string()));
    let TestStore { store, folder } = test;
    store.close().await;
    drop(store);
    let store = open(&folder).await.expect("the old key opens it");
    let found = store.reveal_secrets(organization, webhook, by()).await;
    assert_eq!(found.expect("opens"), secrets);
}
