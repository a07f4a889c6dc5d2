//! The audit log as it is read: a page at a time, newest first.

use domain::{
    ActOutcome, AuditActor, AuditEvent, AuditOrganization, AuditPayload, AuditSource, AuditTarget,
    OrganizationId, Timestamp, fold_case,
    limits::{AUDIT_ACTORS_MAX, AUDIT_TOTAL_MAX},
};
use sqlx::{FromRow, SqliteConnection};

use super::{Store, StoreError, cursors::Cursors, parsed, to_json};

/// Which entries are asked for. What is empty or `None` does not count.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// From then on.
    pub from: Option<Timestamp>,
    /// Up to then.
    pub to: Option<Timestamp>,
    /// `subject:action`, any of them.
    pub types: Vec<String>,
    /// Names of actors, in any case.
    pub actors: Vec<String>,
    pub actor_type: Option<String>,
    pub target_type: Option<String>,
    pub target_id: Option<String>,
    pub outcome: Option<ActOutcome>,
    /// Part of the actor's name, the target's or the request's id; or an entry's id.
    pub search: Option<String>,
}

/// One page.
#[derive(Debug, Clone)]
pub struct AuditPage {
    pub events: Vec<AuditEvent>,
    /// How many match, up to [`AUDIT_TOTAL_MAX`].
    pub total: u32,
    pub next_cursor: Option<String>,
}

/// The same numbers in both statements; those that a statement does not have are bound all the same.
macro_rules! bind {
    ($query:expr, $organization:expr, $filter:expr, $before:expr) => {
        $query
            .bind($organization.to_string())
            .bind($before)
            .bind($filter.from.map(Timestamp::unix_ms))
            .bind($filter.to.map(Timestamp::unix_ms))
            .bind(to_json(&$filter.types))
            .bind(to_json(&$filter.actors.iter().map(|name| fold_case(name)).collect::<Vec<_>>()))
            .bind($filter.actor_type.clone())
            .bind($filter.target_type.clone())
            .bind($filter.target_id.clone())
            .bind($filter.outcome.map(ActOutcome::as_str))
            .bind($filter.search.as_deref().map(fold_case))
    };
}

impl Store {
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor that was not given out for this list with these filters.
    pub async fn audit_page(
        &self,
        organization: OrganizationId,
        filter: &AuditFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<AuditPage, StoreError> {
        let cursors = cursors(self, organization, filter);
        let before = cursors.open_optional("cursor", cursor)?.unwrap_or(i64::MAX);
        let mut reader = self.pages.reader().await?;
        let sql = sqlx::AssertSqlSafe(total_sql(filter));
        let query = bind!(sqlx::query_scalar(sql), organization, filter, i64::MAX);
        let total: u32 = query.bind(AUDIT_TOTAL_MAX).fetch_one(&mut *reader).await?;
        let (events, last) = read(&mut reader, organization, filter, before, limit).await?;
        Ok(AuditPage { events, total, next_cursor: last.map(|last| cursors.seal(last)).transpose()? })
    }

    /// The names of those who did something between these times, in their order. Whoever has said no name is left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_actors(
        &self,
        organization: OrganizationId,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<Vec<String>, StoreError> {
        let names = sqlx::query_scalar(ACTORS)
            .bind(organization.to_string())
            .bind(from.map_or(i64::MIN, Timestamp::unix_ms))
            .bind(to.map_or(i64::MAX, Timestamp::unix_ms))
            .bind(AUDIT_ACTORS_MAX)
            .fetch_all(&mut *self.pages.reader().await?)
            .await?;
        Ok(names)
    }

    /// Entries before the row `before`, and the row after which there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_before(
        &self,
        organization: OrganizationId,
        filter: &AuditFilter,
        before: i64,
        limit: usize,
    ) -> Result<(Vec<AuditEvent>, Option<i64>), StoreError> {
        read(&mut *self.pages.reader().await?, organization, filter, before, limit).await
    }
}

/// Goes from name to name in the index, not from entry to entry.
pub(super) const ACTORS: &str = "
    WITH RECURSIVE actor (key) AS (
        SELECT min(actor_key) FROM audit_log INDEXED BY audit_log_of_actor
        WHERE organization_id = ?1 AND actor_key > ''
        UNION ALL
        SELECT (SELECT min(actor_key) FROM audit_log INDEXED BY audit_log_of_actor
                WHERE organization_id = ?1 AND actor_key > actor.key)
        FROM actor WHERE key IS NOT NULL LIMIT ?4)
    SELECT name FROM (
        SELECT key, (SELECT actor_name FROM audit_log INDEXED BY audit_log_of_actor
                     WHERE organization_id = ?1 AND actor_key = actor.key AND created_at BETWEEN ?2 AND ?3
                     ORDER BY seq DESC LIMIT 1) AS name
        FROM actor WHERE key IS NOT NULL)
    WHERE name IS NOT NULL ORDER BY key";

