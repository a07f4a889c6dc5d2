//! What became of attempts over time: counted in the group that writes them, so that no page counts rows.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use domain::{
    ActivityRange, Bucket, DurationClass, Timestamp, Verdict, WebhookId,
    limits::{ACTIVITY_KEPT, ACTIVITY_LONG, ACTIVITY_SHORT},
};
use sqlx::FromRow;

use super::{
    Store, StoreError, completions::Completion, direct::Sql, group::Group, parsed, to_json, webhooks::Owner,
    writer::Write,
};

/// What is counted as one, in the order of the table's key.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Kind {
    start: i64,
    webhook: i64,
    succeeded: bool,
    class: DurationClass,
}

impl Kind {
    fn of(completion: &Completion) -> Self {
        let ended = completion.ended_at.unix_seconds();
        Self {
            start: ended - ended.rem_euclid(seconds(ACTIVITY_SHORT)),
            webhook: completion.webhook,
            succeeded: completion.verdict == Verdict::Delivered,
            class: DurationClass::of(completion.attempt.duration_ms),
        }
    }
}

/// Counts a group's attempts in.
pub(super) fn count(sql: &Sql<'_>, completions: &[Arc<Completion>]) -> Result<(), StoreError> {
    let mut counts: HashMap<Kind, Count> = HashMap::new();
    for completion in completions {
        counts.entry(Kind::of(completion)).or_default().add(completion);
    }
    let mut counts: Vec<(Kind, Count)> = counts.into_iter().collect();
    counts.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    sql.execute_rows(COUNT, &counts, |(kind, count)| {
        let Kind { start, webhook, succeeded, class } = *kind;
        [
            start.into(),
            webhook.into(),
            succeeded.into(),
            class.number().into(),
            count.attempts.into(),
            count.last_at.into(),
            count.last_delivery.into(),
        ]
    })
}

/// What a group's attempts of one kind come to.
#[derive(Default)]
struct Count {
    attempts: u32,
    /// Of the newest: when it ended, and the row of its delivery.
    last_at: i64,
    last_delivery: i64,
}

impl Count {
    fn add(&mut self, completion: &Completion) {
        self.attempts += 1;
        if completion.ended_at.unix_ms() >= self.last_at {
            (self.last_at, self.last_delivery) = (completion.ended_at.unix_ms(), completion.key);
        }
    }
}

/// How a row takes in another.
macro_rules! counted_up {
    () => {
        " ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts,
              last_delivery_seq = iif(ifnull(excluded.last_at >= last_at, excluded.last_at IS NOT NULL),
                                      excluded.last_delivery_seq, last_delivery_seq),
              last_at = max(ifnull(last_at, excluded.last_at), ifnull(excluded.last_at, last_at))"
    };
}

const COUNT: &str = concat!(
    "INSERT INTO activity (start, webhook_seq, succeeded, duration_class, attempts, last_at, last_delivery_seq, span)
     SELECT *, 300 FROM (VALUES {rows}) WHERE column1 IS NOT NULL",
    counted_up!()
);

/// Makes a long row of a short one.
const CONDENSE: &str = concat!(
    "INSERT INTO activity (span, start, webhook_seq, succeeded, duration_class, attempts, last_at, last_delivery_seq)
     SELECT 3600, start - start % 3600, webhook_seq, succeeded, duration_class, attempts, last_at, last_delivery_seq
     FROM activity WHERE span = 300 AND start = ?",
    counted_up!()
);

/// Seeks each short and each long row that there can be: as many for each webhook, however many webhooks there are.
pub(super) const ACTIVITY: &str = "
    WITH RECURSIVE
        long (start) AS (
            SELECT ?4 WHERE ?4 <= ?6 UNION ALL SELECT start + 3600 FROM long WHERE start + 3600 <= ?6),
        short (start) AS (
            SELECT max(?5, (SELECT min(start) FROM activity WHERE span = 300))
            UNION ALL SELECT start + 300 FROM short WHERE start + 300 <= ?6),
        wanted (span, start) AS MATERIALIZED (SELECT 3600, start FROM long UNION ALL SELECT 300, start FROM short)
    SELECT w.id AS webhook_id, a.start, a.succeeded, a.duration_class, a.attempts
    FROM json_each(?1) AS asked
        CROSS JOIN webhooks AS w ON w.id = asked.value AND w.organization_id = ?2 AND w.platform = ?3
        CROSS JOIN wanted
        CROSS JOIN activity AS a ON a.span = wanted.span AND a.start = wanted.start AND a.webhook_seq = w.seq";

