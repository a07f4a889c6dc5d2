//! Pages, filters, exports, request ids, and that nothing can be changed.

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

use crate::{
    EVENTS, log, newest,
    support::{Client, TestHerald},
};

async fn with_groups(count: usize) -> (TestHerald, Client) {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for n in 0..count {
        admin.create_group("parallelworks", &format!("group-{n}"), &[]).await;
    }
    (herald, admin)
}

fn column<'a>(events: &'a [Value], pointer: &str) -> Vec<&'a str> {
    events.iter().map(|event| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default()).collect()
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let (herald, admin) = with_groups(7).await;
    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let page = admin.get(&format!("{EVENTS}?limit=3&type=group:create{cursor}")).await.ok();
        assert!(page["total"].as_u64().unwrap() >= 7);
        seen.extend(
            column(page["events"].as_array().unwrap(), "/target/name").iter().map(ToString::to_string),
        );
        assert_eq!(page["hasMore"].as_bool().unwrap(), page.get("nextCursor").is_some());
        let Some(next) = page["nextCursor"].as_str() else { break };
        // What happens meanwhile moves nothing.
        admin.create_group("parallelworks", &format!("later-{}", seen.len()), &[]).await;
        admin
            .delete(&format!("/api/organizations/parallelworks/groups/later-{}", seen.len()), Value::Null)
            .await;
        cursor = format!("&cursor={next}");
        if seen.len() > 9 {
            break;
        }
    }
    let expected: Vec<String> = (0..7).rev().map(|n| format!("group-{n}")).collect();
    assert_eq!(seen, expected);
    herald.stop().await;
}

#[tokio::test]
async fn each_filter_finds_what_it_should() {
    let (herald, admin) = with_groups(2).await;
    let wrong = json!({ "username": "admin", "password": "wrong horse battery" });
    herald.client().post("/api/sso/password/login", wrong).await;
    let group = newest(&admin, "group:create").await;
    let (id, time) = (group["id"].as_str().unwrap(), group["createdAt"].as_str().unwrap());
    for (query, expected) in [
        ("type=group:create".to_owned(), 2),
        ("type=group:create&type=organization:create".to_owned(), 3),
        ("actor=ADMIN&type=group:create".to_owned(), 2),
        ("actor=nobody".to_owned(), 0),
        ("actorType=anonymous&type=session:log-in".to_owned(), 1),
        ("outcome=failure".to_owned(), 1),
        ("search=GROUP-1".to_owned(), 1),
        (format!("search={id}"), 1),
        ("targetType=group&search=group-".to_owned(), 2),
        (format!("targetId={}", group["target"]["id"].as_str().unwrap()), 1),
        (format!("type=group:create&from={time}"), 2),
        ("type=group:create&to=2020-01-01T00:00:00Z".to_owned(), 0),
    ] {
        assert_eq!(log(&admin, &query).await.len(), expected, "{query}");
    }
    for (query, pointer) in [
        ("outcome=maybe", "#/outcome"),
        ("limit=0", "#/limit"),
        ("from=yesterday", "#/from"),
        ("cursor=x", "#/cursor"),
        ("colour=red", "#/colour"),
    ] {
        let answer = admin.get(&format!("{EVENTS}?{query}")).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{query}");
    }
    herald.stop().await;
}

#[tokio::test]
async fn another_organizations_entries_are_not_shown() {
    let (herald, admin) = with_groups(1).await;
    admin.create_organization("acme").await;
    let page = admin.get("/api/organizations/acme/events").await.ok();
    assert_eq!(column(page["events"].as_array().unwrap(), "/type"), ["organization:create"]);
    herald.stop().await;
}

