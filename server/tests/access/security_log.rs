//! Security events: who, from where, what, and how it ended; in the audit log and in the log of the process. No secrets.

use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;
use server::limits::RateLimits;

use crate::support::{Client, PASSWORD, Program, TestHerald};

const NEW: &str = "a new pass phrase";

/// Type, outcome, actor, address.
type Entry = (String, String, String, Option<String>);

#[tokio::test]
async fn every_security_event_stands_in_the_audit_log_with_the_address_it_came_from() {
    let herald = TestHerald::start_limited(RateLimits::none(), &["127.0.0.1"]).await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let nobody = herald.client().with_header("x-forwarded-for", "6.6.6.6, 1.2.3.4");
    let log_in = json!({ "username": "demo", "password": "a secret typo" });
    assert_eq!(nobody.post("/api/sso/password/login", log_in).await.status, 401);
    let demo = nobody.log_in("demo", PASSWORD).await;
    assert_eq!(demo.get("/api/organizations/parallelworks/webhooks").await.status, 403);
    let key = demo.post("/api/apikeys", json!({ "title": "mine" })).await.ok();
    demo.delete("/api/apikeys/mine", json!(null)).await;
    let body = json!({ "currentPassword": PASSWORD, "password": NEW });
    assert_eq!(demo.put("/api/auth/password", body).await.status, 204);
    assert_eq!(demo.delete("/api/auth/sessions", json!(null)).await.status, 204);
    demo.post("/api/sso/logout", json!({})).await.ok();
    let admin = admin.with_header("x-forwarded-for", "5.5.5.5");
    let users = "/api/organizations/parallelworks/users/demo";
    let reset = admin.post(&format!("{users}/password-reset"), json!({})).await.ok();
    let token = reset["token"].as_str().expect("a token").to_owned();
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(nobody.post("/api/auth/password/reset", body).await.status, 204);
    assert_eq!(admin.delete(&format!("{users}/sessions"), json!(null)).await.status, 204);
    let wrong = json!({ "currentPassword": "wrong one", "password": NEW });
    assert_eq!(admin.put("/api/auth/password", wrong).await.status, 422);

    let folder = herald.stop_keeping().await;
    let (entries, whole) = audit_log(&folder.path().join("herald.db"));
    for (act, outcome, actor, address) in [
        ("session:log-in", "failure", "", "1.2.3.4"),
        ("session:log-in", "success", "demo", "1.2.3.4"),
        ("access:refuse", "failure", "demo", "1.2.3.4"),
        ("apikey:create", "success", "demo", "1.2.3.4"),
        ("apikey:revoke", "success", "demo", "1.2.3.4"),
        ("user:set-password", "success", "demo", "1.2.3.4"),
        ("session:end", "success", "demo", "1.2.3.4"),
        ("session:log-out", "success", "demo", "1.2.3.4"),
        ("user:reset-password", "success", "admin", "5.5.5.5"),
        ("user:set-password", "success", "", "1.2.3.4"),
        ("session:end", "success", "admin", "5.5.5.5"),
        ("user:set-password", "failure", "admin", "5.5.5.5"),
    ] {
        let wanted = (act.to_owned(), outcome.to_owned(), actor.to_owned(), Some(address.to_owned()));
        assert!(entries.contains(&wanted), "{wanted:?} is not among {entries:#?}");
    }
    for secret in [PASSWORD, NEW, "a secret typo", "wrong one", &token, key["key"].as_str().expect("a key")] {
        assert!(!whole.contains(secret), "{secret}");
    }
}

/// All entries, and everything that stands in the table.
fn audit_log(database: &std::path::Path) -> (Vec<Entry>, String) {
    let file = Connection::open(database).expect("it opens");
    let sql = "SELECT type, outcome, actor_name, address FROM audit_log ORDER BY seq";
    let mut statement = file.prepare(sql).expect("a statement");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    let entries = rows.expect("readable").map(|row| row.expect("a row")).collect();
    let mut statement = file.prepare("SELECT * FROM audit_log").expect("a statement");
    let columns = statement.column_count();
    let whole = statement.query_map([], |row| {
        let cells = (0..columns).map(|index| row.get::<_, rusqlite::types::Value>(index));
        cells.collect::<Result<Vec<_>, _>>().map(|cells| format!("{cells:?}"))
    });
    let whole: Vec<String> = whole.expect("readable").map(|row| row.expect("a row")).collect();
    (entries, whole.join("\n"))
}