#[derive(FromRow)]
struct ActivityRow {
    webhook_id: String,
    start: i64,
    succeeded: bool,
    duration_class: u8,
    attempts: u32,
}

impl Store {
    /// What became of these webhooks' attempts: all buckets of the range for each that the owner has and that had attempts. Test
    /// sends do not count.
    ///
    /// # Errors
    /// When it could not be read in time.
    pub async fn activity(
        &self,
        owner: impl Into<Owner>,
        webhooks: &[WebhookId],
        range: ActivityRange,
    ) -> Result<HashMap<WebhookId, Vec<Bucket>>, StoreError> {
        let (owner, now) = (owner.into(), self.clock.now());
        let empty = range.empty(now);
        let begin = empty.first().map_or(now, |first| first.start).unix_seconds();
        // Long rows would not fit into shorter steps, and what is that young is in short ones.
        let long_begin = if range.step() < ACTIVITY_LONG { i64::MAX } else { begin };
        let mut reader = self.pages.reader().await?;
        let rows: Vec<ActivityRow> = sqlx::query_as(ACTIVITY)
            .bind(to_json(webhooks))
            .bind(owner.id.to_string())
            .bind(owner.platform)
            .bind(long_begin)
            .bind(begin)
            .bind(now.unix_seconds())
            .fetch_all(&mut *reader)
            .await?;
        let mut found: HashMap<WebhookId, Vec<Bucket>> = HashMap::new();
        for row in rows {
            let buckets = found.entry(parsed(&row.webhook_id)?).or_insert_with(|| empty.clone());
            let index = usize::try_from((row.start - begin) / seconds(range.step())).unwrap_or(usize::MAX);
            if let Some(bucket) = buckets.get_mut(index) {
                bucket.add(row.succeeded, DurationClass::from_number(row.duration_class), row.attempts);
            }
        }
        Ok(found)
    }

    /// Makes long rows of some that are older, removes some that are too old, and answers whether there may be more.
    ///
    /// # Errors
    /// When nothing was changed.
    pub async fn condense_activity(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.writer.write(Condense { now: now.unix_seconds() }).await
    }
}

struct Condense {
    now: i64,
}

#[async_trait]
impl Write for Condense {
    type Output = bool;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<bool, StoreError> {
        let long = seconds(ACTIVITY_LONG);
        // The last two hours stay as they are for the shortest range.
        let before = self.now - self.now.rem_euclid(long) - long;
        let mut changed = 0;
        if let Some(start) = oldest(group, seconds(ACTIVITY_SHORT), before).await? {
            sqlx::query(CONDENSE).bind(start).execute(&mut *group.connection).await?;
            changed += remove(group, seconds(ACTIVITY_SHORT), start).await?;
        }
        if let Some(start) = oldest(group, long, self.now - seconds(ACTIVITY_KEPT)).await? {
            changed += remove(group, long, start).await?;
        }
        Ok(changed > 0)
    }

    fn changes_access(&self) -> bool {
        false
    }
}

async fn oldest(group: &mut Group<'_>, span: i64, before: i64) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT min(start) FROM activity WHERE span = ? AND start < ?";
    Ok(sqlx::query_scalar(sql).bind(span).bind(before).fetch_one(&mut *group.connection).await?)
}

async fn remove(group: &mut Group<'_>, span: i64, start: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM activity WHERE span = ? AND start = ?";
    Ok(sqlx::query(sql).bind(span).bind(start).execute(&mut *group.connection).await?.rows_affected())
}

fn seconds(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
