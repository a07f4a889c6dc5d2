//! The grouped writer: many writes, few commits, and each writer gets the answer to its own.

use std::path::Path;

use async_trait::async_trait;
use domain::{OrganizationId, limits::INSERTED_ROWS_MAX};
use futures::future::join_all;

use super::{Record, TestStore, login, name};
use crate::store::{NewEvent, Published, StoreError, group::Group, writer::Write};

const MANY: usize = 100;
/// A tenth would do; on one thread all of them wait before the writer gets its turn.
const COMMITS_MAX: usize = MANY / 10;

/// Counts the commits in the log, which is short enough here never to have been begun anew.
/// <https://sqlite.org/fileformat2.html#the_write_ahead_log>: a frame that ends a transaction says how long the file is now.
fn commits(database: &Path) -> usize {
    let log = std::fs::read(database.with_extension("db-wal")).expect("a log");
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().expect("four bytes"));
    let (page_bytes, salt) = (number(8) as usize, &log[16..24]);
    let frames = (32..log.len()).step_by(24 + page_bytes);
    frames.take_while(|at| &log[at + 8..at + 16] == salt).filter(|at| number(at + 4) != 0).count()
}

/// Does half of its work, then is refused.
struct Half(OrganizationId);

#[async_trait]
impl Write for Half {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        sqlx::query("UPDATE organizations SET seats = 7").execute(&mut *group.connection).await?;
        group.record(self.0, login());
        Err(StoreError::Refused("half way".to_owned()))
    }
}

#[tokio::test]
async fn many_at_once_take_few_commits() {
    let store = TestStore::open().await;
    let before = commits(&store.path());
    let made =
        join_all((0..MANY).map(|n| store.store.create_organization(name(&format!("org-{n}")), super::by())))
            .await;
    for (n, organization) in made.into_iter().enumerate() {
        assert_eq!(organization.expect("the name is free").name, format!("org-{n}"));
    }
    let took = commits(&store.path()) - before;
    assert!((1..=COMMITS_MAX).contains(&took), "{MANY} writes took {took} commits");

    let before = commits(&store.path());
    for n in 0..3 {
        store.organization(&format!("alone-{n}")).await;
    }
    assert_eq!(commits(&store.path()) - before, 3, "one after the other: nothing waits for company");
}

#[tokio::test]
async fn each_gets_its_own_answer() {
    let store = TestStore::open().await;
    // Every name twice: who comes second is refused, in the same group as the first.
    let answers = join_all(
        (0..20).map(|n| store.store.create_organization(name(&format!("org-{}", n / 2)), super::by())),
    )
    .await;
    for (n, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(organization) => assert_eq!((n % 2, organization.name), (0, format!("org-{}", n / 2))),
            Err(error) => {
                assert!(n % 2 == 1 && matches!(error, StoreError::Taken("organizationName", _)), "{error}")
            }
        }
    }
    assert_eq!(store.number("SELECT count(*) FROM organizations").await, 10);
}

#[tokio::test]
async fn one_refused_leaves_nothing_behind_and_does_not_touch_the_others() {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    let record = || store.store.writer.write(Record(organization));
    let (first, refused, second) =
        tokio::join!(record(), store.store.writer.write(Half(organization)), record());
    assert!(first.is_ok() && second.is_ok());
    assert!(matches!(refused, Err(StoreError::Refused(why)) if why == "half way"));
    let alone = store.store.writer.write(Half(organization)).await;
    assert!(matches!(alone, Err(StoreError::Refused(_))));
    assert_eq!(store.number("SELECT count(*) FROM organizations WHERE seats IS NOT NULL").await, 0);
    assert_eq!(store.number("SELECT count(*) FROM events").await, 2);
    assert_eq!(store.number("SELECT last_sequence FROM organizations").await, 2);
}

#[tokio::test]
async fn one_that_breaks_the_whole_group_is_found_and_the_others_go_through() {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    let nowhere = OrganizationId::from_bytes([0; 12]);
    let before = commits(&store.path());
    let bad = 5;
    let writes =
        (0..MANY).map(|n| store.store.writer.write(Record(if n == bad { nowhere } else { organization })));
    let answers = join_all(writes).await;
    for (n, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(()) => assert_ne!(n, bad),
            Err(StoreError::Sqlite(error)) => {
                assert_eq!(n, bad);
                assert!(error.to_string().contains("FOREIGN KEY"), "{error}");
            }
            Err(other) => panic!("{n}: {other}"),
        }
    }
    let count = store.number("SELECT count(*) FROM events").await;
    assert_eq!(count, MANY as i64 - 1);
    assert_eq!(store.number("SELECT max(sequence) FROM events").await, count, "the numbers have no gap");
    assert_eq!(store.number("SELECT last_sequence FROM organizations").await, count);
    let took = commits(&store.path()) - before;
    assert!((2..=2 * COMMITS_MAX).contains(&took), "by halves, not one by one: {took} commits");
    assert!(store.store.is_writable());
    store.organization("acme").await;
}

