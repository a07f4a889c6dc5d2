//! Killing and starting again, with the real binary and real time.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

mod support;

use std::path::Path;

use serde_json::{Value, json};
use support::{Client, PASSWORD, Program, Receiver};

const WEBHOOKS: &str = "/api/organizations/parallelworks/webhooks";

fn bootstrap(folder: &Path) -> String {
    let arguments = [
        "bootstrap",
        "--organization",
        "parallelworks",
        "--username",
        "admin",
        "--email",
        "admin@example.com",
    ];
    let done = Program::run(folder, &arguments, PASSWORD);
    assert!(done.status.success(), "{done:?}");
    let made: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    made["apiKey"].as_str().expect("a key").to_owned()
}

fn caller(program: &Program, key: &str) -> Client {
    Client::nobody(reqwest::Client::new(), &program.url).authorized(&format!("Bearer {key}"))
}

async fn webhook(admin: &Client, name: &str, url: &str) {
    let body = json!({ "name": name, "type": "USER_LOGIN", "url": url, "enabled": true });
    admin.post(WEBHOOKS, body).await.ok();
}

/// A port on which nothing listens any more.
async fn closed_port() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").port()
}

#[tokio::test]
async fn what_was_pending_when_it_was_killed_goes_out_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = bootstrap(folder.path());
    let port = closed_port().await;
    let program = Program::serve(folder.path());
    let admin = caller(&program, &key);
    webhook(&admin, "down", &format!("http://127.0.0.1:{port}/")).await;
    for _ in 0..3 {
        admin.log_in("admin", PASSWORD).await;
    }
    admin.until_delivery("down", |delivery| delivery["attempts"] == 1).await;
    program.kill();

    let program = Program::serve(folder.path());
    let admin = caller(&program, &key);
    let receiver = Receiver::start().await;
    // Where it listens is known only now: an edited URL counts for what is pending.
    admin.patch(&format!("{WEBHOOKS}/down"), json!({ "url": receiver.url("/") })).await.ok();
    let mut sequences = Vec::new();
    for _ in 0..3 {
        sequences.push(receiver.next().await.header("herald-sequence").to_owned());
    }
    sequences.sort();
    sequences.dedup();
    assert_eq!(sequences.len(), 3, "each of them, and each once");
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = bootstrap(folder.path());
    for round in 0..3 {
        let program = Program::serve(folder.path());
        let admin = caller(&program, &key);
        for number in 0..5 {
            let username = format!("user-{round}-{number}");
            let email = format!("{username}@example.com");
            let body = json!({ "username": username, "email": email, "name": "U" });
            admin.post("/api/organizations/parallelworks/users", body).await.ok();
        }
        program.kill();
    }
    let program = Program::serve(folder.path());
    let users = caller(&program, &key).get("/api/organizations/parallelworks/users").await.ok();
    assert_eq!(users["total"], 16);
}

#[tokio::test]
async fn a_database_without_its_key_does_not_open_and_gets_no_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    bootstrap(folder.path());
    let key_file = folder.path().join("herald.db.key");
    let key = std::fs::read(&key_file).expect("a key");
    std::fs::remove_file(&key_file).expect("removed");
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let refused = Program::run(folder.path(), &serve, "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("herald.db.key is missing"), "{refused:?}");
    assert!(!key_file.exists());

    std::fs::write(&key_file, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n").expect("written");
    let refused = Program::run(folder.path(), &serve, "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not the one"), "{refused:?}");

    std::fs::write(&key_file, key).expect("written");
    drop(Program::serve(folder.path()));
}

#[tokio::test]
async fn a_second_process_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    bootstrap(folder.path());
    let _first = Program::serve(folder.path());
    let second = Program::run(folder.path(), &["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another Herald process"), "{second:?}");
}

#[tokio::test]
async fn wrong_options_are_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    bootstrap(folder.path());
    let refused = |arguments: &[&str], words: &str| {
        let done = Program::run(folder.path(), arguments, "");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains(words), "{arguments:?}: {said}");
    };
    refused(&["serve", "--allow-target", "nonsense"], "“nonsense” is not a target");
    refused(&["serve", "--listen", "127.0.0.1:0", "--public-url", "herald"], "“herald” is not an address");
    refused(&["serve", "--listen", "somewhere"], "somewhere");
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    refused(&["serve", "--listen", &address], "cannot listen on");
}

#[tokio::test]
async fn a_lost_password_is_set_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    bootstrap(folder.path());
    let reset = ["admin", "reset-password", "--username", "Admin"];
    let done = Program::run(folder.path(), &reset, "another good one\n");
    assert!(done.status.success(), "{done:?}");
    let program = Program::serve(folder.path());
    let nobody = Client::nobody(reqwest::Client::new(), &program.url);
    let body = |password: &str| json!({ "username": "admin", "password": password });
    assert_eq!(nobody.post("/api/sso/password/login", body(PASSWORD)).await.status, 401);
    assert_eq!(nobody.post("/api/sso/password/login", body("another good one")).await.status, 204);
}
