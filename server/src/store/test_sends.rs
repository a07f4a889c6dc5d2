//! Test sends: made at once, outside the queue, and stored with what came of them.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Act, Attempt, DeliveryId, EventId, EventType, OrganizationId, Timestamp, Trigger, Verdict, WebhookId,
    WebhookRef, body_head, sample_payload,
};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target},
    completions::{self, Completion},
    group::Group,
    lanes::RouteRow,
    outbox::{insert_test_event, last_rows},
    parsed,
    webhooks::Owner,
    writer::Write,
};
use crate::delivery::{Due, Route};

/// A test that is ready to be sent.
pub struct TestSend {
    pub route: Route,
    pub due: Due,
    pub event_type: EventType,
    organization: OrganizationId,
    name: String,
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    route: RouteRow,
    event_type: String,
    name: String,
    organization: String,
}

impl Store {
    /// Makes up a test for a webhook, which may be disabled. Nothing is stored yet.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Vault`] when a secret does not open.
    pub async fn prepare_test(
        &self,
        organization: impl Into<Owner>,
        webhook: WebhookId,
    ) -> Result<TestSend, StoreError> {
        let organization = organization.into();
        let row: Option<Row> = sqlx::query_as(
            "SELECT w.seq, w.id, w.organization_id, w.url, w.secret, w.previous_secret, w.previous_until, w.headers,
                    o.allowed_targets, w.type AS event_type, w.name, o.name AS organization
             FROM webhooks AS w JOIN organizations AS o ON o.id = w.organization_id
             WHERE w.id = ? AND w.organization_id = ? AND w.platform = ? AND w.deleted_at IS NULL",
        )
        .bind(webhook.to_string())
        .bind(organization.to_string())
        .bind(organization.platform)
        .fetch_optional(&self.readers)
        .await?;
        let row = row.ok_or(StoreError::NotFound("webhook"))?;
        let event_type: EventType = parsed(&row.event_type)?;
        let owner = WebhookRef { id: webhook, organization: &row.organization, name: &row.name };
        let due = Due {
            key: 0,
            id: self.ids.next(self.clock.now()),
            event_id: self.ids.next(self.clock.now()),
            event_time: self.clock.now(),
            sequence: None,
            attempts: 0,
            schedule_from: 0,
            trigger: Trigger::Test,
            head: body_head(event_type, owner).into(),
            payload: sample_payload(event_type, &row.organization).to_json().into(),
        };
        let name = row.name;
        Ok(TestSend {
            route: row.route.open(&self.vault)?,
            due,
            organization: organization.id,
            event_type,
            name,
        })
    }

    /// Stores a test that was sent. Its webhook may be gone by now; then nothing is stored.
    ///
    /// # Errors
    /// When nothing was stored.
    pub async fn record_test(
        &self,
        test: &TestSend,
        attempt: Attempt,
        succeeded: bool,
        ended_at: Timestamp,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        let verdict = if succeeded { Verdict::Delivered } else { Verdict::Failed };
        let webhook = test.route.webhook;
        let completion = Completion { key: 0, webhook, schedule_from: 0, attempt, verdict, ended_at };
        let record = RecordTest {
            delivery_id: test.due.id,
            event_id: test.due.event_id,
            event_type: test.event_type,
            organization: test.organization,
            event_time: test.due.event_time,
            head: Arc::clone(&test.due.head),
            payload: Arc::clone(&test.due.payload),
            completion,
            webhook: test.route.webhook_id,
            name: test.name.clone(),
            by,
        };
        self.writer.write(record).await
    }
}

struct RecordTest {
    delivery_id: DeliveryId,
    event_id: EventId,
    event_type: EventType,
    organization: OrganizationId,
    event_time: Timestamp,
    head: Arc<str>,
    payload: Arc<str>,
    completion: Completion,
    webhook: WebhookId,
    name: String,
    by: ActedBy,
}

#[async_trait]
impl Write for RecordTest {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let Completion { webhook, verdict, ended_at, .. } = self.completion;
        if !exists(group, webhook).await? {
            return Ok(());
        }
        let last = group.direct(last_rows).await?;
        let (event, delivery) = (last.event + 1, last.delivery + 1);
        insert_test_event(
            group,
            event,
            self.event_id,
            self.organization,
            self.event_type,
            &self.payload,
            self.event_time,
        )
        .await?;
        let delivered = verdict == Verdict::Delivered;
        sqlx::query(
            "INSERT INTO deliveries (seq, id, event_seq, webhook_seq, state, test, head, attempts, trigger, created_at,
                                     delivered_at)
             VALUES (?, ?, ?, ?, ?, 1, ?, 1, 'test', ?, ?)",
        )
        .bind(delivery)
        .bind(self.delivery_id.to_string())
        .bind(event)
        .bind(webhook)
        .bind(if delivered { "delivered" } else { "failed" })
        .bind(&*self.head)
        .bind(self.event_time.unix_ms())
        .bind(delivered.then_some(ended_at.unix_ms()))
        .execute(&mut *group.connection)
        .await?;
        let completion = Completion { key: delivery, ..self.completion.clone() };
        group.direct(move |sql| completions::insert_attempts(sql, &[completion.into()])).await?;
        let target = Target::webhook(self.webhook, &self.name);
        let changes = Changes::default().set("delivered", delivered);
        group.audit(AuditEntry::new(self.organization, Act::TestWebhook, &self.by, target).with(changes));
        Ok(())
    }

    fn changes_access(&self) -> bool {
        false
    }
}

async fn exists(group: &mut Group<'_>, webhook: i64) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM webhooks WHERE seq = ? AND deleted_at IS NULL)";
    Ok(sqlx::query_scalar(sql).bind(webhook).fetch_one(&mut *group.connection).await?)
}
