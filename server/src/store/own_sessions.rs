//! Sessions as their users and admins see them: listed, ended, renewed.

use async_trait::async_trait;
use domain::{
    Act, OrganizationId, SessionId, Timestamp, UserId,
    limits::{SESSION_AGE_MAX, SESSION_IDLE_MAX},
};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    audit::{ActedBy, AuditEntry},
    group::Group,
    parsed,
    sessions::end_sessions,
    user_acts::{find_user, user_row},
    writer::Write,
};

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    pub id: SessionId,
    pub token_hash: [u8; 32],
    pub created_at: Timestamp,
    /// To the minute.
    pub last_seen_at: Timestamp,
    /// Where it was begun.
    pub address: String,
    pub user_agent: String,
}

#[derive(FromRow)]
struct Row {
    id: String,
    token_hash: Vec<u8>,
    created_at: i64,
    last_seen_at: i64,
    address: String,
    user_agent: String,
}

impl TryFrom<Row> for StoredSession {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let token_hash = row.token_hash.try_into();
        Ok(Self {
            id: parsed(&row.id)?,
            token_hash: token_hash.map_err(|_| StoreError::Corrupt("a session's token".to_owned()))?,
            created_at: Timestamp::from_unix_ms(row.created_at),
            last_seen_at: Timestamp::from_unix_ms(row.last_seen_at),
            address: row.address,
            user_agent: row.user_agent,
        })
    }
}

impl Store {
    /// A user's sessions, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<StoredSession>, StoreError> {
        let now = self.clock.now();
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, token_hash, created_at, last_seen_at, address, user_agent FROM sessions
             WHERE user_id = ? AND created_at > ? AND last_seen_at > ? ORDER BY created_at DESC, id",
        )
        .bind(user.to_string())
        .bind((now - SESSION_AGE_MAX).unix_ms())
        .bind((now - SESSION_IDLE_MAX).unix_ms())
        .fetch_all(&mut *self.pages.reader().await?)
        .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Ends one of a user's sessions.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the user has no such session.
    pub async fn end_own_session(
        &self,
        user: UserId,
        session: SessionId,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        self.writer.write(EndOwn { user, session, by }).await
    }

    /// Ends a user's sessions but the one with this token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_other_sessions(
        &self,
        user: UserId,
        kept: Option<[u8; 32]>,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        self.writer.write(EndOthers { user, kept, by }).await
    }

    /// Ends all sessions of a user of this organization.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for another organization's user, [`StoreError::Forbidden`] for a platform admin unless by one.
    pub async fn end_user_sessions(
        &self,
        organization: OrganizationId,
        user: UserId,
        by_platform_admin: bool,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        self.writer.write(EndOfUser { organization, user, by_platform_admin, by }).await
    }

    /// Gives a session whose password was given again another token. It ends when it would have ended.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it has ended.
    pub async fn renew_session(&self, old: [u8; 32], new: [u8; 32]) -> Result<(), StoreError> {
        self.writer.write(Renew { old, new }).await
    }

    /// Removes sessions that ended by themselves before these moments.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_ended_sessions(&self, now: Timestamp) -> Result<(), StoreError> {
        let (made, seen) = (now - SESSION_AGE_MAX, now - SESSION_IDLE_MAX);
        self.writer.write(RemoveEnded { made, seen }).await
    }
}

struct EndOwn {
    user: UserId,
    session: SessionId,
    by: ActedBy,
}

#[async_trait]
impl Write for EndOwn {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM sessions WHERE user_id = ? AND id = ?")
            .bind(self.user.to_string())
            .bind(self.session.to_string())
            .execute(&mut *group.connection)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("session"));
        }
        note_end(group, self.user, &self.by).await
    }
}

async fn note_end(group: &mut Group<'_>, user: UserId, by: &ActedBy) -> Result<(), StoreError> {
    let user = user_row(group.connection, user).await?.ok_or(StoreError::NotFound("user"))?;
    let organization = parsed(&user.organization_id)?;
    group.audit(AuditEntry::new(organization, Act::EndSession, by, user.target()?));
    Ok(())
}

struct EndOthers {
    user: UserId,
    kept: Option<[u8; 32]>,
    by: ActedBy,
}

#[async_trait]
impl Write for EndOthers {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE user_id = ?1 AND (?2 IS NULL OR token_hash <> ?2)")
            .bind(self.user.to_string())
            .bind(self.kept.as_ref().map(<[u8; 32]>::as_slice))
            .execute(&mut *group.connection)
            .await?;
        note_end(group, self.user, &self.by).await
    }
}

struct EndOfUser {
    organization: OrganizationId,
    user: UserId,
    by_platform_admin: bool,
    by: ActedBy,
}

#[async_trait]
impl Write for EndOfUser {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let user = find_user(group.connection, self.organization, self.user).await?;
        if user.admin && !self.by_platform_admin {
            return Err(StoreError::Forbidden);
        }
        end_sessions(group.connection, self.user).await?;
        note_end(group, self.user, &self.by).await
    }
}

struct Renew {
    old: [u8; 32],
    new: [u8; 32],
}

#[async_trait]
impl Write for Renew {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let done = sqlx::query(
            "UPDATE sessions SET token_hash = ?1, password_at = ?2, last_seen_at = ?2 WHERE token_hash = ?3",
        )
        .bind(self.new.as_slice())
        .bind(group.now.unix_ms())
        .bind(self.old.as_slice())
        .execute(&mut *group.connection)
        .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("session")) } else { Ok(()) }
    }
}

struct RemoveEnded {
    made: Timestamp,
    seen: Timestamp,
}

#[async_trait]
impl Write for RemoveEnded {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE created_at <= ? OR last_seen_at <= ?")
            .bind(self.made.unix_ms())
            .bind(self.seen.unix_ms())
            .execute(&mut *group.connection)
            .await?;
        Ok(())
    }

    fn changes_access(&self) -> bool {
        false
    }
}
