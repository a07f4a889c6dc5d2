//! What came of attempts, written for a whole group at once.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{
    Act, Attempt, Timestamp, Trigger, Verdict,
    limits::{DISABLE_AFTER, DISABLE_FAILURES_MIN},
};
use serde::Serialize;
use serde_json::json;
use sqlx::FromRow;

use super::{
    Change, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target},
    group::Group,
    inbox::Weight,
    parsed, to_json,
    webhook_changes::hold_pending,
    writer::Write,
};

/// An attempt that was made, and what it means for its delivery.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The delivery's row.
    pub key: i64,
    /// The webhook's row.
    pub webhook: i64,
    /// Where the schedule began when the attempt was taken up: a redelivery meanwhile has begun another.
    pub schedule_from: u32,
    pub attempt: Attempt,
    pub verdict: Verdict,
    /// When the answer came.
    pub ended_at: Timestamp,
}

pub(super) struct Complete(pub(super) Completion);

#[async_trait]
impl Write for Complete {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        group.complete(self.0.clone());
        Ok(())
    }

    fn only_collects(&self) -> bool {
        true
    }

    fn weight(&self) -> Weight {
        let kept = self.0.attempt.response.as_ref().map_or(0, |response| {
            let headers = response.headers.iter().map(|(name, value)| name.len() + value.len());
            response.body.len() + headers.sum::<usize>()
        });
        Weight { events: 0, bytes: kept }
    }
}

/// Writes all completions of a group: one statement for the attempts, one for the deliveries, one for the webhooks.
pub(super) async fn complete(group: &mut Group<'_>, completions: Vec<Completion>) -> Result<(), StoreError> {
    insert_attempts(group, &completions).await?;
    update_deliveries(group, &completions).await?;
    let records = Records::of(&completions);
    update_webhooks(group, &records).await?;
    if records.any_failure() {
        disable_gone(group, &completions).await?;
        disable_failing(group, &records).await?;
    }
    Ok(())
}

#[derive(Serialize)]
struct AttemptRow<'a>(
    i64,
    u32,
    Trigger,
    i64,
    u64,
    &'a str,
    Option<u16>,
    Option<domain::ErrorClass>,
    Option<&'a str>,
    Option<String>,
    Option<&'a str>,
    Option<u8>,
    &'a str,
    Option<String>,
);

pub(super) async fn insert_attempts(
    group: &mut Group<'_>,
    completions: &[Completion],
) -> Result<(), StoreError> {
    let rows: Vec<AttemptRow<'_>> = completions.iter().map(attempt_row).collect();
    sqlx::query(
        "INSERT INTO attempts (delivery_seq, number, trigger, started_at, duration_ms, url, status, error_class,
                               error_text, response_headers, response_body, response_cut, signature, custom_headers)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
                value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13
         FROM json_each(?)",
    )
    .bind(to_json(&rows))
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}

fn attempt_row(completion: &Completion) -> AttemptRow<'_> {
    let Completion { key, attempt, .. } = completion;
    let response = attempt.response.as_ref();
    AttemptRow(
        *key,
        attempt.number,
        attempt.trigger,
        attempt.started_at.unix_ms(),
        attempt.duration_ms,
        &attempt.url,
        attempt.status,
        attempt.error_class,
        attempt.error_text.as_deref(),
        response.map(|response| to_json(&response.headers)),
        response.map(|response| response.body.as_str()),
        response.map(|response| u8::from(response.truncated)),
        &attempt.signature,
        Some(&attempt.custom_headers).filter(|names| !names.is_empty()).map(to_json),
    )
}

/// What was delivered is delivered, whatever happened meanwhile; a delivery that was cancelled, held or begun anew stays so
/// otherwise.
async fn update_deliveries(group: &mut Group<'_>, completions: &[Completion]) -> Result<(), StoreError> {
    let rows: Vec<_> = completions
        .iter()
        .map(|completion| {
            let (state, due_at, delivered_at) = match completion.verdict {
                Verdict::Delivered => ("delivered", None, Some(completion.ended_at.unix_ms())),
                Verdict::RetryAt(at) => ("pending", Some(at.unix_ms()), None),
                Verdict::Failed | Verdict::Gone => ("failed", None, None),
            };
            let Completion { key, attempt, schedule_from, .. } = completion;
            (key, attempt.number, state, due_at, delivered_at, schedule_from, attempt.trigger)
        })
        .collect();
    sqlx::query(
        "UPDATE deliveries SET attempts = done.attempts, state = done.state, due_at = done.due_at,
                               delivered_at = done.delivered_at, trigger = done.trigger
         FROM (SELECT d.seq, c.attempts, c.delivered_at,
                      CASE WHEN c.state = 'delivered' THEN c.state
                           WHEN d.schedule_from <> c.schedule_from OR d.trigger <> c.trigger THEN d.state
                           WHEN d.state = 'pending' OR (d.state = 'held' AND c.state = 'failed') THEN c.state
                           ELSE d.state END AS state,
                      CASE WHEN d.state <> 'pending' OR c.state = 'delivered' THEN NULL
                           WHEN d.schedule_from <> c.schedule_from OR d.trigger <> c.trigger THEN d.due_at
                           ELSE c.due_at END AS due_at,
                      CASE WHEN d.schedule_from <> c.schedule_from OR d.trigger <> c.trigger THEN d.trigger
                           ELSE 'scheduled' END AS trigger
               FROM (SELECT value ->> 0 AS seq, value ->> 1 AS attempts, value ->> 2 AS state, value ->> 3 AS due_at,
                            value ->> 4 AS delivered_at, value ->> 5 AS schedule_from, value ->> 6 AS trigger
                     FROM json_each(?)) AS c
               JOIN deliveries AS d ON d.seq = c.seq) AS done
         WHERE deliveries.seq = done.seq",
    )
    .bind(to_json(&rows))
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}