#[tokio::test]
async fn the_log_of_the_process_has_no_secrets_and_no_lines_that_others_wrote() {
    let folder = tempfile::tempdir().expect("a folder");
    let bootstrap = ["bootstrap", "--organization", "acme", "--username", "admin", "--email", "a@b.c"];
    let made = Program::run(folder.path(), &bootstrap, &format!("{PASSWORD}\n"));
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).expect("JSON");
    let key = made["apiKey"].as_str().expect("a key");
    let mut program = Program::serve_with(folder.path(), [("HERALD_LOG", "info")]).expect("it serves");
    let http = reqwest::Client::new();
    let nobody = Client::nobody(http, &program.url).with_header("x-forwarded-for", "6.6.6.6");
    let forged = "demo\n2026-01-01T00:00:00Z  INFO A user logged in user_id=admin\u{1b}[31m";
    for username in ["admin", forged] {
        let body = json!({ "username": username, "password": "planted-secret-1" });
        assert_eq!(nobody.post("/api/sso/password/login", body).await.status, 401);
    }
    let session = nobody.log_in("admin", PASSWORD).await;
    let agent = session.with_header("user-agent", "planted-agent");
    agent.get("/api/organizations/acme/webhooks?token=planted-secret-2").await;
    nobody.authorized("Bearer planted-secret-3").get("/api/auth/whoami").await;
    nobody.authorized(&format!("Bearer {key}")).get("/api/auth/whoami").await.ok();
    let cookie = session.cookies();
    drop((nobody, session, agent));
    program.terminate();
    let ended = program.end_within(Duration::from_secs(20)).await.expect("it ends");
    let log = ended.errors;
    let failed: Vec<&str> = log.lines().filter(|line| line.contains("A log in failed")).collect();
    assert_eq!(failed.len(), 2, "{log}");
    assert!(failed.iter().all(|line| line.contains("address=127.0.0.1")), "{log}");
    let done: Vec<&str> = log.lines().filter(|line| line.contains("A user logged in")).collect();
    assert_eq!(done.len(), 1, "{log}");
    let token = cookie.split_once('=').expect("a cookie").1;
    for planted in ["planted", PASSWORD, key, token, "6.6.6.6", "\u{1b}"] {
        assert!(!log.contains(planted), "{planted}: {log}");
    }
}

/// The limits and the proxies as an operator sets them, by flags and variables, and what of it is logged: once, not at each refusal.
#[tokio::test]
async fn limits_are_set_from_outside_and_the_first_refusal_is_logged() {
    let folder = tempfile::tempdir().expect("a folder");
    let variables = [
        ("HERALD_LOG", "warn"),
        ("HERALD_TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1"),
        ("HERALD_ADDRESS_REQUESTS_PER_SECOND", "3"),
        ("HERALD_ACCOUNT_FAILURES_PER_MINUTE", "1"),
    ];
    let mut program = Program::serve_with(folder.path(), variables).expect("it serves");
    let nobody = Client::nobody(reqwest::Client::new(), &program.url);
    let flood = nobody.with_header("x-forwarded-for", "1.2.3.4");
    let mut refused = Vec::new();
    while refused.len() < 2 {
        let answer = flood.get("/sign-in").await;
        assert_eq!(answer.header("ratelimit-limit"), "3");
        refused.extend((answer.status == 429).then_some(answer));
    }
    let guess = json!({ "username": "nobody", "password": "a wrong one" });
    let guesser = nobody.with_header("x-forwarded-for", "5.6.7.8");
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(guesser.post("/api/sso/password/login", guess.clone()).await.status);
    }
    assert_eq!(statuses, [401, 429, 429]);
    drop((nobody, flood, guesser));
    program.terminate();
    let log = program.end_within(Duration::from_secs(20)).await.expect("it ends").errors;
    let of = |text: &str, address: &str| {
        log.lines().filter(|line| line.contains(text) && line.contains(&format!("address={address}"))).count()
    };
    assert!(of("Requests are refused for a while", "1.2.3.4") >= 1, "{log}");
    assert_eq!(of("Log ins are refused for a while", "5.6.7.8"), 1, "{log}");

    let wrong = Program::serve_with(folder.path(), [("HERALD_TRUSTED_PROXIES", "proxy.internal")]);
    let ended = wrong.err().expect("a name is no address");
    assert!(ended.errors.contains("“proxy.internal” is no trusted proxy"), "{}", ended.errors);
}
