//! Which deliveries of a webhook a bulk job is for, and how many they are.

use domain::{DeliveryState, Timestamp, WebhookId, limits::MATCHED_SCAN_ROWS};
use sqlx::SqliteConnection;

use super::{
    Store, StoreError,
    delivery_lists::index_of,
    jobs::{JobAction, states},
    webhooks::Owner,
};

/// Which deliveries of a webhook.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    /// Empty: those that the action is for.
    pub states: Vec<DeliveryState>,
    /// Made from then on.
    pub since: Option<Timestamp>,
    /// Made before then.
    pub until: Option<Timestamp>,
}

impl Store {
    /// How many of a webhook's deliveries an action would be for; of each state, counted up to `most`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such webhook.
    pub async fn count_matching(
        &self,
        organization: impl Into<Owner>,
        webhook: WebhookId,
        action: JobAction,
        matching: &Matching,
        most: u32,
    ) -> Result<u32, StoreError> {
        let organization = organization.into();
        let mut reader = self.pages.reader().await?;
        let states = states(action, matching);
        let has_times = matching.since.is_some() || matching.until.is_some();
        let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(count_sql(states, has_times)))
            .bind(webhook.to_string())
            .bind(organization.to_string())
            .bind(organization.platform)
            .bind(most);
        if has_times {
            query = query
                .bind(matching.since.map_or(i64::MIN, Timestamp::unix_ms))
                .bind(matching.until.map_or(i64::MAX, Timestamp::unix_ms))
                .bind(first_made(&mut reader, matching.since).await?.unwrap_or(i64::MIN))
                .bind(first_made(&mut reader, matching.until).await?.unwrap_or(i64::MAX));
        }
        let counted: Option<u32> = query.fetch_optional(&mut *reader).await?;
        counted.ok_or(StoreError::NotFound("webhook"))
    }
}

/// Each state is counted by its own index, and no further back than the times go.
pub(super) fn count_sql(states: &[DeliveryState], has_times: bool) -> String {
    let (rows, times) = if has_times {
        (" AND seq >= ?7 AND seq < ?8", " AND created_at >= ?5 AND created_at < ?6")
    } else {
        ("", "")
    };
    let counts: Vec<String> = states
        .iter()
        .map(|state| {
            let index = index_of(*state);
            // A test ends at once, so it never waits.
            let own =
                if matches!(state, DeliveryState::Pending | DeliveryState::Held | DeliveryState::Cancelled) {
                    ""
                } else {
                    " AND test = 0"
                };
            if *state == DeliveryState::Delivered {
                // Its index has the others as well, of which there can be ten million and not one that was delivered.
                return format!(
                    "(SELECT count(*) FROM (
                          SELECT 1 FROM (
                              SELECT state, test, created_at FROM deliveries INDEXED BY {index}
                              WHERE webhook_seq = w.seq{rows} LIMIT {MATCHED_SCAN_ROWS})
                          WHERE state = '{state}'{own}{times} LIMIT ?4))"
                );
            }
            format!(
                "(SELECT count(*) FROM (
                      SELECT 1 FROM deliveries INDEXED BY {index}
                      WHERE state = '{state}' AND webhook_seq = w.seq{own}{rows}{times} LIMIT ?4))"
            )
        })
        .collect();
    format!(
        "SELECT {} FROM webhooks AS w
         WHERE w.id = ?1 AND w.organization_id = ?2 AND w.platform = ?3 AND w.deleted_at IS NULL",
        counts.join(" + ")
    )
}

/// Each by itself, or SQLite would read all that is between them.
pub(super) const ENDS: &str = "
    SELECT (SELECT coalesce(min(seq), 0) FROM deliveries), (SELECT coalesce(max(seq), 0) + 1 FROM deliveries)";

/// The row of the first delivery that was made at a moment or later, found by halves: they are stored in the order in which they are
/// made, but for a clock that was set back. `None` without a moment.
async fn first_made(reader: &mut SqliteConnection, at: Option<Timestamp>) -> Result<Option<i64>, StoreError> {
    let Some(at) = at else { return Ok(None) };
    let (mut from, mut to): (i64, i64) = sqlx::query_as(ENDS).fetch_one(&mut *reader).await?;
    while from < to {
        let middle = from + (to - from) / 2;
        let next = "SELECT seq, created_at FROM deliveries WHERE seq >= ? ORDER BY seq LIMIT 1";
        let found: Option<(i64, i64)> =
            sqlx::query_as(next).bind(middle).fetch_optional(&mut *reader).await?;
        match found {
            Some((seq, made_at)) if made_at < at.unix_ms() => from = seq + 1,
            _ => to = middle,
        }
    }
    Ok(Some(from))
}
