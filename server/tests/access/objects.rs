//! Objects of another organization: on every path there is (generated from the table), and under random sequences of acts.

use std::path::Path;

use domain::{Operation, Who};
use rusqlite::{Connection, OpenFlags, types::Value as Column};
use serde_json::{Value, json};

use crate::{
    Caller,
    operations::{method, valid_body},
    support::{Client, PASSWORD},
    world::{ACME, OTHER, Objects, World},
};

#[tokio::test]
async fn on_every_path_ones_own_organization_with_anothers_object_is_not_found() {
    let world = World::start().await;
    let foreign = world.objects().await;
    let session = world.client(Caller::Stranger);
    let stranger = keyed(&world, &session).await;
    let before = dump(&world, &world.acme_id);
    let mut tried = 0;
    for &operation in Operation::ALL.iter().filter(|operation| names_an_object(**operation)) {
        let path = with_objects(operation, OTHER, &foreign, &world);
        let of_platform = operation.who() == Who::PlatformAdmin;
        for (caller, is_platform) in [(&stranger, false), (&session, false), (&world.admin, true)] {
            let body = valid_body(operation, &foreign, "").unwrap_or(json!({}));
            let answer = caller.send(method(operation), &path, body.to_string()).await;
            let expected = if of_platform && !is_platform { 403 } else { 404 };
            assert_eq!(answer.status, expected, "{operation:?} {path}: {}", answer.text);
            tried += 1;
        }
    }
    assert!(tried >= 60, "{tried}");
    assert_eq!(dump(&world, &world.acme_id), before);
    world.herald.stop().await;
}

#[tokio::test]
async fn keys_and_sessions_of_another_user_are_not_found() {
    let world = World::start().await;
    let member = world.client(Caller::Member);
    let key = member.post("/api/apikeys", json!({ "title": "mine" })).await.ok();
    let session = member.get("/api/auth/sessions").await.ok();
    for path in [
        format!("/api/apikeys/{}", text(&key["id"])),
        "/api/apikeys/mine".to_owned(),
        format!("/api/auth/sessions/{}", text(&session[0]["id"])),
    ] {
        for caller in [Caller::UsersHolder, Caller::Admin, Caller::Stranger, Caller::PlatformAdmin] {
            let answer = world.client(caller).delete(&path, Value::Null).await;
            assert_eq!(answer.status, 404, "{path} by {caller:?}");
        }
    }
    assert_eq!(member.get("/api/apikeys").await.ok().as_array().map(Vec::len), Some(1));
    world.herald.stop().await;
}

/// An admin of `other` and a key of theirs do whatever there is, with names of both organizations and in both.
#[tokio::test]
async fn whatever_one_organization_does_the_others_rows_stay_as_they_are() {
    let world = World::start().await;
    let (foreign, mut own) = (world.objects().await, world.objects_in(OTHER).await);
    let session = world.client(Caller::Stranger);
    let key = keyed(&world, &session).await;
    let before = dump(&world, &world.acme_id);
    assert!(before.len() > 10, "there is something to be changed: {before:?}");
    for seed in 1..=3_u64 {
        let mut random = Random(seed);
        let mut succeeded = 0;
        for round in 0..150 {
            let operation = *random.one_of(Operation::ALL);
            if matches!(operation, Operation::LogIn | Operation::LogOut | Operation::EndOtherSessions) {
                continue;
            }
            let organization = *random.one_of(&[ACME, OTHER, OTHER, OTHER]);
            let named = if random.next().is_multiple_of(3) { &foreign } else { &own };
            let path = with_objects(operation, organization, named, &world);
            let body = valid_body(operation, &own, "").unwrap_or(json!({}));
            let client = if random.next().is_multiple_of(2) { &key } else { &session };
            let answer = client.send(method(operation), &path, body.to_string()).await;
            assert!(answer.status < 500, "{operation:?}: {}", answer.text);
            succeeded += usize::from(answer.status < 300);
            // Some of it was deleted.
            if round % 10 == 9 {
                own = world.objects_in(OTHER).await;
            }
        }
        assert!(succeeded > 20, "seed {seed}: {succeeded} acts were done");
        assert_eq!(dump(&world, &world.acme_id), before, "seed {seed}");
    }
    world.herald.stop().await;
}

fn names_an_object(operation: Operation) -> bool {
    operation.path().matches('{').count() > 1 && operation.path().contains("{organization}")
}

fn with_objects(operation: Operation, organization: &str, objects: &Objects, world: &World) -> String {
    operation
        .path()
        .replace("{organization}", organization)
        .replace("{webhook}", &objects.webhook)
        .replace("{group}", &objects.group)
        .replace("{user}", &objects.user)
        .replace("{delivery}", &world.delivery)
        .replace("{job}", &world.job)
        .replace(['{', '}'], "")
}

async fn keyed(world: &World, client: &Client) -> Client {
    let made = client.post("/api/apikeys", json!({})).await.ok();
    world.herald.client().authorized(&format!("Bearer {}", text(&made["key"])))
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Every row that is an organization's, as it lies in the file.
fn dump(world: &World, organization: &str) -> Vec<String> {
    const OF_USERS: &str = "user_id IN (SELECT id FROM users WHERE organization_id = ?1)";
    const OF_GROUPS: &str = "group_id IN (SELECT id FROM groups WHERE organization_id = ?1)";
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let path: &Path = world.herald.folder.path();
    let file = Connection::open_with_flags(path.join("herald.db"), flags).expect("it opens");
    let of_webhooks = "webhook_seq IN (SELECT seq FROM webhooks WHERE organization_id = ?1)";
    let mut rows = Vec::new();
    for (table, filter) in [
        ("organizations", "id = ?1"),
        ("users", "organization_id = ?1"),
        ("groups", "organization_id = ?1"),
        ("webhooks", "organization_id = ?1"),
        ("events", "organization_id = ?1"),
        ("deliveries", of_webhooks),
        ("group_members", OF_GROUPS),
        ("group_roles", OF_GROUPS),
        ("api_keys", OF_USERS),
        ("sessions", OF_USERS),
        ("password_resets", OF_USERS),
    ] {
        let sql = format!("SELECT * FROM {table} WHERE {filter} ORDER BY 1, 2");
        let mut statement = file.prepare(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let columns = statement.column_count();
        let found = statement
            .query_map([organization], |row| (0..columns).map(|index| row.get::<_, Column>(index)).collect())
            .expect("readable");
        rows.extend(found.map(|row: Result<Vec<Column>, _>| format!("{table} {:?}", row.expect("a row"))));
    }
    rows
}

/// The same numbers for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let index = usize::try_from(self.next()).expect("31 bits") % all.len();
        &all[index]
    }
}

/// The password that everybody has here is in no row.
#[tokio::test]
async fn no_row_holds_a_password_or_a_key_as_it_is() {
    let world = World::start().await;
    let member = world.client(Caller::Member);
    let key = member.post("/api/apikeys", json!({})).await.ok();
    let rows = dump(&world, &world.acme_id).join("\n");
    let token = member.cookies().split_once('=').expect("a cookie").1.to_owned();
    for secret in [PASSWORD, text(&key["key"]), &token] {
        assert!(!rows.contains(secret), "{secret}");
    }
    world.herald.stop().await;
}
