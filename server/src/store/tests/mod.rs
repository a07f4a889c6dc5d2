//! The store's own promises: its plans, its CHECKs, its writer. Real files in a folder that goes with the test.

mod access;
mod activity;
mod checks;
mod completing;
mod feed;
mod grouping;
mod intake;
mod jobs;
mod keys;
mod list_plans;
mod opening;
mod pages;
mod plans;
mod retention;
mod sessions;
mod webhook_lists;
mod writing;

use std::path::PathBuf;

use async_trait::async_trait;
use domain::{
    Attempt, CustomHeaders, Description, EventType, Name, OrganizationId, Payload, Secret, Timestamp,
    Trigger, UserId, WebhookId, WebhookName,
};
use sqlx::Row;
use tempfile::TempDir;

use super::{
    ActedBy, KeySource, NewWebhookRow, OpenError, Store, StoreError, StoredOrganization, group::Group,
    writer::Write,
};
use crate::clock::Clock;

const NOW: Timestamp = Timestamp::from_unix_ms(1_795_528_931_204);

/// A store in a folder of its own.
struct TestStore {
    store: Store,
    folder: TempDir,
}

impl TestStore {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(&folder).await.expect("a new database opens");
        Self { store, folder }
    }

    fn path(&self) -> PathBuf {
        database(&self.folder)
    }

    async fn organization(&self, text: &str) -> StoredOrganization {
        self.store.create_organization(name(text), by()).await.expect("the name is free")
    }

    async fn webhook(&self, organization: OrganizationId, text: &str) -> WebhookId {
        let new = NewWebhookRow {
            owner: organization.into(),
            event_type: EventType::UserLogin,
            name: WebhookName::parse(text).expect("a name"),
            url: "https://hooks.example.com/".to_owned(),
            description: Description::parse("").expect("may be empty"),
            enabled: true,
            headers: CustomHeaders::default(),
            secret: Secret::from_bytes(&[7; 32]).expect("32 bytes"),
        };
        self.store.create_webhook(new, by()).await.expect("the name is free").webhook.id
    }

    /// Gives the webhook of this row so many deliveries of one event in a state.
    async fn deliveries(&self, webhook: i64, state: &str, count: usize) {
        let due_at = if state == "pending" { "1" } else { "NULL" };
        let delivered_at = if state == "delivered" { "1" } else { "NULL" };
        for sql in [
            "INSERT INTO events (id, organization_id, type, payload, happened_at)
             SELECT lower(hex(randomblob(12))), id, 'USER_LOGIN', '{\"username\":\"demo\"}', 1 FROM organizations LIMIT 1"
                .to_owned(),
            format!(
                "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
                 INSERT INTO deliveries (id, event_seq, webhook_seq, state, head, due_at, created_at, delivered_at)
                 SELECT lower(hex(randomblob(12))), (SELECT max(seq) FROM events), {webhook}, '{state}', '{{', {due_at}, 1,
                        {delivered_at}
                 FROM n"
            ),
        ] {
            self.execute(sql).await.expect("stored");
        }
    }

    /// Through the writer, as everything that changes the file.
    async fn execute(&self, sql: impl Into<String>) -> Result<(), StoreError> {
        self.store.writer.write(Sql(sql.into())).await
    }

    async fn number(&self, sql: impl Into<String>) -> i64 {
        let sql = sqlx::AssertSqlSafe(sql.into());
        sqlx::query_scalar(sql).fetch_one(&self.store.readers).await.expect("a number")
    }

    /// The steps of a query's plan.
    async fn plan(&self, sql: &str) -> Vec<String> {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let rows = sqlx::query(explain).fetch_all(&self.store.readers).await.expect("a plan");
        rows.iter().map(|row| row.get("detail")).collect()
    }
}

async fn open(folder: &TempDir) -> Result<Store, OpenError> {
    let key = KeySource::File(folder.path().join("herald.db.key"));
    Store::open(&database(folder), key, Clock::given(NOW)).await
}

fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("herald.db")
}

/// Whoever it was.
fn by() -> ActedBy {
    ActedBy::system()
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

/// A log in of somebody; who it was is of no interest to the outbox.
fn login() -> Payload {
    Payload::UserLogin {
        username: "demo".to_owned(),
        email: "demo@parallelworks.com".to_owned(),
        user_id: UserId::from_bytes([1; 12]),
        organization: "parallelworks".to_owned(),
    }
}

/// A first attempt in its schedule, of which no more is said.
fn attempt() -> Attempt {
    Attempt {
        number: 1,
        trigger: Trigger::Scheduled,
        started_at: NOW,
        duration_ms: 1,
        status: None,
        error_class: None,
        error_text: None,
        url: "https://hooks.example.com/".to_owned(),
        signature: String::new(),
        custom_headers: Vec::new(),
        response: None,
    }
}

/// One statement as a write of its own.
struct Sql(String);

#[async_trait]
impl Write for Sql {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        sqlx::query(sqlx::AssertSqlSafe(self.0.clone())).execute(&mut *group.connection).await?;
        Ok(())
    }
}

/// Records a log in for an organization, whether there is one or not: that comes out when the group is flushed.
struct Record(OrganizationId);

#[async_trait]
impl Write for Record {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        group.record(self.0, login());
        Ok(())
    }
}
