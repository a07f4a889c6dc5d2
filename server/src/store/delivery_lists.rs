//! Deliveries in lists: a page of a webhook's, how many are newer, one as it stands there. What the engine asks stands in
//! `lanes`.

use api::deliveries::{DeliveryFilter, DeliveryPage, DeliveryRow};
use domain::{DeliveryId, DeliveryState, Timestamp, WebhookId, limits::NEWER_COUNTED_MAX};
use sqlx::{FromRow, SqliteConnection};

use super::{
    Store, StoreError, cursors::Cursors, deliveries::ViewRow, last_attempts::last_attempt, webhooks::Owner,
};

impl Store {
    /// A page of a webhook's deliveries, newest first. `cursor` is what the page before answered.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such webhook; [`StoreError::Cursor`] for one that Herald
    /// did not give out for this webhook with this filter.
    pub async fn deliveries(
        &self,
        organization: impl Into<Owner>,
        webhook: WebhookId,
        filter: &DeliveryFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<DeliveryPage, StoreError> {
        let organization = organization.into();
        let cursors = Cursors::new(&self.cursor_vault, "deliveries", organization.id)
            .with("webhook", Some(&webhook))
            .with("status", filter.status.as_ref())
            .with("from", filter.from.as_ref())
            .with("to", filter.to.as_ref());
        let before = cursors.open_optional("cursor", cursor)?;
        let mut reader = self.pages.reader().await?;
        let Some(seq) = webhook_for(&mut reader, organization, webhook, filter).await? else {
            return Ok(DeliveryPage { deliveries: Vec::new(), next_cursor: None, paused_until: None });
        };
        let rows: Vec<PageRow> = sqlx::query_as(sqlx::AssertSqlSafe(page_sql(filter)))
            .bind(seq)
            .bind(before.unwrap_or(i64::MAX))
            .bind(filter.from.map(Timestamp::unix_ms))
            .bind(filter.to.map(Timestamp::unix_ms))
            .bind(i64::try_from(limit + 1).unwrap_or(i64::MAX))
            .fetch_all(&mut *reader)
            .await?;
        page(&cursors, rows, limit)
    }

    /// How many of them are newer than one, counted up to [`NEWER_COUNTED_MAX`]; without it, how many there are.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such webhook.
    pub async fn newer_deliveries(
        &self,
        organization: impl Into<Owner>,
        webhook: WebhookId,
        filter: &DeliveryFilter,
        than: Option<DeliveryId>,
    ) -> Result<u32, StoreError> {
        let mut reader = self.pages.reader().await?;
        let Some(seq) = webhook_for(&mut reader, organization.into(), webhook, filter).await? else {
            return Ok(0);
        };
        Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(newer_sql(filter)))
            .bind(seq)
            .bind(than.map(|than| than.to_string()))
            .bind(filter.from.map(Timestamp::unix_ms))
            .bind(filter.to.map(Timestamp::unix_ms))
            .bind(NEWER_COUNTED_MAX)
            .fetch_one(&mut *reader)
            .await?)
    }

    /// A delivery as it stands in a list.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the organization has no such delivery.
    pub async fn delivery_row(
        &self,
        organization: impl Into<Owner>,
        id: DeliveryId,
    ) -> Result<DeliveryRow, StoreError> {
        let organization = organization.into();
        let row: Option<PageRow> = sqlx::query_as(sqlx::AssertSqlSafe(row_sql()))
            .bind(id.to_string())
            .bind(organization.to_string())
            .bind(organization.platform)
            .fetch_optional(&mut *self.pages.reader().await?)
            .await?;
        row.ok_or(StoreError::NotFound("delivery"))?.view()
    }
}

/// The webhook's row; `None` where it has another type than is asked for: a webhook has one type for ever, and so have its
/// tests.
async fn webhook_for(
    reader: &mut SqliteConnection,
    organization: Owner,
    webhook: WebhookId,
    filter: &DeliveryFilter,
) -> Result<Option<i64>, StoreError> {
    let found: Option<(i64, String)> = sqlx::query_as(
        "SELECT seq, type FROM webhooks
         WHERE id = ? AND organization_id = ? AND platform = ? AND deleted_at IS NULL",
    )
    .bind(webhook.to_string())
    .bind(organization.to_string())
    .bind(organization.platform)
    .fetch_optional(reader)
    .await?;
    let (seq, event_type) = found.ok_or(StoreError::NotFound("webhook"))?;
    Ok(filter.event_type.is_none_or(|asked| asked.as_str() == event_type).then_some(seq))
}

