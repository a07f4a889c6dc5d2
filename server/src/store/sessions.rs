//! Sessions: stored by the hash of their token, with an idle and an absolute end.

use async_trait::async_trait;
use domain::{
    Act, Id, Timestamp, UserId,
    limits::{SESSION_AGE_MAX, SESSION_IDLE_MAX, SESSION_TOUCH_EVERY},
};
use sqlx::SqliteConnection;

use super::{
    Store, StoreError,
    audit::{ActedBy, AuditEntry},
    callers::FoundUser,
    group::Group,
    parsed,
    user_acts::user_row,
    writer::Write,
};

/// A session to be.
pub struct NewSession {
    pub token_hash: [u8; 32],
    pub user_id: UserId,
    /// Where it is begun, for the user to recognize it by.
    pub address: String,
    pub user_agent: String,
}

/// Who a session is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionUser {
    pub user: FoundUser,
    /// When its password was last given.
    pub password_at: Timestamp,
}

impl Store {
    /// The active user of a session that has not ended. Its last use is written down now and then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_user(&self, token_hash: [u8; 32]) -> Result<Option<SessionUser>, StoreError> {
        let now = self.clock.now().unix_ms();
        let row: Option<SessionRow> = sqlx::query_as(
            "SELECT u.id, u.username, u.email, u.name, u.organization_id, o.name AS organization, u.admin,
                    s.created_at, s.last_seen_at, s.password_at
             FROM sessions AS s JOIN users AS u ON u.id = s.user_id JOIN organizations AS o ON o.id = u.organization_id
             WHERE s.token_hash = ? AND u.active = 1",
        )
        .bind(token_hash.as_slice())
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let past =
            |since: i64, max: std::time::Duration| i128::from(now - since) >= max.as_millis().cast_signed();
        if past(row.created_at, SESSION_AGE_MAX) || past(row.last_seen_at, SESSION_IDLE_MAX) {
            self.lazily(EndSession { token_hash, by: None }).await;
            return Ok(None);
        }
        if past(row.last_seen_at, SESSION_TOUCH_EVERY) {
            self.lazily(Touch { token_hash }).await;
        }
        let password_at = Timestamp::from_unix_ms(row.password_at);
        Ok(Some(SessionUser { user: row.user.try_into()?, password_at }))
    }

    /// Reading goes on when the disk is full: what could not be noted now is noted by a later request.
    async fn lazily(&self, write: impl Write) {
        if let Err(error) = self.writer.write(write).await {
            tracing::warn!(%error, "A session's use could not be noted");
        }
    }

    /// Ends the session of a user who logs out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_out(&self, token_hash: [u8; 32], by: ActedBy) -> Result<(), StoreError> {
        self.writer.write(EndSession { token_hash, by: Some(by) }).await
    }

    /// Ends a session in whose place there is another now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, token_hash: [u8; 32]) -> Result<(), StoreError> {
        self.writer.write(EndSession { token_hash, by: None }).await
    }
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    #[sqlx(flatten)]
    user: super::callers::FoundUserRow,
    created_at: i64,
    last_seen_at: i64,
    password_at: i64,
}

pub(super) async fn insert_session(group: &mut Group<'_>, new: &NewSession) -> Result<(), StoreError> {
    let id: Id<()> = group.new_id();
    sqlx::query(
        "INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, password_at, id, address, user_agent)
         VALUES (?1, ?2, ?3, ?3, ?3, ?4, ?5, ?6)",
    )
    .bind(new.token_hash.as_slice())
    .bind(new.user_id.to_string())
    .bind(group.now.unix_ms())
    .bind(id.to_string())
    .bind(&new.address)
    .bind(&new.user_agent)
    .execute(&mut *group.connection)
    .await?;
    Ok(())
}

pub(super) async fn end_sessions(connection: &mut SqliteConnection, user: UserId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE user_id = ?").bind(user.to_string()).execute(connection).await?;
    Ok(())
}

pub(super) struct Touch {
    pub(super) token_hash: [u8; 32],
}

#[async_trait]
impl Write for Touch {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET last_seen_at = ? WHERE token_hash = ?")
            .bind(group.now.unix_ms())
            .bind(self.token_hash.as_slice())
            .execute(&mut *group.connection)
            .await?;
        Ok(())
    }

    fn changes_access(&self) -> bool {
        false
    }
}

struct EndSession {
    token_hash: [u8; 32],
    /// Who logs out; `None` where nobody does.
    by: Option<ActedBy>,
}

#[async_trait]
impl Write for EndSession {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let user: Option<String> =
            sqlx::query_scalar("DELETE FROM sessions WHERE token_hash = ? RETURNING user_id")
                .bind(self.token_hash.as_slice())
                .fetch_optional(&mut *group.connection)
                .await?;
        let (Some(user), Some(by)) = (user, &self.by) else {
            return Ok(());
        };
        let Some(user) = user_row(group.connection, parsed(&user)?).await? else {
            return Ok(());
        };
        let organization = parsed(&user.organization_id)?;
        group.audit(AuditEntry::new(organization, Act::LogOut, by, user.target()?));
        Ok(())
    }
}
