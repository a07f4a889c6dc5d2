//! Which thread writes, and what comes of a write that panics.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use futures::future::join_all;

use super::TestStore;
use crate::store::{
    StoreError,
    database::BUSY_TIMEOUT,
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
        store.execute(big(n)).await.expect("written");
        longest = longest.max(log_bytes(&store));
    }
    assert!(longest <= LOG_BYTES_MAX, "{longest} bytes");
}

/// One reads for so long that the log cannot begin anew.
#[tokio::test]
async fn a_reader_that_does_not_end_holds_nobody_up() {
    let store = TestStore::open().await;
    let reader = Reading::begin(&store.path());
    let mut slowest = Duration::ZERO;
    let start = Instant::now();
    for n in 0..100 {
        let begun = Instant::now();
        store.execute(big(n)).await.expect("written");
        slowest = slowest.max(begun.elapsed());
    }
    let took = start.elapsed();
    assert!(log_bytes(&store) > LOG_BYTES_MAX, "the reader was in no way");
    assert!(took < BUSY_TIMEOUT * 4, "100 writes took {took:?}, one of them {slowest:?}");
    reader.end();
    let mut writes = 0..100;
    let is_used_again = loop {
        let before = log_bytes(&store);
        let Some(n) = writes.next() else { break false };
        store.execute(big(n)).await.expect("written");
        if log_bytes(&store) == before {
            break true;
        }
    };
    assert!(is_used_again, "the log goes on growing without the reader");
}

/// There is no moment at which nobody reads the log.
#[tokio::test]
async fn readers_that_overlap_do_not_let_the_log_grow() {
    let store = TestStore::open().await;
    let path = store.path();
    let ending = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&ending);
    let readers = thread::spawn(move || {
        let mut last = Reading::begin(&path);
        let mut count = 0;
        while !ended.load(Ordering::SeqCst) {
            let next = Reading::begin(&path);
            last.end();
            last = next;
            count += 1;
        }
        count
    });
    let mut longest = 0;
    for n in 0..300 {
        store.execute(big(n)).await.expect("written");
        longest = longest.max(log_bytes(&store));
    }
    ending.store(true, Ordering::SeqCst);
    let count = readers.join().expect("they read");
    assert!(count > 0, "nobody read");
    // Where the machine is busy a reader may take longer than the writer waits.
    assert!(longest <= LOG_BYTES_MAX * 3, "{longest} bytes of 300 MB");
}

/// Somebody who reads the database as it is now, until he is told to end.
struct Reading(rusqlite::Connection);

impl Reading {
    fn begin(path: &Path) -> Self {
        let connection = rusqlite::Connection::open(path).expect("it opens");
        connection.execute_batch("BEGIN; SELECT count(*) FROM settings").expect("it reads");
        Self(connection)
    }

    fn end(self) {
        self.0.execute_batch("COMMIT").expect("it ends");
    }
}

/// A write of a megabyte.
fn big(n: usize) -> String {
    format!("REPLACE INTO settings VALUES ('big-{n}', zeroblob(1000000))")
}

fn log_bytes(store: &TestStore) -> u64 {
    std::fs::metadata(store.path().with_extension("db-wal")).expect("a log").len()
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
