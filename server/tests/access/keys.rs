//! API keys and the commands that make them, with the real binary.

use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::support::{Client, PASSWORD, Program};

pub(crate) const BOOTSTRAP: [&str; 7] = [
    "bootstrap",
    "--organization",
    "parallelworks",
    "--username",
    "admin",
    "--email",
    "admin@parallelworks.com",
];

#[tokio::test]
async fn the_key_of_bootstrap_is_taken_as_bearer_and_as_basic() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = bootstrap(folder.path());
    let key = made["apiKey"].as_str().expect("a key");
    let (host, secret) = key.strip_prefix("pwt_").and_then(|rest| rest.split_once('.')).expect("two parts");
    assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(host).expect("base64url"), b"127.0.0.1:3000");
    assert!(secret.len() >= 22, "at least 128 bits");

    let program = Program::serve(folder.path());
    let nobody = Client::nobody(reqwest::Client::new(), &program.url);
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{key}:")));
    for authorization in [format!("Bearer {key}"), basic] {
        let caller = nobody.authorized(&authorization);
        let session = caller.get("/api/auth/session").await.ok();
        assert_eq!(session["username"], "admin", "{authorization}");
        assert_eq!(session["id"], made["userId"]);
        let webhooks = caller.get("/api/organizations/parallelworks/webhooks").await.ok();
        assert_eq!(webhooks, serde_json::json!([]));
    }
    let almost = format!("Bearer {}x", &key[..key.len() - 1]);
    assert_eq!(nobody.authorized(&almost).get("/api/auth/session").await.status, 401);
    assert_eq!(nobody.get("/api/auth/session").await.status, 401);
    assert_eq!(nobody.log_in("admin", PASSWORD).await.get("/api/auth/whoami").await.ok(), "admin");
}

/// Programs call the server functions with a key; there is no cookie, and so nothing that another site could use.
#[tokio::test]
async fn a_key_calls_the_server_functions() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = bootstrap(folder.path());
    let program = Program::serve(folder.path());
    let nobody = Client::nobody(reqwest::Client::new(), &program.url);
    let key = nobody.authorized(&format!("Bearer {}", made["apiKey"].as_str().expect("a key")));
    let session = key.call("session/read", &[]).await.ok();
    assert_eq!(session["username"], "admin");
    let organization = session["organizations"][0]["organization"]["id"].as_str().expect("an id");
    let fields = [
        ("scope", organization),
        ("event_type", "USER_LOGIN"),
        ("name", "by key"),
        ("url", "http://127.0.0.1:1024/"),
    ];
    assert_eq!(key.call("webhooks/create", &fields).await.ok()["webhook"]["name"], "by key");
    let listed = key.call("webhooks/list", &fields[..1]).await.ok();
    assert_eq!(listed.as_array().expect("a list").len(), 1);

    assert_eq!(nobody.call("webhooks/list", &fields[..1]).await.status, 401);
    assert_eq!(nobody.authorized("Bearer pwt_a.b").call("webhooks/list", &fields[..1]).await.status, 401);
    let foreign = key.request("POST", "/fn/webhooks/create").header("origin", "https://evil.example");
    assert_eq!(Client::answer(foreign).await.status, 403, "a browser on another site sends no call of ours");
}

#[tokio::test]
async fn bootstrap_works_once_and_not_beside_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = bootstrap(folder.path());
    assert_eq!((&made["organization"], &made["username"]), (&"parallelworks".into(), &"admin".into()));
    let again = Program::run(folder.path(), &BOOTSTRAP, PASSWORD);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("set up already"), "{again:?}");
    assert!(again.stdout.is_empty());

    let program = Program::serve(folder.path());
    let beside = Program::run(folder.path(), &BOOTSTRAP, PASSWORD);
    assert_eq!(beside.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&beside.stderr).contains("another Herald process"), "{beside:?}");
    let nobody = Client::nobody(reqwest::Client::new(), &program.url);
    let key = format!("Bearer {}", made["apiKey"].as_str().expect("a key"));
    let users = nobody.authorized(&key).get("/api/organizations/parallelworks/users").await.ok();
    assert_eq!(users["total"], 1, "nothing changed");
}

