//! What is done to users: creating, disabling and enabling, logging in. Each act records its events.

use async_trait::async_trait;
use domain::{OrgUser, OrganizationId, UserId, fold_case};
use sqlx::SqliteConnection;

use super::{
    StoreError,
    group::Group,
    organizations::seats,
    parsed,
    sessions::{NewSession, end_sessions, insert_session},
    users::{NewUserRow, UserRow},
    writer::Write,
};

pub(super) struct CreateUser(pub(super) NewUserRow);

#[async_trait]
impl Write for CreateUser {
    type Output = OrgUser;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<OrgUser, StoreError> {
        if self.0.active {
            require_seat(group.connection, self.0.organization_id).await?;
        }
        let id = insert_user(group, &self.0).await?;
        find_user(group.connection, self.0.organization_id, id).await?.view()
    }
}

pub(super) async fn insert_user(group: &mut Group<'_>, new: &NewUserRow) -> Result<UserId, StoreError> {
    let taken: Option<(bool,)> = sqlx::query_as(
        "SELECT username_key = ?1 FROM users WHERE username_key = ?1 OR email_key = ?2
         ORDER BY username_key = ?1 DESC LIMIT 1",
    )
    .bind(new.username.key())
    .bind(new.email.key())
    .fetch_optional(&mut *group.connection)
    .await?;
    match taken {
        Some((true,)) => {
            let detail = format!("The user name “{}” is taken. Choose another.", new.username.as_str());
            return Err(StoreError::Taken("username", detail));
        }
        Some((false,)) => {
            let detail = format!("A user has the e-mail address {} already.", new.email.as_str());
            return Err(StoreError::Taken("email", detail));
        }
        None => {}
    }
    let id: UserId = group.new_id();
    sqlx::query(
        "INSERT INTO users (id, organization_id, username, username_key, email, email_key, name, name_key,
                            active, admin, password_hash, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id.to_string())
    .bind(new.organization_id.to_string())
    .bind(new.username.as_str())
    .bind(new.username.key())
    .bind(new.email.as_str())
    .bind(new.email.key())
    .bind(&new.name)
    .bind(fold_case(&new.name))
    .bind(new.active)
    .bind(new.admin)
    .bind(new.password_hash.as_deref())
    .bind(group.now.unix_ms())
    .execute(&mut *group.connection)
    .await?;
    Ok(id)
}

async fn require_seat(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
) -> Result<(), StoreError> {
    let seats = seats(connection, organization).await?;
    if seats.is_full() {
        let detail = format!(
            "No seat is free: all {} are used. Disable a user, or ask a platform admin for more seats.",
            seats.used_seats
        );
        return Err(StoreError::Refused(detail));
    }
    Ok(())
}

async fn find_user(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    user: UserId,
) -> Result<UserRow, StoreError> {
    let row = user_row(connection, user).await?;
    row.filter(|row| row.organization_id == organization.to_string()).ok_or(StoreError::NotFound("user"))
}

pub(super) async fn user_row(
    connection: &mut SqliteConnection,
    user: UserId,
) -> Result<Option<UserRow>, StoreError> {
    let row = sqlx::query_as(
        "SELECT u.id, u.username, u.email, u.name, u.organization_id, o.name AS organization, u.active, u.admin,
                u.complimentary, u.created_at, u.last_login_at
         FROM users AS u JOIN organizations AS o ON o.id = u.organization_id WHERE u.id = ?",
    )
    .bind(user.to_string())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// Who is disabled or enabled.
#[derive(Debug, Clone, Copy)]
pub struct ActiveChange {
    pub organization: OrganizationId,
    pub user: UserId,
    pub active: bool,
    pub by_platform_admin: bool,
}

pub(super) struct SetUserActive(pub(super) ActiveChange);

#[async_trait]
impl Write for SetUserActive {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let change = self.0;
        let user = find_user(group.connection, change.organization, change.user).await?;
        if user.active == change.active {
            return Ok(());
        }
        if user.admin && !change.by_platform_admin {
            return Err(StoreError::Forbidden);
        }
        if change.active && !user.complimentary {
            require_seat(group.connection, change.organization).await?;
        }
        if user.admin && !change.active {
            require_another_admin(group.connection, change.user).await?;
        }
        sqlx::query("UPDATE users SET active = ? WHERE id = ?")
            .bind(change.active)
            .bind(change.user.to_string())
            .execute(&mut *group.connection)
            .await?;
        if !change.active {
            end_sessions(group.connection, change.user).await?;
            group.record(change.organization, user.disabled()?);
        }
        Ok(())
    }
}

/// Without one, nobody could ever enable anybody again.
async fn require_another_admin(connection: &mut SqliteConnection, user: UserId) -> Result<(), StoreError> {
    let another: i64 =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users WHERE admin = 1 AND active = 1 AND id <> ?)")
            .bind(user.to_string())
            .fetch_one(connection)
            .await?;
    if another == 1 {
        return Ok(());
    }
    let detail = "This is the last active platform admin: make another user one first.";
    Err(StoreError::Refused(detail.to_owned()))
}

pub(super) struct LogIn(pub(super) NewSession);

#[async_trait]
impl Write for LogIn {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let user = user_row(group.connection, self.0.user_id).await?.filter(|user| user.active);
        let user = user.ok_or(StoreError::NotFound("user"))?;
        let organization = parsed(&user.organization_id)?;
        sqlx::query("UPDATE users SET last_login_at = ? WHERE id = ?")
            .bind(group.now.unix_ms())
            .bind(self.0.user_id.to_string())
            .execute(&mut *group.connection)
            .await?;
        insert_session(group, &self.0).await?;
        if user.last_login_at.is_none() {
            let remaining = seats(group.connection, organization).await?.remaining();
            group.record(organization, user.created(remaining)?);
        }
        group.record(organization, user.logged_in()?);
        Ok(())
    }
}

pub(super) struct ResetPassword {
    pub(super) username_key: String,
    pub(super) password_hash: String,
}

#[async_trait]
impl Write for ResetPassword {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let id: Option<String> =
            sqlx::query_scalar("UPDATE users SET password_hash = ? WHERE username_key = ? RETURNING id")
                .bind(&self.password_hash)
                .bind(&self.username_key)
                .fetch_optional(&mut *group.connection)
                .await?;
        let id = id.ok_or(StoreError::NotFound("user"))?;
        end_sessions(group.connection, parsed(&id)?).await
    }
}
