//! API keys: stored by their hash, each of one user and under a title of its own.

use async_trait::async_trait;
use domain::{Act, ApiKeyId, Name, Timestamp, UserId, fold_case, limits::API_KEYS_PER_USER_MAX};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes, Target},
    direct::Sql,
    group::{Flushed, Group, Rows},
    parsed,
    user_acts::user_row,
    writer::{Collect, Write},
};

/// An API key to be; only its hash is stored.
#[derive(Clone)]
pub struct NewApiKey {
    pub title: Name,
    pub key_hash: [u8; 32],
    pub hint: String,
    /// `None`: never.
    pub expires_at: Option<Timestamp>,
}

/// An API key as its user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub title: String,
    pub hint: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    title: String,
    hint: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

impl TryFrom<Row> for ApiKey {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(&row.id)?,
            title: row.title,
            hint: row.hint,
            created_at: Timestamp::from_unix_ms(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_unix_ms),
            last_used_at: row.last_used_at.map(Timestamp::from_unix_ms),
        })
    }
}

impl Store {
    /// A user's keys, the oldest first; those that have expired stay until they are deleted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api_keys(&self, user: UserId) -> Result<Vec<ApiKey>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, title, hint, created_at, expires_at, last_used_at FROM api_keys
             WHERE user_id = ? ORDER BY created_at, id",
        )
        .bind(user.to_string())
        .fetch_all(&mut *self.pages.reader().await?)
        .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// # Errors
    /// [`StoreError::Taken`] for a title that another key of the user has, [`StoreError::Refused`] for too many keys.
    pub async fn create_api_key(
        &self,
        user: UserId,
        new: NewApiKey,
        by: ActedBy,
    ) -> Result<ApiKey, StoreError> {
        self.writer.write(CreateApiKey { user, new, by }).await
    }

    /// Deletes a user's key, by its title in any case or by its id: it works no longer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the user has no such key.
    pub async fn delete_api_key(&self, user: UserId, name: &str, by: ActedBy) -> Result<ApiKey, StoreError> {
        self.writer.write(DeleteApiKey { user, name: name.to_owned(), by }).await
    }

    /// Writes down that a key was used. What cannot be written now is written at a later use.
    pub async fn note_key_use(&self, key_hash: [u8; 32]) {
        if let Err(error) = self.writer.offer(NoteUse { key_hash }).await {
            tracing::warn!(%error, "An API key's use could not be noted");
        }
    }
}

struct CreateApiKey {
    user: UserId,
    new: NewApiKey,
    by: ActedBy,
}

#[async_trait]
impl Write for CreateApiKey {
    type Output = ApiKey;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<ApiKey, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM api_keys WHERE user_id = ?")
            .bind(self.user.to_string())
            .fetch_one(&mut *group.connection)
            .await?;
        if usize::try_from(count).is_ok_and(|count| count >= API_KEYS_PER_USER_MAX) {
            let detail = format!("A user has at most {API_KEYS_PER_USER_MAX} API keys. Delete one first.");
            return Err(StoreError::Refused(detail));
        }
        insert_api_key(group, self.user, &self.new, &self.by).await
    }
}

pub(super) async fn insert_api_key(
    group: &mut Group<'_>,
    user: UserId,
    new: &NewApiKey,
    by: &ActedBy,
) -> Result<ApiKey, StoreError> {
    let id: ApiKeyId = group.new_id();
    let inserted = sqlx::query(
        "INSERT INTO api_keys (id, user_id, title, title_key, key_hash, hint, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, title_key) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(user.to_string())
    .bind(new.title.as_str())
    .bind(new.title.key())
    .bind(new.key_hash.as_slice())
    .bind(&new.hint)
    .bind(group.now.unix_ms())
    .bind(new.expires_at.map(Timestamp::unix_ms))
    .execute(&mut *group.connection)
    .await?;
    if inserted.rows_affected() == 0 {
        let detail = format!("You have an API key named “{}” already. Choose another title.", new.title);
        return Err(StoreError::Taken("title", detail));
    }
    let expires = Changes::default().set("expiresAt", new.expires_at.map(|time| time.to_string()));
    note(group, user, by, Act::CreateApiKey, Target::new("apikey", id, new.title.as_str()), expires).await?;
    Ok(ApiKey {
        id,
        title: new.title.as_str().to_owned(),
        hint: new.hint.clone(),
        created_at: group.now,
        expires_at: new.expires_at,
        last_used_at: None,
    })
}

/// An entry stands with the organization of the key's user.
async fn note(
    group: &mut Group<'_>,
    user: UserId,
    by: &ActedBy,
    act: Act,
    target: Target,
    changes: Changes,
) -> Result<(), StoreError> {
    let row = user_row(group.connection, user).await?.ok_or(StoreError::NotFound("user"))?;
    let organization = parsed(&row.organization_id)?;
    let changes = changes.set("user", row.username);
    group.audit(AuditEntry::new(organization, act, by, target).with(changes));
    Ok(())
}

struct DeleteApiKey {
    user: UserId,
    name: String,
    by: ActedBy,
}

#[async_trait]
impl Write for DeleteApiKey {
    type Output = ApiKey;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<ApiKey, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "DELETE FROM api_keys WHERE id = (
                 SELECT id FROM api_keys WHERE user_id = ?1 AND (title_key = ?2 OR id = ?3)
                 ORDER BY title_key = ?2 DESC LIMIT 1)
             RETURNING id, title, hint, created_at, expires_at, last_used_at",
        )
        .bind(self.user.to_string())
        .bind(fold_case(&self.name))
        .bind(&self.name)
        .fetch_optional(&mut *group.connection)
        .await?;
        let key: ApiKey = row.ok_or(StoreError::NotFound("API key"))?.try_into()?;
        let target = Target::new("apikey", key.id, &key.title);
        note(group, self.user, &self.by, Act::RevokeApiKey, target, Changes::default()).await?;
        Ok(key)
    }
}

struct NoteUse {
    key_hash: [u8; 32],
}

impl Collect for NoteUse {
    type Output = ();

    fn collect(&mut self, rows: &mut Rows) {
        rows.used_keys.push(self.key_hash);
    }

    fn settle(self, _flushed: &Flushed) {}
}

pub(super) fn note_uses(sql: &Sql<'_>, now: Timestamp, keys: &[[u8; 32]]) -> Result<(), StoreError> {
    sql.execute_rows(
        "UPDATE api_keys SET last_used_at = used.at
         FROM (SELECT column1 AS hash, column2 AS at FROM (VALUES {rows}) WHERE column1 IS NOT NULL) AS used
         WHERE api_keys.key_hash = used.hash",
        keys,
        |hash| [hash.as_slice().into(), now.unix_ms().into()],
    )
}