async fn read(
    reader: &mut SqliteConnection,
    organization: OrganizationId,
    filter: &AuditFilter,
    before: i64,
    limit: usize,
) -> Result<(Vec<AuditEvent>, Option<i64>), StoreError> {
    let sql = sqlx::AssertSqlSafe(page_sql(filter));
    let query = bind!(sqlx::query_as(sql), organization, filter, before);
    let limit_and_one = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows: Vec<Row> = query.bind(limit_and_one).fetch_all(reader).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more).map(|row| row.seq);
    let events: Result<Vec<AuditEvent>, StoreError> = rows.into_iter().map(Row::view).collect();
    Ok((events?, last))
}

fn cursors<'v>(store: &'v Store, organization: OrganizationId, filter: &AuditFilter) -> Cursors<'v> {
    Cursors::new(&store.cursor_vault, "audit", organization)
        .with("from", filter.from.as_ref())
        .with("to", filter.to.as_ref())
        .with("type", Some(&to_json(&filter.types)))
        .with("actor", Some(&to_json(&filter.actors)))
        .with("actorType", filter.actor_type.as_ref())
        .with("targetType", filter.target_type.as_ref())
        .with("targetId", filter.target_id.as_ref())
        .with("outcome", filter.outcome.map(ActOutcome::as_str).as_ref())
        .with("search", filter.search.as_ref())
}

pub(super) fn page_sql(filter: &AuditFilter) -> String {
    format!(
        "SELECT a.seq, a.id, a.organization_id, o.name AS organization, a.type AS act, a.actor_type, a.actor_id,
                a.actor_name, a.target_type, a.target_id, a.target_name, a.outcome, a.error, a.changes, a.address,
                a.request_id, a.created_at
         FROM (SELECT seq FROM audit_log INDEXED BY {} WHERE {} ORDER BY seq DESC LIMIT ?12) AS page
         JOIN audit_log AS a ON a.seq = page.seq
         JOIN organizations AS o ON o.id = a.organization_id
         ORDER BY a.seq DESC",
        index_of(filter),
        conditions(filter)
    )
}

pub(super) fn total_sql(filter: &AuditFilter) -> String {
    format!(
        "SELECT count(*) FROM (SELECT 1 FROM audit_log INDEXED BY {} WHERE {} LIMIT ?12)",
        index_of(filter),
        conditions(filter)
    )
}

/// One type or one actor is found by an index of its own, in the order of the list.
fn index_of(filter: &AuditFilter) -> &'static str {
    match (filter.types.len(), filter.actors.len()) {
        (_, 1) => "audit_log_of_actor",
        (1, _) => "audit_log_of_type",
        _ => "audit_log_of_organization",
    }
}

fn conditions(filter: &AuditFilter) -> String {
    let types = match filter.types.len() {
        0 => "",
        1 => " AND type = ?5 ->> 0",
        _ => " AND type IN (SELECT value FROM json_each(?5))",
    };
    let actors = match filter.actors.len() {
        0 => "",
        1 => " AND actor_key = ?6 ->> 0",
        _ => " AND actor_key IN (SELECT value FROM json_each(?6))",
    };
    let and = |condition, is_asked: bool| if is_asked { condition } else { "" };
    [
        "organization_id = ?1 AND seq < ?2",
        and(" AND created_at >= ?3", filter.from.is_some()),
        and(" AND created_at <= ?4", filter.to.is_some()),
        types,
        actors,
        and(" AND actor_type = ?7", filter.actor_type.is_some()),
        and(" AND target_type = ?8", filter.target_type.is_some()),
        and(" AND target_id = ?9", filter.target_id.is_some()),
        and(" AND outcome = ?10", filter.outcome.is_some()),
        and(" AND (instr(search_key, ?11) OR id = ?11)", filter.search.is_some()),
    ]
    .concat()
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    id: String,
    organization_id: String,
    organization: String,
    act: String,
    actor_type: String,
    actor_id: Option<String>,
    actor_name: String,
    target_type: String,
    target_id: Option<String>,
    target_name: String,
    outcome: String,
    error: Option<String>,
    changes: Option<String>,
    address: Option<String>,
    request_id: Option<String>,
    created_at: i64,
}

impl Row {
    fn view(self) -> Result<AuditEvent, StoreError> {
        let payload = match self.changes {
            Some(json) => {
                let data = serde_json::from_str(&json).map_err(|_| StoreError::Corrupt(json))?;
                Some(AuditPayload { kind: "diff".to_owned(), data })
            }
            None => None,
        };
        Ok(AuditEvent {
            id: parsed(&self.id)?,
            act: self.act,
            actor: AuditActor { id: self.actor_id, kind: self.actor_type, username: self.actor_name },
            target: AuditTarget { kind: self.target_type, id: self.target_id, name: self.target_name },
            organization: AuditOrganization { id: parsed(&self.organization_id)?, name: self.organization },
            outcome: parsed(&self.outcome)?,
            created_at: Timestamp::from_unix_ms(self.created_at),
            schema_version: 1,
            request_id: self.request_id,
            source: self.address.map(|ip| AuditSource { ip }),
            payload,
            error: self.error,
        })
    }
}
