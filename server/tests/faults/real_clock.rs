//! F7: the real program on a machine whose clock is set, which it is not told of.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use domain::limits::CLOCK_LOOK_EVERY;
use serde_json::json;

use crate::{support::Receiver, watched::Watched};

const WEBHOOKS: &str = "/api/organizations/parallelworks/webhooks";
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/shifted_clock.c");

/// A library that shifts the wall clock of a program it is loaded into. Rust's own linker, `cc`, makes it.
fn shifted_clock(folder: &Path) -> PathBuf {
    let library = folder.join("shifted_clock.so");
    let made = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(SOURCE).status();
    assert!(made.expect("cc, as Rust needs it too").success());
    library
}

#[tokio::test]
async fn a_program_whose_machine_is_set_an_hour_ahead_sends_what_is_due_then() {
    let folder = tempfile::tempdir().unwrap();
    let shift = folder.path().join("shift");
    fs::write(&shift, "0").unwrap();
    let library = shifted_clock(folder.path());
    let program = Watched::start(folder.path(), |command| {
        command.env("LD_PRELOAD", &library).env("HERALD_TEST_CLOCK_SHIFT", &shift);
    });
    let receiver = Receiver::start().await;
    receiver.answer_with(500);
    let body = json!({ "enabled": true, "name": "failing", "type": "USER_LOGIN", "url": receiver.url("/") });
    program.admin.post(WEBHOOKS, body).await.ok();
    program.admin.publish_login("demo").await;
    receiver.next().await;
    program.admin.until_delivery("failing", |delivery| delivery["attempts"] == 1).await;
    // The second attempt fails as well: the third waits for five minutes.
    receiver.next().await;
    program.admin.until_delivery("failing", |delivery| delivery["attempts"] == 2).await;
    receiver.answer_with(200);
    fs::write(&shift, "3600").unwrap();
    let set_at = Instant::now();
    receiver.next_within(CLOCK_LOOK_EVERY * 2).await;
    assert!(set_at.elapsed() < CLOCK_LOOK_EVERY + Duration::from_secs(2), "{:?}", set_at.elapsed());
    program.admin.until_delivery("failing", |delivery| delivery["status"] == "delivered").await;
}
