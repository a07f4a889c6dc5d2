//! What came of attempts, written for a whole group at once.

use async_trait::async_trait;
use domain::{Attempt, Timestamp, Verdict, WebhookId};
use serde_json::{Value, json};

use super::{StoreError, outbox::Group, webhook_changes::hold_pending, writer::Write};

/// An attempt that was made, and what it means for its delivery.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The delivery's row.
    pub key: i64,
    pub webhook_id: WebhookId,
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
}

/// Writes all completions of a group: one statement for the attempts, one for the deliveries.
pub(super) async fn complete(group: &mut Group<'_>, completions: &[Completion]) -> Result<(), StoreError> {
    insert_attempts(group, completions).await?;
    update_deliveries(group, completions).await?;
    disable_gone(group, completions).await?;
    group.wake();
    Ok(())
}

async fn insert_attempts(group: &mut Group<'_>, completions: &[Completion]) -> Result<(), StoreError> {
    let rows: Vec<Value> = completions
        .iter()
        .map(|Completion { key, attempt, .. }| {
            let response = attempt.response.as_ref();
            json!([
                key,
                attempt.number,
                attempt.trigger,
                attempt.started_at.unix_ms(),
                attempt.duration_ms,
                attempt.url,
                attempt.status,
                attempt.error_class,
                attempt.error_text,
                response.map(|response| json!(response.headers).to_string()),
                response.map(|response| &response.body),
                response.map(|response| u8::from(response.truncated)),
            ])
        })
        .collect();
    sqlx::query(
        "INSERT INTO attempts (delivery_seq, number, trigger, started_at, duration_ms, url, status, error_class,
                               error_text, response_headers, response_body, response_cut)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
                value ->> 8, value ->> 9, value ->> 10, value ->> 11
         FROM json_each(?)",
    )
    .bind(Value::from(rows).to_string())
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}

/// What was delivered is delivered, whatever happened meanwhile; a delivery that was cancelled or held stays so otherwise.
async fn update_deliveries(group: &mut Group<'_>, completions: &[Completion]) -> Result<(), StoreError> {
    let rows: Vec<Value> = completions
        .iter()
        .map(|completion| {
            let (state, due_at, delivered_at) = match completion.verdict {
                Verdict::Delivered => ("delivered", None, Some(completion.ended_at.unix_ms())),
                Verdict::RetryAt(at) => ("pending", Some(at.unix_ms()), None),
                Verdict::Failed | Verdict::Gone => ("failed", None, None),
            };
            json!([completion.key, completion.attempt.number, state, due_at, delivered_at])
        })
        .collect();
    sqlx::query(
        "UPDATE deliveries SET attempts = done.attempts, state = done.state, due_at = done.due_at,
                               delivered_at = done.delivered_at
         FROM (SELECT d.seq, c.attempts,
                      CASE WHEN c.state = 'delivered' OR d.state = 'pending' OR (d.state = 'held' AND c.state = 'failed')
                           THEN c.state ELSE d.state END AS state,
                      CASE WHEN d.state = 'pending' THEN c.due_at END AS due_at,
                      c.delivered_at
               FROM (SELECT value ->> 0 AS seq, value ->> 1 AS attempts, value ->> 2 AS state, value ->> 3 AS due_at,
                            value ->> 4 AS delivered_at FROM json_each(?)) AS c
               JOIN deliveries AS d ON d.seq = c.seq) AS done
         WHERE deliveries.seq = done.seq",
    )
    .bind(Value::from(rows).to_string())
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}

/// 410 says that nobody listens there any more: the webhook is disabled and what waits for it is held.
async fn disable_gone(group: &mut Group<'_>, completions: &[Completion]) -> Result<(), StoreError> {
    let gone: Vec<WebhookId> = completions
        .iter()
        .filter(|completion| completion.verdict == Verdict::Gone)
        .map(|completion| completion.webhook_id)
        .collect();
    if gone.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE webhooks SET enabled = 0, disabled_reason = 'The receiver answered 410 Gone: it wants no more.'
         WHERE enabled = 1 AND id IN (SELECT value FROM json_each(?))",
    )
    .bind(json!(gone).to_string())
    .execute(&mut *group.connection)
    .await?;
    hold_pending(group, &gone).await
}
