//! F3: the disk fails at one call, or from one call on: full, broken, or read-only.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use rand::{rngs::StdRng, seq::IndexedRandom};
use tempfile::TempDir;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    plan::{is_long, seeded},
    preload::{Control, Failure},
    script::{ACTS, Acknowledged, Act, EVENTS, USER, events_of, known_keys, prepare},
    support::{Client, Ended, Program},
    tally::Tally,
    trial::{bootstrap, caller, check_integrity, count, stop, within},
};

pub(crate) const ENOSPC: i32 = 28;
pub(crate) const EIO: i32 = 5;
const EROFS: i32 = 30;
/// In the short form, of each kind of call on each file, so many positions fail with each error.
const SAMPLE: usize = 2;
const AT_ONCE: usize = 4;
const END_MAX: Duration = Duration::from_secs(30);
pub(crate) const EVER_AFTER: u64 = u64::MAX;

/// A database with the script's webhooks, and who receives.
struct Template {
    folder: TempDir,
    key: String,
    tally: Tally,
    events_before: i64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_at_any_call_loses_nothing_acknowledged() {
    let _alone = crate::plan::alone().await;
    let template = Arc::new(Template::new().await);
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut cases = JoinSet::new();
    for failure in failures(&template).await {
        let (template, places) = (Arc::clone(&template), Arc::clone(&places));
        cases.spawn(async move {
            let _place = places.acquire_owned().await.expect("open");
            let ended = tokio::spawn(async move { run(&template, failure).await }).await;
            let is_met = ended.unwrap_or_else(|error| panic!("with {failure:?}: {error}"));
            ((failure.error, failure.reads), is_met)
        });
    }
    let mut kinds: BTreeMap<(i32, bool), (usize, usize)> = BTreeMap::new();
    while let Some(ended) = cases.join_next().await {
        let (kind, is_met) = ended.expect("a case");
        let (met, all) = kinds.entry(kind).or_default();
        *met += usize::from(is_met);
        *all += 1;
    }
    // How writes are grouped differs from run to run, and with it the number of calls.
    for (kind, (met, all)) in kinds {
        eprintln!("disk: {met} of {all} failures of {kind:?} were met");
        assert!(met * 2 > all, "of {kind:?} only {met} of {all} failures were met");
    }
}

impl Template {
    async fn new() -> Self {
        let (folder, tally) = (tempfile::tempdir().expect("a folder"), Tally::start().await);
        let key = bootstrap(folder.path());
        let mut program = Program::serve(folder.path());
        prepare(&caller(&program, &key), &tally).await;
        stop(&mut program).await;
        let events_before = count(folder.path(), "SELECT count(*) FROM events").await;
        Self { folder, key, tally, events_before }
    }