/// Which index finds a webhook's deliveries by their state. SQLite would rather take the one of all its deliveries, and walk
/// over millions that are something else; those that are delivered are most of them anyway.
pub(super) const fn index_of(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => "deliveries_due",
        DeliveryState::Held => "deliveries_held",
        DeliveryState::Failed => "deliveries_failed",
        DeliveryState::Cancelled => "deliveries_cancelled",
        DeliveryState::Delivered => "deliveries_of_webhook",
    }
}

pub(super) fn newer_sql(filter: &DeliveryFilter) -> String {
    let Conditions { index, state, from, to } = conditions(filter);
    format!(
        "SELECT count(*) FROM (
             SELECT 1 FROM deliveries INDEXED BY {index}
             WHERE webhook_seq = ?1 AND seq > coalesce((SELECT seq FROM deliveries WHERE id = ?2), 0){state}{from}{to}
             LIMIT ?5)"
    )
}

struct Conditions {
    index: &'static str,
    state: String,
    from: &'static str,
    to: &'static str,
}

/// Times are the third and the fourth value.
fn conditions(filter: &DeliveryFilter) -> Conditions {
    Conditions {
        index: filter.status.map_or("deliveries_of_webhook", index_of),
        state: filter.status.map_or_else(String::new, |state| format!(" AND state = '{state}'")),
        from: filter.from.map_or("", |_| " AND created_at >= ?3"),
        to: filter.to.map_or("", |_| " AND created_at < ?4"),
    }
}

/// The state stands in the text, since only then its partial index can be used. Which deliveries they are is found in the
/// index alone where there are no times; what is pending has no index by number and is sorted there.
pub(super) fn page_sql(filter: &DeliveryFilter) -> String {
    let Conditions { index, state, from, to } = conditions(filter);
    format!(
        "SELECT {PAGE_ROW}
         FROM (SELECT seq FROM deliveries INDEXED BY {index}
               WHERE webhook_seq = ?1 AND seq < ?2{state}{from}{to} ORDER BY seq DESC LIMIT ?5) AS page
         JOIN deliveries AS d ON d.seq = page.seq
         {AROUND_ROW}
         ORDER BY d.seq DESC"
    )
}

pub(super) fn row_sql() -> String {
    format!(
        "SELECT {PAGE_ROW}
         FROM deliveries AS d
         {AROUND_ROW}
         WHERE d.id = ?1 AND w.organization_id = ?2 AND w.platform = ?3"
    )
}

/// The columns of a [`PageRow`].
const PAGE_ROW: &str = "
    d.seq, d.id, e.id AS event_id, e.type AS event_type, w.id AS webhook_id, d.state, d.test, d.attempts,
    d.due_at, d.created_at, d.delivered_at, e.purged_at IS NOT NULL AS purged,
    e.payload ->> 'username' AS username, a.started_at AS last_at,
    a.status AS last_status, a.error_class AS last_error_class, a.error_text, a.duration_ms";

/// What they are read from beside the delivery.
const AROUND_ROW: &str = "
    JOIN events AS e ON e.seq = d.event_seq
    JOIN webhooks AS w ON w.seq = d.webhook_seq
    LEFT JOIN attempts AS a ON a.delivery_seq = d.seq AND a.number = d.attempts";

#[derive(FromRow)]
pub(super) struct PageRow {
    #[sqlx(flatten)]
    delivery: ViewRow,
    username: String,
    last_at: Option<i64>,
    last_status: Option<u16>,
    last_error_class: Option<String>,
    error_text: Option<String>,
    duration_ms: Option<i64>,
}

impl PageRow {
    pub(super) fn view(self) -> Result<DeliveryRow, StoreError> {
        Ok(DeliveryRow {
            delivery: self.delivery.delivery()?,
            username: self.username,
            last: last_attempt(self.last_at, self.last_status, self.last_error_class.as_deref())?,
            duration_ms: self.duration_ms.and_then(|ms| u64::try_from(ms).ok()),
            error_text: self.error_text,
        })
    }
}

fn page(cursors: &Cursors<'_>, mut rows: Vec<PageRow>, limit: usize) -> Result<DeliveryPage, StoreError> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more).map(|row| row.delivery.seq);
    let next_cursor = last.map(|seq| cursors.seal(seq)).transpose()?;
    let deliveries: Result<Vec<DeliveryRow>, StoreError> = rows.into_iter().map(PageRow::view).collect();
    Ok(DeliveryPage { deliveries: deliveries?, next_cursor, paused_until: None })
}