#[tokio::test]
async fn a_password_is_reset_from_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    bootstrap(folder.path());
    let program = Program::serve(folder.path());
    let before = Client::nobody(reqwest::Client::new(), &program.url).log_in("admin", PASSWORD).await;
    assert_eq!(before.get("/api/auth/whoami").await.status, 200);
    program.kill();

    let reset = ["admin", "reset-password", "--username", "admin"];
    let short = Program::run(folder.path(), &reset, "short\n");
    assert_eq!(short.status.code(), Some(1), "{short:?}");
    let done = Program::run(folder.path(), &reset, "another pass phrase\r\n");
    assert!(done.status.success(), "{done:?}");

    let program = Program::serve(folder.path());
    let nobody = Client::nobody(reqwest::Client::new(), &program.url);
    let cookie = before.cookies();
    let old = Client::answer(nobody.request("GET", "/api/auth/whoami").header("cookie", cookie)).await;
    assert_eq!(old.status, 401, "the sessions have ended");
    let login = serde_json::json!({ "username": "admin", "password": PASSWORD });
    assert_eq!(nobody.post("/api/sso/password/login", login).await.status, 401);
    nobody.log_in("admin", "another pass phrase").await;
}

#[tokio::test]
async fn the_master_key_is_replaced_from_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = bootstrap(folder.path());
    let key_file = folder.path().join("herald.db.key");
    let key = || std::fs::read_to_string(&key_file).expect("a key").trim().to_owned();
    let first = key();
    let rotate = ["admin", "rotate-key"];
    let program = Program::serve(folder.path());
    let beside = Program::run(folder.path(), &rotate, "");
    assert_eq!(beside.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&beside.stderr).contains("another Herald process"), "{beside:?}");
    assert_eq!(key(), first);
    program.kill();

    let done = Program::run(folder.path(), &rotate, "");
    assert!(done.status.success(), "{done:?}");
    let second = key();
    assert_ne!(second, first);
    for secret in [&first, &second] {
        assert!(!String::from_utf8_lossy(&done.stdout).contains(secret.as_str()), "{done:?}");
    }
    let program = Program::serve(folder.path());
    let nobody = Client::nobody(reqwest::Client::new(), &program.url);
    let admin = nobody.authorized(&format!("Bearer {}", made["apiKey"].as_str().expect("a key")));
    admin.get("/api/auth/whoami").await.ok();
    program.kill();

    // Where the environment gives the key, it gives the new one too.
    let given = |arguments: &[&'static str], old: &str, new: &str| {
        let old = format!("--key={old}");
        let new = format!("--new-key={new}");
        let arguments: Vec<&str> = arguments.iter().copied().chain([old.as_str(), new.as_str()]).collect();
        Program::run(folder.path(), &arguments, "")
    };
    for (old, new, words) in [
        (&second, "", "HERALD_NEW_KEY, 43 characters"),
        (&second, "short", "HERALD_NEW_KEY does not hold a key"),
        (&second, second.as_str(), "make another"),
        (&first, second.as_str(), "is not the one that this database was made with"),
    ] {
        let refused = given(&rotate, old, new);
        assert_eq!(refused.status.code(), Some(1), "{words}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(words), "{refused:?}");
    }
    let both = Program::run(folder.path(), &["admin", "rotate-key", "--new-key", &first], "");
    assert!(String::from_utf8_lossy(&both.stderr).contains("goes with HERALD_KEY only"), "{both:?}");
    let done = given(&rotate, &second, &first);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(key(), second, "the file is another's");
    let served = Program::serve_with(folder.path(), [("HERALD_KEY", &first)]);
    assert!(served.is_ok_and(|mut program| program.is_running()));
    let wrong = Program::serve_with(folder.path(), [("HERALD_KEY", &second)]);
    assert!(wrong.is_err_and(|ended| ended.errors.contains("is not the one")));
}

fn bootstrap(folder: &std::path::Path) -> Value {
    let done = Program::run(folder, &BOOTSTRAP, &format!("{PASSWORD}\n"));
    assert!(done.status.success(), "{done:?}");
    serde_json::from_slice(&done.stdout).expect("JSON")
}
