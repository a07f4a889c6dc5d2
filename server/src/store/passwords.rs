//! Setting passwords: by their users, by a reset that an admin began, and from the terminal. What a password opened ends with it.

use std::time::Duration;

use async_trait::async_trait;
use domain::{Act, MASKED, OrganizationId, Timestamp, UserId};
use sqlx::SqliteConnection;

use super::{
    Store, StoreError,
    audit::{ActedBy, AuditEntry, Changes},
    group::Group,
    parsed,
    sessions::end_sessions,
    user_acts::{find_user, user_row},
    users::UserRow,
    writer::Write,
};

/// Which sessions end with the old password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    None,
    /// All but the one with this token.
    Others([u8; 32]),
    All,
}

/// An admin lets a user set a new password.
pub struct NewReset {
    pub organization: OrganizationId,
    pub user: UserId,
    pub token_hash: [u8; 32],
    pub age_max: Duration,
    pub by_platform_admin: bool,
}

impl Store {
    /// The password hash of a user; `None` where they have no password.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn password_hash_of(&self, user: UserId) -> Result<Option<String>, StoreError> {
        let hash: Option<Option<String>> = sqlx::query_scalar("SELECT password_hash FROM users WHERE id = ?")
            .bind(user.to_string())
            .fetch_optional(&self.readers)
            .await?;
        Ok(hash.flatten())
    }

    /// # Errors
    /// [`StoreError::NotFound`] when the user is gone or disabled.
    pub async fn change_password(
        &self,
        user: UserId,
        password_hash: String,
        ending: Ending,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        self.writer.write(ChangePassword { user, password_hash, ending, by }).await
    }

    /// Begins a reset and ends the user's sessions; answers when the token is void. The old password works until it is used.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for another organization's user, [`StoreError::Forbidden`] for a platform admin unless by one.
    pub async fn begin_reset(&self, reset: NewReset, by: ActedBy) -> Result<Timestamp, StoreError> {
        self.writer.write(BeginReset { reset, by }).await
    }

    /// Whether a reset can still be used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reset_is_open(&self, token_hash: [u8; 32]) -> Result<bool, StoreError> {
        let open: i64 = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM password_resets WHERE token_hash = ? AND expires_at > ?)",
        )
        .bind(token_hash.as_slice())
        .bind(self.clock.now().unix_ms())
        .fetch_one(&self.readers)
        .await?;
        Ok(open == 1)
    }

    /// Uses a reset up: sets the password and ends the user's sessions.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it was used, is too old, or its user is disabled.
    pub async fn use_reset(
        &self,
        token_hash: [u8; 32],
        password_hash: String,
        by: ActedBy,
    ) -> Result<UserId, StoreError> {
        self.writer.write(UseReset { token_hash, password_hash, by }).await
    }
}

async fn set_password(connection: &mut SqliteConnection, user: UserId, hash: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE users SET password_hash = ? WHERE id = ?")
        .bind(hash)
        .bind(user.to_string())
        .execute(&mut *connection)
        .await?;
    void_reset(connection, user).await
}

/// A reset that was not used is void once the password is another.
pub(super) async fn void_reset(connection: &mut SqliteConnection, user: UserId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM password_resets WHERE user_id = ?")
        .bind(user.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

fn note_change(group: &mut Group<'_>, user: &UserRow, by: &ActedBy) -> Result<(), StoreError> {
    let entry = AuditEntry::new(parsed(&user.organization_id)?, Act::SetPassword, by, user.target()?);
    group.audit(entry.with(Changes::default().set("password", MASKED)));
    Ok(())
}

struct ChangePassword {
    user: UserId,
    password_hash: String,
    ending: Ending,
    by: ActedBy,
}

#[async_trait]
impl Write for ChangePassword {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let user = user_row(group.connection, self.user).await?.filter(|user| user.active);
        let user = user.ok_or(StoreError::NotFound("user"))?;
        set_password(group.connection, self.user, &self.password_hash).await?;
        note_change(group, &user, &self.by)?;
        match self.ending {
            Ending::None => Ok(()),
            Ending::All => end_sessions(group.connection, self.user).await,
            Ending::Others(kept) => {
                sqlx::query("DELETE FROM sessions WHERE user_id = ? AND token_hash <> ?")
                    .bind(self.user.to_string())
                    .bind(kept.as_slice())
                    .execute(&mut *group.connection)
                    .await?;
                Ok(())
            }
        }
    }
}

struct BeginReset {
    reset: NewReset,
    by: ActedBy,
}

#[async_trait]
impl Write for BeginReset {
    type Output = Timestamp;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<Timestamp, StoreError> {
        let Self { reset, by } = self;
        let user = find_user(group.connection, reset.organization, reset.user).await?;
        if user.admin && !reset.by_platform_admin {
            return Err(StoreError::Forbidden);
        }
        let expires_at = group.now + reset.age_max;
        sqlx::query(
            "INSERT INTO password_resets (user_id, token_hash, expires_at) VALUES (?, ?, ?)
             ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at",
        )
        .bind(reset.user.to_string())
        .bind(reset.token_hash.as_slice())
        .bind(expires_at.unix_ms())
        .execute(&mut *group.connection)
        .await?;
        end_sessions(group.connection, reset.user).await?;
        let target = user.target()?;
        group.audit(AuditEntry::new(reset.organization, Act::ResetPassword, by, target));
        Ok(expires_at)
    }
}

struct UseReset {
    token_hash: [u8; 32],
    password_hash: String,
    by: ActedBy,
}

#[async_trait]
impl Write for UseReset {
    type Output = UserId;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<UserId, StoreError> {
        let id: Option<String> = sqlx::query_scalar(
            "SELECT user_id FROM password_resets AS r JOIN users AS u ON u.id = r.user_id
             WHERE r.token_hash = ? AND r.expires_at > ? AND u.active = 1",
        )
        .bind(self.token_hash.as_slice())
        .bind(group.now.unix_ms())
        .fetch_optional(&mut *group.connection)
        .await?;
        let user: UserId = parsed(&id.ok_or(StoreError::NotFound("reset"))?)?;
        set_password(group.connection, user, &self.password_hash).await?;
        end_sessions(group.connection, user).await?;
        let row = user_row(group.connection, user).await?.ok_or(StoreError::NotFound("user"))?;
        note_change(group, &row, &self.by)?;
        Ok(user)
    }
}
