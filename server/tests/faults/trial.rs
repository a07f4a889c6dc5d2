//! A Herald under load that is ended again and again, and what must hold whatever ended it.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rand::{Rng, rngs::StdRng};
use serde_json::Value;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use crate::{
    load::{Load, WANTED, paths_of},
    plan::seeded,
    support::{Client, Ended, ORGANIZATION, PASSWORD, Program},
    tally::Tally,
};

/// Herald's own limit of attempts under way: so many deliveries may come again after each end.
pub(crate) const DUPLICATES_MAX: usize = domain::limits::IN_FLIGHT_MAX;
/// Whatever is waited for takes less, or hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const STOP_MAX: Duration = Duration::from_secs(30);
/// How long after an answer the end may come: a few commits of the writer.
const LATER_US_MAX: u64 = 20_000;

pub(crate) struct Trial {
    pub(crate) folder: TempDir,
    pub(crate) load: Load,
    pub(crate) tally: Tally,
    pub(crate) rng: StdRng,
    key: String,
    variables: Vec<(&'static str, PathBuf)>,
    program: Option<Program>,
    cycles: usize,
    events: usize,
    /// Those that the setup itself recorded.
    events_before: i64,
}

impl Trial {
    /// A fresh Herald with its webhooks, to be ended so many times while so many events are published.
    pub(crate) async fn new(test: &str, cycles: usize, events: usize) -> Self {
        let mut rng = seeded(test);
        let folder = tempfile::tempdir().expect("a folder");
        let tally = Tally::start().await;
        let key = bootstrap(folder.path());
        let mut program = Program::serve(folder.path());
        let client = caller(&program, &key);
        for (event_type, paths) in WANTED {
            for path in paths {
                client.create_webhook(event_type, &tally.url(path)).await;
            }
        }
        stop(&mut program).await;
        let events_before = count(folder.path(), "SELECT count(*) FROM events").await;
        let variables = quick_flushes(folder.path());
        let load = Load::start(events, tally.distinct(), &mut rng);
        Self { folder, load, tally, rng, key, variables, program: None, cycles, events, events_before }
    }