/// What a group's attempts say of each webhook.
struct Records {
    by_webhook: HashMap<i64, Record>,
}

#[derive(Default)]
struct Record {
    succeeded: bool,
    /// After the last success.
    failures: u32,
    failing_since: Option<Timestamp>,
}

impl Records {
    fn of(completions: &[Completion]) -> Self {
        let mut by_webhook: HashMap<i64, Record> = HashMap::new();
        for completion in completions {
            let record = by_webhook.entry(completion.webhook).or_default();
            if completion.verdict == Verdict::Delivered {
                *record = Record { succeeded: true, ..Record::default() };
            } else {
                record.failures += 1;
                record.failing_since = record.failing_since.or(Some(completion.attempt.started_at));
            }
        }
        Self { by_webhook }
    }

    fn any_failure(&self) -> bool {
        self.by_webhook.values().any(|record| record.failures > 0)
    }
}

/// A webhook that was healthy and stays so is not written.
async fn update_webhooks(group: &mut Group<'_>, records: &Records) -> Result<(), StoreError> {
    let rows: Vec<_> = records
        .by_webhook
        .iter()
        .map(|(seq, record)| {
            (seq, record.succeeded, record.failures, record.failing_since.map(Timestamp::unix_ms))
        })
        .collect();
    sqlx::query(
        "UPDATE webhooks
         SET failures = CASE WHEN c.succeeded THEN c.failures ELSE webhooks.failures + c.failures END,
             failing_since = CASE WHEN c.succeeded THEN c.since ELSE coalesce(webhooks.failing_since, c.since) END
         FROM (SELECT value ->> 0 AS seq, value ->> 1 AS succeeded, value ->> 2 AS failures, value ->> 3 AS since
               FROM json_each(?)) AS c
         WHERE webhooks.seq = c.seq AND (c.failures > 0 OR webhooks.failures > 0)",
    )
    .bind(to_json(&rows))
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct DisabledRow {
    seq: i64,
    id: String,
    organization_id: String,
    name: String,
    disabled_reason: String,
}

/// 410 says that nobody listens there any more: the webhook is disabled and what waits for it is held. Not if it has got
/// another URL meanwhile.
async fn disable_gone(group: &mut Group<'_>, completions: &[Completion]) -> Result<(), StoreError> {
    let gone: Vec<(i64, &str)> = completions
        .iter()
        .filter(|completion| completion.verdict == Verdict::Gone)
        .map(|completion| (completion.webhook, completion.attempt.url.as_str()))
        .collect();
    if gone.is_empty() {
        return Ok(());
    }
    let rows: Vec<DisabledRow> = sqlx::query_as(
        "UPDATE webhooks SET enabled = 0, disabled_reason = 'The receiver answered 410 Gone: it wants no more.'
         FROM (SELECT value ->> 0 AS seq, value ->> 1 AS url FROM json_each(?)) AS gone
         WHERE webhooks.seq = gone.seq AND webhooks.url = gone.url AND enabled = 1
         RETURNING webhooks.seq, id, organization_id, name, disabled_reason",
    )
    .bind(to_json(&gone))
    .fetch_all(&mut *group.connection)
    .await?;
    after_disabling(group, rows).await
}

/// Both so many failed attempts and so much time without one success.
async fn disable_failing(group: &mut Group<'_>, records: &Records) -> Result<(), StoreError> {
    let failing: Vec<i64> =
        records.by_webhook.iter().filter(|(_, record)| record.failures > 0).map(|(seq, _)| *seq).collect();
    let days = DISABLE_AFTER.as_secs() / (24 * 60 * 60);
    let since_at_most = (group.steady_now - DISABLE_AFTER).unix_ms();
    let rows: Vec<DisabledRow> = sqlx::query_as(
        "UPDATE webhooks SET enabled = 0,
                disabled_reason = 'No attempt has succeeded for ' || ?1 || ' days: ' || failures || ' in a row have failed.'
         WHERE enabled = 1 AND failures >= ?2 AND failing_since <= ?3 AND seq IN (SELECT value FROM json_each(?4))
         RETURNING seq, id, organization_id, name, disabled_reason",
    )
    .bind(i64::try_from(days).unwrap_or(i64::MAX))
    .bind(DISABLE_FAILURES_MIN)
    .bind(since_at_most)
    .bind(json!(failing).to_string())
    .fetch_all(&mut *group.connection)
    .await?;
    after_disabling(group, rows).await
}

async fn after_disabling(group: &mut Group<'_>, rows: Vec<DisabledRow>) -> Result<(), StoreError> {
    for row in rows {
        tracing::warn!(webhook_id = row.id, reason = row.disabled_reason, "A webhook was disabled");
        let changes =
            Changes::default().change("enabled", true, false).set("disabledReason", row.disabled_reason);
        let (organization, target) =
            (parsed(&row.organization_id)?, Target::webhook(parsed(&row.id)?, &row.name));
        let entry = AuditEntry::new(organization, Act::DisableWebhook, &ActedBy::system(), target);
        group.audit(entry.with(changes));
        group.webhook_changed(row.seq, Change::Row);
        hold_pending(group, row.seq).await?;
    }
    Ok(())
}
