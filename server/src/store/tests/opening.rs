//! What opening a database makes sure of.

use async_trait::async_trait;

use super::{TestStore, database, name, open};
use crate::store::{
    KeySource, OpenError, SQLITE_VERSION_MIN, Store, StoreError, database::check_version, group::Group,
    writer::Write,
};

/// What the writing connection answers to a PRAGMA.
struct Pragma(&'static str);

#[async_trait]
impl Write for Pragma {
    type Output = String;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<String, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT CAST({0} AS TEXT) FROM pragma_{0}", self.0));
        Ok(sqlx::query_scalar(sql).fetch_one(&mut *group.connection).await?)
    }
}

#[tokio::test]
async fn what_is_committed_is_on_disk_and_refers_to_what_exists() {
    let store = TestStore::open().await;
    let (incremental, full) = ("2", "2");
    for (pragma, expected) in
        [("journal_mode", "wal"), ("synchronous", full), ("foreign_keys", "1"), ("auto_vacuum", incremental)]
    {
        let found = store.store.writer.write(Pragma(pragma)).await.expect("an answer");
        assert_eq!(found, expected, "{pragma}");
    }
}

#[tokio::test]
async fn the_sqlite_that_is_built_in_is_new_enough() {
    let store = TestStore::open().await;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&store.store.readers)
        .await
        .expect("a version");
    assert!(check_version(&version).is_ok(), "{version}");
}

#[test]
fn an_sqlite_that_can_lose_commits_is_refused() {
    for version in [SQLITE_VERSION_MIN, "3.51.10", "3.52.0", "4.0.0"] {
        assert!(check_version(version).is_ok(), "{version}");
    }
    for version in ["3.51.2", "3.9.9", "3.50.4", "2.99.99", ""] {
        assert!(matches!(check_version(version), Err(OpenError::OldSqlite(_))), "{version}");
    }
}

#[tokio::test]
async fn readers_cannot_write() {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await;
    for sql in ["DELETE FROM organizations", "CREATE TABLE t (x)", "PRAGMA user_version = 7"] {
        let error = sqlx::query(sql).execute(&store.store.readers).await.expect_err(sql).to_string();
        assert!(error.contains("readonly database"), "{sql}: {error}");
    }
    let found = store.store.organization(organization.id).await.expect("readable");
    assert_eq!(found, Some(organization));
}

#[tokio::test]
async fn a_database_has_one_owner_at_a_time() {
    let TestStore { store, folder } = TestStore::open().await;
    assert!(matches!(open(&folder).await, Err(OpenError::Locked(lock)) if lock.ends_with("herald.db.lock")));
    store.create_organization(name("parallelworks"), super::by()).await.expect("the owner goes on");
    store.close().await;
    drop(store);
    let store = open(&folder).await.expect("it is free again");
    assert!(store.organization_named("ParallelWorks").await.expect("readable").is_some());
}

#[tokio::test]
async fn closing_moves_the_log_into_the_database() {
    let store = TestStore::open().await;
    store.organization("parallelworks").await;
    let log = store.folder.path().join("herald.db-wal");
    assert!(log.metadata().expect("a log").len() > 0);
    store.store.close().await;
    assert_eq!(log.metadata().map_or(0, |log| log.len()), 0);
    assert!(!store.store.is_writable());
    let refused = store.store.create_organization(name("acme"), super::by()).await;
    assert!(matches!(refused, Err(StoreError::Stopped)), "{refused:?}");
}

#[tokio::test]
async fn the_key_must_be_the_one_that_the_database_was_made_with() {
    let TestStore { store, folder } = TestStore::open().await;
    store.close().await;
    drop(store);
    let key_file = folder.path().join("herald.db.key");
    let kept = std::fs::read(&key_file).expect("made at first use");

    std::fs::remove_file(&key_file).expect("removed");
    assert!(matches!(open(&folder).await, Err(OpenError::KeyMissing(_))));
    assert!(!key_file.exists(), "no new one is made");

    let other = crate::vault::MasterKey::random();
    let wrong = Store::open(&database(&folder), KeySource::Given(other), crate::clock::Clock::system()).await;
    assert!(matches!(wrong, Err(OpenError::KeyWrong)));

    std::fs::write(&key_file, kept).expect("put back");
    assert!(open(&folder).await.is_ok());
}
