//! Which thread writes, and what comes of a write that panics.

use std::{sync::atomic::Ordering, thread, time::Duration};

use futures::future::join_all;

use super::TestStore;
use crate::store::{
    StoreError,
    group::{Flushed, Rows},
    inbox::Weight,
    writer::Collect,
};

const WRITER: &str = "herald-writer";
/// What no test should need.
const PATIENCE: Duration = Duration::from_secs(20);
/// The log may not become longer than this.
const LOG_BYTES_MAX: u64 = 64 * 1_024 * 1_024;

/// Answers the name of the thread that wrote it.
struct WhoWrites {
    weight: Weight,
    panics: bool,
}

impl WhoWrites {
    fn light() -> Self {
        Self { weight: Weight::default(), panics: false }
    }

    fn heavy(weight: Weight) -> Self {
        Self { weight, panics: false }
    }
}

impl Collect for WhoWrites {
    type Output = String;

    fn collect(&mut self, _rows: &mut Rows) {
        assert!(!self.panics, "as it was told");
    }

    fn weight(&self) -> Weight {
        self.weight
    }

    fn settle(self, _flushed: &Flushed) -> String {
        thread::current().name().unwrap_or_default().to_owned()
    }
}

/// A store whose disk was quick when it was written last, or slow.
async fn store(quick: bool) -> TestStore {
    let store = TestStore::open().await;
    store.organization("acme").await;
    let took = if quick { 0 } else { u64::MAX };
    let desk = store.store.writer.desk();
    // Until the writer's thread is done with the organization.
    let writing = desk.scribe.lock().expect("nothing panicked");
    desk.last_us.store(took, Ordering::SeqCst);
    drop(writing);
    store
}

async fn who(store: &TestStore, write: WhoWrites) -> String {
    store.store.writer.offer(write).await.expect("written")
}

#[tokio::test]
async fn who_is_alone_writes_and_several_leave_it_to_the_writer() {
    let own = thread::current().name().expect("a test's thread has a name").to_owned();
    let quick = store(true).await;
    assert_eq!(who(&quick, WhoWrites::light()).await, own);
    let together = join_all((0..3).map(|_| who(&quick, WhoWrites::light()))).await;
    // The first may find that the others are through already.
    assert_eq!(together[1..], [WRITER; 2], "one after the other would be three commits");
    assert_eq!(who(&store(false).await, WhoWrites::light()).await, WRITER, "the disk is slow");
}

#[tokio::test]
async fn what_takes_long_is_for_the_writer() {
    for weight in [Weight { events: 100, bytes: 1 }, Weight { events: 1, bytes: 1_024 * 1_024 }] {
        let quick = store(true).await;
        assert_eq!(who(&quick, WhoWrites::heavy(weight)).await, WRITER, "{weight:?}");
    }
}

#[tokio::test]
async fn a_write_that_panics_is_the_last_whoever_makes_it() {
    for quick in [true, false] {
        let store = store(quick).await;
        let writer = store.store.writer.clone();
        let panics = WhoWrites { panics: true, ..WhoWrites::light() };
        let ended = tokio::spawn(async move { writer.offer(panics).await.map(drop) }).await;
        assert!(matches!(ended, Err(_) | Ok(Err(StoreError::Stopped))), "{quick}: {ended:?}");
        tokio::time::timeout(PATIENCE, async {
            while store.store.is_writable() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("it is known without another write");
        let refused = store.store.create_organization(super::name("late"), super::by()).await;
        assert!(matches!(refused, Err(StoreError::Stopped)), "{refused:?}");
    }
}

#[tokio::test]
async fn the_log_begins_anew_while_it_is_written() {
    let store = TestStore::open().await;
    let mut longest = 0;
    for n in 0..200 {
        store
            .execute(format!("INSERT INTO settings VALUES ('big-{n}', zeroblob(1000000))"))
            .await
            .expect("written");
        longest = longest.max(std::fs::metadata(store.path().with_extension("db-wal")).expect("a log").len());
    }
    assert!(longest <= LOG_BYTES_MAX, "{longest} bytes");
}

/// See `.cargo/config.toml`: without it all is there, and slower.
#[tokio::test]
async fn sqlite_is_built_for_one_program() {
    let store = TestStore::open().await;
    let options: Vec<String> =
        sqlx::query_scalar("PRAGMA compile_options").fetch_all(&store.store.readers).await.expect("options");
    for shared in ["ENABLE_MEMORY_MANAGEMENT", "ENABLE_API_ARMOR", "ENABLE_STAT4"] {
        assert!(!options.iter().any(|option| option == shared), "{shared}: {options:#?}");
    }
    assert!(options.iter().any(|option| option == "DEFAULT_MEMSTATUS=0"), "{options:#?}");
}