#[tokio::test]
async fn a_full_disk_refuses_for_now_and_the_writer_goes_on_afterwards() {
    let store = TestStore::open().await;
    // As many pages as there are: the next one finds the disk full.
    store.execute("PRAGMA max_page_count = 1").await.expect("a limit");
    let fill = |n: usize| store.execute(format!("INSERT INTO settings VALUES ('big-{n}', zeroblob(100000))"));
    let (first, second) = tokio::join!(fill(1), fill(2));
    for refused in [first, second, fill(3).await] {
        assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    }
    assert!(store.store.is_writable(), "it is not lost, only full");
    store.execute("PRAGMA max_page_count = 1000000").await.expect("room again");
    fill(4).await.expect("there is room");
    store.organization("acme").await;
    assert_eq!(store.number("SELECT count(*) FROM settings WHERE name LIKE 'big-%'").await, 1);
}

#[tokio::test]
async fn what_is_too_big_is_refused_alone_and_the_writer_goes_on() {
    let store = TestStore::open().await;
    // SQLite takes a thousand million bytes as one value.
    let too_big = || store.execute("INSERT INTO settings VALUES ('big', zeroblob(1000000001))");
    let (refused, made) = tokio::join!(too_big(), store.organization("parallelworks"));
    assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
    let alone = too_big().await;
    assert!(matches!(alone, Err(StoreError::Database(_))), "{alone:?}");
    assert!(store.store.is_writable());
    store.organization(&format!("{}-2", made.name)).await;
}

#[tokio::test]
async fn an_event_for_more_webhooks_than_one_statement_inserts_is_told_to_each_once() {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    store.webhook(organization, "demo").await;
    let webhooks = INSERTED_ROWS_MAX + 1;
    store
        .execute(format!(
            "WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < {webhooks})
             INSERT INTO webhooks (id, organization_id, name, name_key, type, url, description, enabled, secret, created_at)
             SELECT printf('%024x', n), organization_id, n, n, type, url, '', 1, secret, 1 FROM webhooks, n"
        ))
        .await
        .expect("many webhooks");
    store.store.writer.write(Record(organization)).await.expect("an event");
    for count in ["count(*)", "count(DISTINCT webhook_seq)", "max(seq)"] {
        let sql = format!("SELECT {count} FROM deliveries WHERE state = 'pending'");
        assert_eq!(store.number(sql).await, webhooks as i64, "{count}");
    }
}

fn logged_in(organization_id: OrganizationId) -> Vec<NewEvent> {
    vec![NewEvent { organization_id, payload: login(), idempotency_key: None }]
}

#[tokio::test]
async fn one_published_event_that_breaks_its_group_leaves_no_gap_in_the_numbers() {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    let nowhere = OrganizationId::from_bytes([0; 12]);
    store.store.publish(logged_in(organization)).await.expect("stored");
    let bad = 7;
    let publish = |n| store.store.publish(logged_in(if n == bad { nowhere } else { organization }));
    let before = commits(&store.path());
    for (n, answer) in join_all((0..MANY).map(publish)).await.into_iter().enumerate() {
        assert_eq!(answer.is_err(), n == bad, "{n}: {answer:?}");
    }
    let took = commits(&store.path()) - before;
    assert!((2..=2 * COMMITS_MAX).contains(&took), "by halves, not one by one: {took} commits");
    store.store.publish(logged_in(organization)).await.expect("stored");
    let count = MANY as i64 + 1;
    for sql in [
        "SELECT count(*) FROM events",
        "SELECT max(seq) FROM events",
        "SELECT max(sequence) FROM events",
        "SELECT last_sequence FROM organizations",
    ] {
        assert_eq!(store.number(sql).await, count, "{sql}");
    }
}

#[tokio::test]
async fn what_the_writer_remembers_is_forgotten_when_anything_else_is_written() {
    let store = TestStore::open().await;
    let organization = store.organization("parallelworks").await.id;
    let mut expected = Vec::new();
    for (change, deliveries) in [
        ("UPDATE organizations SET last_sequence = 9", 0),
        ("UPDATE webhooks SET enabled = 0", 1),
        ("UPDATE webhooks SET deleted_at = 1", 1),
        (
            "INSERT INTO events (seq, id, organization_id, type, payload, happened_at)
          SELECT 99, '000000000000000000000099', id, 'USER_LOGIN', '{}', 1 FROM organizations",
            0,
        ),
    ] {
        let answer = store.store.publish(logged_in(organization)).await.expect("stored");
        assert!(
            matches!(answer[..], [Published::Accepted { deliveries: told, .. }] if told == deliveries),
            "{change}"
        );
        store.execute(change).await.expect("a change");
        if expected.is_empty() {
            store.webhook(organization, "demo").await;
        }
        expected.push(deliveries);
    }
    store.store.publish(logged_in(organization)).await.expect("stored");
    assert_eq!(store.number("SELECT max(seq) FROM events").await, 100);
    assert_eq!(store.number("SELECT min(sequence) FROM events WHERE sequence > 1").await, 10);
    assert_eq!(store.number("SELECT count(*) FROM deliveries WHERE state = 'pending'").await, 1);
    assert_eq!(store.number("SELECT count(*) FROM deliveries WHERE state = 'held'").await, 1);
}
