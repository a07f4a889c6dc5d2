//! `herald bench` measures with real sockets and files, and prints what the reference documents.

#![allow(clippy::expect_used, reason = "a test that cannot be set up fails")]

use std::{
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// What it prints on standard output; it leaves nothing behind in its folder.
fn bench(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_herald"));
    command.arg("bench").args(arguments).current_dir(folder).env_remove("TMPDIR");
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), 0, "its databases are removed");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn figures_have_the_documented_members() {
    let folder = tempfile::tempdir().expect("a folder");
    let printed = bench(folder.path(), &["--quick", "--json", "--only", "B1,B3,B4"]);
    let figures: Vec<Value> = serde_json::from_str(&printed).expect("a list");
    let ids: Vec<&str> = figures.iter().map(|figure| figure["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, ["B1", "B3.p50", "B3.p99", "B4"]);
    for figure in &figures {
        let members: Vec<&str> = figure.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(members.len(), 7, "{figure}");
        for member in ["what", "unit", "floor"] {
            assert!(figure[member].is_string(), "{member} of {figure}");
        }
        for member in ["value", "must", "aim"] {
            assert!(figure[member].as_f64().is_some_and(|number| number > 0.0), "{member} of {figure}");
        }
    }
}

#[test]
fn without_json_it_prints_a_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let printed = bench(folder.path(), &["--quick", "--only", "b3"]);
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 3, "{printed}");
    assert!(lines[0].starts_with("id ") && lines[1].starts_with("B3.p50 "), "{printed}");
}

#[test]
fn a_measure_that_there_is_not_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_herald"))
        .args(["bench", "--only", "B99"])
        .output()
        .expect("it starts");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("B99"));
}

#[test]
fn one_that_is_ended_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_herald"));
    command
        .args(["bench", "--only", "B1"])
        .current_dir(folder.path())
        .env_remove("TMPDIR")
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let entries = || std::fs::read_dir(folder.path()).expect("a folder").count();
    while entries() == 0 {
        assert!(child.try_wait().expect("a state").is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it is there");
    let output = child.wait_with_output().expect("it ends");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("ended by a signal"), "{output:?}");
    assert_eq!(entries(), 0, "its databases are removed");
}
