//! What came of attempts, written for a whole group at once.

use std::{collections::HashMap, sync::Arc};

use domain::{
    Act, Attempt, ErrorClass, Timestamp, Verdict,
    limits::{DISABLE_AFTER, DISABLE_FAILURES_MIN},
};
use serde_json::json;
use sqlx::FromRow;

use super::{
    Change, StoreError, activity,
    audit::{ActedBy, AuditEntry, Changes, Target},
    direct::{Sql, or_null},
    group::{Flushed, Group, Rows},
    inbox::Weight,
    parsed, to_json,
    webhook_changes::hold_pending,
    writer::Collect,
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

pub(super) struct Complete(pub(super) Arc<Completion>);

impl Collect for Complete {
    type Output = ();

    fn collect(&mut self, rows: &mut Rows) {
        rows.completions.push(Arc::clone(&self.0));
    }

    /// A failure may lead to its webhook being disabled.
    fn is_plain(&self) -> bool {
        self.0.verdict == Verdict::Delivered
    }

    fn weight(&self) -> Weight {
        let kept = self.0.attempt.response.as_ref().map_or(0, |response| {
            let headers = response.headers.iter().map(|(name, value)| name.len() + value.len());
            response.body.len() + headers.sum::<usize>()
        });
        Weight { events: 0, bytes: kept }
    }

    fn settle(self, _flushed: &Flushed) {}
}

/// Writes all completions of a group: one statement for the attempts, one for the deliveries, one for what is counted, one for the webhooks.
pub(super) fn insert(
    sql: &Sql<'_>,
    completions: &[Arc<Completion>],
    records: &Records,
) -> Result<(), StoreError> {
    insert_attempts(sql, completions)?;
    update_deliveries(sql, completions)?;
    activity::count(sql, completions)?;
    update_webhooks(sql, records)
}

/// Disables webhooks whose receivers are gone or have failed too often, once all is written.
pub(super) async fn disable(
    group: &mut Group<'_>,
    completions: &[Arc<Completion>],
    records: &Records,
) -> Result<(), StoreError> {
    disable_gone(group, completions).await?;
    disable_failing(group, records).await
}

pub(super) fn insert_attempts(sql: &Sql<'_>, completions: &[Arc<Completion>]) -> Result<(), StoreError> {
    sql.execute_rows(
        "INSERT INTO attempts (delivery_seq, number, trigger, started_at, duration_ms, url, status, error_class,
                               error_text, response_headers, response_body, response_cut, signature, custom_headers)
         SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL",
        completions,
        |completion| {
            let Completion { key, attempt, .. } = &**completion;
            let response = attempt.response.as_ref();
            let custom_headers = Some(&attempt.custom_headers).filter(|names| !names.is_empty());
            [
                (*key).into(),
                attempt.number.into(),
                attempt.trigger.as_str().into(),
                attempt.started_at.unix_ms().into(),
                i64::try_from(attempt.duration_ms).unwrap_or(i64::MAX).into(),
                attempt.url.as_str().into(),
                or_null(attempt.status),
                or_null(attempt.error_class.map(ErrorClass::as_str)),
                or_null(attempt.error_text.as_deref()),
                or_null(response.map(|response| to_json(&response.headers))),
                or_null(response.map(|response| response.body.as_str())),
                or_null(response.map(|response| response.truncated)),
                attempt.signature.as_str().into(),
                or_null(custom_headers.map(to_json)),
            ]
        },
    )
}

pub(super) const UPDATE_DELIVERIES: &str = "
    UPDATE deliveries
     SET attempts = c.attempts, delivered_at = coalesce(c.delivered_at, deliveries.delivered_at),
         state = CASE WHEN c.state = 'delivered' THEN c.state
                      WHEN deliveries.schedule_from <> c.schedule_from OR deliveries.trigger <> c.trigger THEN deliveries.state
                      WHEN deliveries.state = 'pending' OR (deliveries.state = 'held' AND c.state = 'failed') THEN c.state
                      ELSE deliveries.state END,
         due_at = CASE WHEN deliveries.state <> 'pending' OR c.state = 'delivered' THEN NULL
                       WHEN deliveries.schedule_from <> c.schedule_from OR deliveries.trigger <> c.trigger
                           THEN deliveries.due_at
                       ELSE c.due_at END,
         trigger = CASE WHEN deliveries.schedule_from <> c.schedule_from OR deliveries.trigger <> c.trigger
                            THEN deliveries.trigger
                        ELSE 'scheduled' END
     FROM (SELECT column1 AS seq, column2 AS attempts, column3 AS state, column4 AS due_at, column5 AS delivered_at,
                  column6 AS schedule_from, column7 AS trigger
           FROM (VALUES {rows}) WHERE column1 IS NOT NULL) AS c
     WHERE deliveries.seq = c.seq";

/// What was delivered is delivered, whatever happened meanwhile; a delivery that was cancelled, held or begun anew stays so
/// otherwise.
fn update_deliveries(sql: &Sql<'_>, completions: &[Arc<Completion>]) -> Result<(), StoreError> {
    sql.execute_rows(UPDATE_DELIVERIES, completions, |completion| {
        let (state, due_at, delivered_at) = match completion.verdict {
            Verdict::Delivered => ("delivered", None, Some(completion.ended_at.unix_ms())),
            Verdict::RetryAt(at) => ("pending", Some(at.unix_ms()), None),
            Verdict::Failed | Verdict::Gone => ("failed", None, None),
        };
        [
            completion.key.into(),
            completion.attempt.number.into(),
            state.into(),
            or_null(due_at),
            or_null(delivered_at),
            completion.schedule_from.into(),
            completion.attempt.trigger.as_str().into(),
        ]
    })
}

/// What a group's attempts say of each webhook.
pub(super) struct Records {
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
    pub(super) fn of(completions: &[Arc<Completion>]) -> Self {
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

    pub(super) fn retain(&mut self, mut keep: impl FnMut(i64) -> bool) {
        self.by_webhook.retain(|webhook, _| keep(*webhook));
    }

    pub(super) fn any_failure(&self) -> bool {
        self.by_webhook.values().any(|record| record.failures > 0)
    }
}

pub(super) const UPDATE_WEBHOOKS: &str = "
    UPDATE webhooks
     SET failures = CASE WHEN c.succeeded THEN c.failures ELSE webhooks.failures + c.failures END,
         failing_since = CASE WHEN c.succeeded THEN c.since ELSE coalesce(webhooks.failing_since, c.since) END
     FROM (SELECT column1 AS seq, column2 AS succeeded, column3 AS failures, column4 AS since
           FROM (VALUES {rows}) WHERE column1 IS NOT NULL) AS c
     WHERE webhooks.seq = c.seq AND (c.failures > 0 OR webhooks.failures > 0)";

/// A webhook that was healthy and stays so is not written.
fn update_webhooks(sql: &Sql<'_>, records: &Records) -> Result<(), StoreError> {
    let rows: Vec<_> = records.by_webhook.iter().collect();
    sql.execute_rows(UPDATE_WEBHOOKS, &rows, |(seq, record)| {
        let since = record.failing_since.map(Timestamp::unix_ms);
        [(**seq).into(), record.succeeded.into(), record.failures.into(), or_null(since)]
    })
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
async fn disable_gone(group: &mut Group<'_>, completions: &[Arc<Completion>]) -> Result<(), StoreError> {
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