    /// Environment variables of every start from now on.
    pub(crate) fn set_variables(&mut self, variables: Vec<(&'static str, PathBuf)>) {
        self.variables = variables;
    }

    /// Starts it and lets the load go on. Answers how long it took until it was ready.
    pub(crate) async fn start(&mut self) -> Duration {
        let begun = Instant::now();
        let program = Program::serve_with(self.folder.path(), self.variables.clone());
        let program = program.unwrap_or_else(|ended| panic!("it does not start: {ended:?}"));
        let client = caller(&program, &self.key);
        let ready = within("being ready", client.get("/readyz")).await;
        assert_eq!(ready.status, 200, "{}", ready.text);
        let took = begun.elapsed();
        self.program = Some(program);
        self.load.move_to(client);
        took
    }

    /// Waits for a random moment of this cycle: so many acknowledgements, and up to a few commits later.
    pub(crate) async fn random_moment(&mut self, cycle: usize) {
        let share = self.events / self.cycles;
        let count = cycle * share + self.rng.random_range(1..=share);
        let acknowledged = tokio::time::timeout(PATIENCE, self.load.until_acknowledged(count)).await;
        let (came, duplicates) = (self.tally.came(), self.tally.duplicates());
        let expected = self.load.deliveries();
        assert!(
            acknowledged.is_ok(),
            "the load stands still: {came} of {expected} deliveries came, and {duplicates} again"
        );
        // Half of the ends come at once: what was answered too early is lost then.
        if self.rng.random() {
            tokio::time::sleep(Duration::from_micros(self.rng.random_range(0..LATER_US_MAX))).await;
        }
    }

    pub(crate) fn kill(&mut self) {
        self.program.take().expect("it runs").kill();
        self.load.leave();
    }

    /// Stops it (SIGTERM) while the load goes on.
    pub(crate) async fn stop(&mut self) {
        let mut program = self.program.take().expect("it runs");
        stop(&mut program).await;
        self.load.leave();
    }

    /// Waits until it ends by itself, while the load goes on.
    pub(crate) async fn until_ended(&mut self) -> Ended {
        let ended = self.program.take().expect("it runs").end_within(PATIENCE).await;
        self.load.leave();
        ended.expect("it ends by itself")
    }

    /// Lets it run until all is published and delivered, and stops it.
    pub(crate) async fn finish(&mut self) {
        within("the last acknowledgements", self.load.until_published()).await;
        let (mut received, expected) = (self.tally.distinct(), self.load.deliveries());
        let all = tokio::time::timeout(PATIENCE, received.wait_for(|count| *count >= expected)).await;
        // Which ones did not come is told by the check.
        if all.is_err() {
            self.check_deliveries();
        }
        self.stop().await;
    }

    /// What was acknowledged came, nothing else did, and each exists once.
    pub(crate) async fn check(&self) {
        self.check_deliveries();
        let keys = i64::try_from(self.events).expect("in range");
        let stored = count(self.folder.path(), "SELECT count(*) FROM events").await;
        assert_eq!(stored - self.events_before, keys, "one event for each idempotency key");
        let undone = "SELECT count(*) FROM deliveries WHERE state NOT IN ('delivered', 'pending')";
        assert_eq!(count(self.folder.path(), undone).await, 0, "deliveries that were given up");
        check_integrity(self.folder.path()).await;
    }

    /// Everything acknowledged so far is in the database of a folder.
    pub(crate) async fn check_stored(&self, folder: &Path) {
        let mut connection = open(folder).await;
        let ids = sqlx::query_scalar("SELECT id FROM events").fetch_all(&mut connection).await;
        connection.close().await.expect("closed");
        let stored: HashSet<String> = ids.expect("ids").into_iter().collect();
        let acknowledged = self.load.acknowledged();
        let lost = acknowledged.keys().filter(|id| !stored.contains(*id)).count();
        assert_eq!(lost, 0, "of {} acknowledged events, so many are not stored", acknowledged.len());
    }

    /// No more deliveries came again than so many ends allow.
    pub(crate) fn check_duplicates(&self, most: usize) {
        let duplicates = self.tally.duplicates();
        assert!(duplicates <= most, "{duplicates} came again, {most} at most may");
    }

    fn check_deliveries(&self) {
        let acknowledged = self.load.acknowledged();
        assert_eq!(acknowledged.len(), self.events, "every event is acknowledged in the end");
        let came = self.tally.deliveries();
        let pairs: HashSet<(&str, &str)> =
            came.values().map(|one| (one.path.as_str(), one.event.as_str())).collect();
        let lost: Vec<_> = acknowledged
            .iter()
            .flat_map(|(event, event_type)| paths_of(event_type).iter().map(move |path| (*path, event)))
            .filter(|(path, event)| !pairs.contains(&(*path, event.as_str())))
            .collect();
        assert!(lost.is_empty(), "{} acknowledged but lost, such as {:?}", lost.len(), lost[0]);
        let unknown: Vec<_> = came.values().filter(|one| !acknowledged.contains_key(&one.event)).collect();
        assert!(unknown.is_empty(), "{} delivered but never acknowledged: {:?}", unknown.len(), unknown[0]);
        assert_eq!(came.len(), pairs.len(), "one delivery for each event and webhook");
    }
}

pub(crate) fn bootstrap(folder: &Path) -> String {
    let arguments = ["bootstrap", "--organization", ORGANIZATION, "--username", "admin"];
    let arguments = [&arguments[..], &["--email", "admin@example.com"]].concat();
    let done = Program::run(folder, &arguments, PASSWORD);
    assert!(done.status.success(), "{done:?}");
    let made: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    made["apiKey"].as_str().expect("a key").to_owned()
}

pub(crate) fn caller(program: &Program, key: &str) -> Client {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    Client::nobody(http, &program.url).authorized(&format!("Bearer {key}"))
}

/// Asks it to stop: it ends well and in time, and leaves no log that would have to be read back.
pub(crate) async fn stop(program: &mut Program) {
    program.terminate();
    let ended = program.end_within(STOP_MAX).await.expect("it ends within 30 s");
    assert!(ended.status.success(), "{ended:?}");
}

pub(crate) async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.unwrap_or_else(|_| panic!("waited {} s for {what}", PATIENCE.as_secs()))
}

pub(crate) async fn check_integrity(folder: &Path) {
    let mut connection = open(folder).await;
    let said: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.expect("it");
    assert_eq!(said, "ok");
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await.expect("rows");
    assert!(broken.is_empty(), "{} rows refer to nothing", broken.len());
    connection.close().await.expect("closed");
}

pub(crate) async fn count(folder: &Path, sql: &'static str) -> i64 {
    let mut connection = open(folder).await;
    let count = sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a count");
    connection.close().await.expect("closed");
    count
}

pub(crate) async fn open(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join("herald.db"));
    SqliteConnection::connect_with(&options).await.expect("it opens")
}

/// In the short forms a flush takes no time, however busy the machine's disk is: what ends here is a process, and for that
/// a flush makes no difference.
#[cfg(target_os = "linux")]
fn quick_flushes(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    if crate::plan::is_long() { Vec::new() } else { crate::preload::variables(folder) }
}

#[cfg(not(target_os = "linux"))]
fn quick_flushes(_folder: &Path) -> Vec<(&'static str, PathBuf)> {
    Vec::new()
}