    fn copy(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["herald.db", "herald.db.key"] {
            std::fs::copy(self.folder.path().join(name), folder.path().join(name)).expect("copied");
        }
        folder
    }
}

/// Each error at every position, or at some for each kind of call.
async fn failures(template: &Template) -> Vec<Failure> {
    let mut rng = seeded("disk");
    let mut failures = Vec::new();
    for (error, reads) in [(ENOSPC, false), (EIO, false), (EROFS, false), (EIO, true)] {
        let calls = calls(template, reads).await;
        for count in [1, EVER_AFTER] {
            let positions = positions(&calls, &mut rng).into_iter();
            failures.extend(positions.map(|first| Failure { first, count, error, reads }));
        }
    }
    failures
}

fn positions(calls: &[String], rng: &mut StdRng) -> Vec<u64> {
    let mut kinds: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (number, call) in (1..).zip(calls) {
        kinds.entry(call).or_default().push(number);
    }
    for kind in ["writing herald.db-wal", "flushing herald.db-wal", "writing herald.db"] {
        assert!(
            kinds.contains_key(kind),
            "the library does not stand between SQLite and the disk: {kinds:?}"
        );
    }
    let sample = if is_long() { usize::MAX } else { SAMPLE };
    kinds.values().flat_map(|numbers| numbers.choose_multiple(rng, sample).copied()).collect()
}

/// The calls that the script takes where none fails.
async fn calls(template: &Template, reads: bool) -> Vec<String> {
    let folder = template.copy();
    let control = Control::new(folder.path());
    control.fail(Failure { first: EVER_AFTER, count: 1, error: EIO, reads });
    let mut program =
        Program::serve_with(folder.path(), control.variables(folder.path())).expect("it serves");
    let client = caller(&program, &template.key);
    let mut acknowledged = Acknowledged::default();
    let refused = play(&client, &mut acknowledged).await;
    assert!(refused.is_empty(), "{refused:?}");
    template.tally.until_came(&acknowledged.wanted()).await;
    stop(&mut program).await;
    control.calls()
}

/// One run of the script with one failure. Answers whether there was a call for it.
async fn run(template: &Template, failure: Failure) -> bool {
    let folder = template.copy();
    let control = Control::new(folder.path());
    control.fail(failure);
    let mut acknowledged = Acknowledged::default();
    match Program::serve_with(folder.path(), control.variables(folder.path())) {
        Ok(program) => play_on(template, program, &control, failure, &mut acknowledged).await,
        Err(ended) => check_failure(&ended),
    }
    check_afterwards(template, folder.path(), acknowledged).await;
    control.failed() > 0
}

/// The script with the failure, what was refused once more without it, and the stop.
async fn play_on(
    template: &Template,
    mut program: Program,
    control: &Control,
    failure: Failure,
    acknowledged: &mut Acknowledged,
) {
    let client = caller(&program, &template.key);
    let refused = play(&client, acknowledged).await;
    let wanted = acknowledged.wanted();
    let ended = tokio::select! {
        () = template.tally.until_came(&wanted) => None,
        ended = program.end_within(END_MAX) => Some(ended.expect("it delivers, or ends")),
    };
    // A failure that is to come at the stop stays.
    let met = control.failed() > 0;
    if met {
        control.heal();
    }
    let ended = match ended {
        None => go_on(&mut program, &client, refused, acknowledged).await,
        ended => ended,
    };
    let must_end = if met { must_end(failure, control) } else { None };
    let ended = match ended {
        // It may have been met by the results of the last deliveries.
        None if must_end == Some(true) => program.end_within(END_MAX).await,
        ended => ended,
    };
    if let Some(must_end) = must_end {
        assert_eq!(ended.is_some(), must_end, "whether it ends: {ended:?}");
    }
    match ended {
        Some(ended) => check_failure(&ended),
        None => check_stop(program).await,
    }
}

/// A full disk passes. Where a write or a flush of the log fails otherwise, what is on the disk is not known.
fn must_end(failure: Failure, control: &Control) -> Option<bool> {
    let calls = control.calls();
    let call = &calls[usize::try_from(failure.first).expect("small") - 1];
    let (writes, flushes) = (call == "writing herald.db-wal", call == "flushing herald.db-wal");
    if writes && failure.error == ENOSPC {
        return (failure.count == 1).then_some(false);
    }
    (writes || flushes).then_some(true)
}

/// Does each act once. Answers those that were not acknowledged.
async fn play(client: &Client, acknowledged: &mut Acknowledged) -> Vec<Act> {
    let mut refused = Vec::new();
    for act in ACTS {
        if !acknowledged.note(act, act.act(client).await) {
            refused.push(act);
        }
    }
    refused
}

/// The disk works again: what was refused is taken now, or the program ends, as it does where it cannot know what is stored.
async fn go_on(
    program: &mut Program,
    client: &Client,
    refused: Vec<Act>,
    acknowledged: &mut Acknowledged,
) -> Option<Ended> {
    for act in refused {
        if !acknowledged.note(act, act.act(client).await) {
            let ended = program.end_within(END_MAX).await;
            return Some(ended.unwrap_or_else(|| panic!("it neither does {act:?} nor ends")));
        }
    }
    None
}

/// It says in a sentence why it ended, and its exit code says that it did not end well.
pub(crate) fn check_failure(ended: &Ended) {
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let said = ended.errors.lines().any(|line| line.starts_with("herald: ") && line.len() > 20);
    assert!(said && !ended.errors.contains("panicked"), "{ended:?}");
}

/// A failure that is met only while it stops may be told; it must not hold the stop up.
async fn check_stop(mut program: Program) {
    program.terminate();
    let ended = program.end_within(END_MAX).await.expect("it ends in time");
    if ended.status.success() {
        assert_eq!(ended.errors, "");
    } else {
        check_failure(&ended);
    }
}

/// On a disk that works: all that was acknowledged is there and comes, and the rest can be done.
async fn check_afterwards(template: &Template, folder: &Path, mut acknowledged: Acknowledged) {
    let mut program = Program::serve(folder);
    let client = caller(&program, &template.key);
    assert_eq!(client.get("/readyz").await.status, 200);
    let disabled = events_of(folder, "USER_DISABLED").await;
    assert!(!acknowledged.has(Act::Disable) || disabled.len() == 1, "the acknowledged disabling is lost");
    let known = known_keys(folder, &acknowledged.refused_keys()).await;
    assert!(known.is_empty(), "stored, though the answer said that it was not: {known:?}");
    assert_eq!(is_active(&client).await, disabled.is_empty(), "the event and the change are one");
    let refused = play(&client, &mut acknowledged).await;
    assert!(refused.is_empty(), "{refused:?} on a disk that works");
    let mut wanted = acknowledged.wanted();
    wanted
        .extend(events_of(folder, "USER_DISABLED").await.into_iter().map(|id| ("/disabled".to_owned(), id)));
    within("the deliveries", template.tally.until_came(&wanted)).await;
    stop(&mut program).await;
    let stored = count(folder, "SELECT count(*) FROM events").await;
    assert_eq!(stored - template.events_before, EVENTS, "each event once");
    check_integrity(folder).await;
}

async fn is_active(client: &Client) -> bool {
    let all = client.get("/api/organizations/parallelworks/users").await.ok();
    let user = all["users"].as_array().expect("a list").iter().find(|user| user["username"] == USER);
    user.expect("the script's user")["active"].as_bool().expect("true or false")
}