#[tokio::test]
async fn whoever_stands_in_the_log_is_listed_once_and_by_name() {
    let (herald, admin) = with_groups(2).await;
    let ask = async |query: &str| {
        let found = admin.get(&format!("{EVENTS}/actors?{query}")).await.ok();
        let names = column(found["actors"].as_array().unwrap(), "/username");
        names.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let first = newest(&admin, "group:create").await["createdAt"].as_str().unwrap().to_owned();
    // Who has not said who they are has no name.
    let wrong = json!({ "username": "admin", "password": "wrong horse battery" });
    herald.client().post("/api/sso/password/login", wrong).await;
    herald.clock.advance(std::time::Duration::from_secs(60));
    let (zoe, bob) = (admin.create_user("Zoe").await, admin.create_user("bob").await);
    admin.log_in("zoe", crate::support::PASSWORD).await;
    admin.log_in("bob", crate::support::PASSWORD).await;
    assert_eq!(ask("").await, ["admin", "bob", "Zoe"], "{zoe} {bob}");
    assert_eq!(ask(&format!("to={first}")).await, ["admin"]);
    let later = herald.clock.now();
    assert_eq!(ask(&format!("from={later}&to={later}")).await, ["admin", "bob", "Zoe"]);
    assert!(ask("to=2020-01-01T00:00:00Z").await.is_empty());
    herald.clock.advance(std::time::Duration::from_secs(60));
    assert!(ask(&format!("from={}", herald.clock.now())).await.is_empty());
    for name in ask("").await {
        assert!(!log(&admin, &format!("actor={name}")).await.is_empty(), "{name} can be asked for");
    }

    admin.create_organization("acme").await;
    let acme = admin.get("/api/organizations/acme/events/actors").await.ok();
    assert_eq!(acme, json!({ "actors": [{ "username": "admin" }] }), "nobody of another organization");
    for (query, pointer) in [("from=yesterday", "#/from"), ("limit=1", "#/limit")] {
        let answer = admin.get(&format!("{EVENTS}/actors?{query}")).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{query}");
    }
    herald.stop().await;
}

#[tokio::test]
async fn the_types_are_listed_and_all_that_stands_in_the_log_is_of_one() {
    let (herald, admin) = with_groups(1).await;
    let found = admin.get("/api/events/types").await.ok();
    let types = found["types"].as_array().unwrap();
    let expected = json!({
        "type": "group:create", "subject": "group", "action": "create", "description": "A group was created.",
    });
    assert!(types.contains(&expected), "{found}");
    let names = column(types, "/type");
    for event in log(&admin, "").await {
        assert!(names.contains(&event["type"].as_str().unwrap()), "{event}");
    }
    herald.stop().await;
}

#[tokio::test]
async fn an_export_has_every_row_and_no_formula() {
    let (herald, admin) = with_groups(1).await;
    admin.create_group("parallelworks", "=cmd|'calc'!A0", &[]).await;
    let csv = admin.get(&format!("{EVENTS}/export?type=group:create")).await;
    assert_eq!((csv.status, csv.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"audit-log.csv\"");
    let lines: Vec<&str> = csv.text.split("\r\n").filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 3, "{}", csv.text);
    assert!(lines[0].starts_with("createdAt,type,outcome,"));
    assert!(lines[1].contains(",\"'=cmd|'calc'!A0\","), "{}", lines[1]);
    assert!(lines[2].contains(",group-0,"), "{}", lines[2]);

    let json = admin.get(&format!("{EVENTS}/export?format=json&type=group:create")).await.ok();
    assert_eq!(json, Value::from(log(&admin, "type=group:create").await));
    assert_eq!(admin.get(&format!("{EVENTS}/export?format=xml")).await.pointers(), ["#/format"]);
    herald.stop().await;
}

#[tokio::test]
async fn a_request_s_id_is_the_caller_s_or_a_new_one_and_stands_in_the_log() {
    let (herald, admin) = with_groups(0).await;
    let ask = async |id: &str| {
        Client::answer(admin.request("GET", "/api/auth/whoami").header("x-request-id", id)).await
    };
    assert_eq!(ask("my-request_1.2").await.header("x-request-id"), "my-request_1.2");
    for odd in ["a b", "", &"x".repeat(65), "a/b"] {
        let id = ask(odd).await.header("x-request-id").to_owned();
        assert!(id.len() == 32 && id != odd, "{odd}: {id}");
    }
    let made = admin.post("/api/organizations/parallelworks/groups", json!({ "name": "traced" })).await;
    assert_eq!(newest(&admin, "group:create").await["requestId"], made.header("x-request-id"));
    for path in ["/", "/healthz", "/api/none", "/api/organizations/none/webhooks"] {
        assert!(!admin.get(path).await.header("x-request-id").is_empty(), "{path}");
    }
    herald.stop().await;
}

#[tokio::test]
async fn nothing_in_the_log_can_be_changed_or_removed() {
    let (herald, admin) = with_groups(1).await;
    let url = format!("sqlite://{}", herald.folder.path().join("herald.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    for sql in [
        "UPDATE audit_log SET actor_name = 'somebody else'",
        "DELETE FROM audit_log",
        "DELETE FROM audit_retention",
        "UPDATE audit_retention SET before = -1",
    ] {
        let refused = sqlx::query(sql).execute(&mut connection).await.expect_err(sql);
        assert!(refused.to_string().contains("audit log"), "{sql}: {refused}");
    }
    connection.close().await.unwrap();
    assert_eq!(log(&admin, "type=group:create").await.len(), 1);
    herald.stop().await;
}
