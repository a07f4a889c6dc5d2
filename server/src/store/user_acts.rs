//! What is done to users: creating, disabling and enabling, logging in. Each act records its events.

use async_trait::async_trait;
use domain::{Act, MASKED, OrgUser, OrganizationId, UserId, fold_case};
use sqlx::SqliteConnection;

use super::{
    StoreError,
    audit::{ActedBy, Actor, AuditEntry, Changes, Source, Target},
    group::Group,
    organizations::seats,
    parsed,
    passwords::void_reset,
    sessions::{NewSession, end_sessions, insert_session},
    users::{NewUserRow, UserRow},
    writer::Write,
};

pub(super) struct CreateUser {
    pub(super) new: NewUserRow,
    pub(super) by: ActedBy,
}

#[async_trait]
impl Write for CreateUser {
    type Output = OrgUser;

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<OrgUser, StoreError> {
        if self.new.active {
            require_seat(group.connection, self.new.organization_id).await?;
        }
        let id = insert_user(group, &self.new, &self.by).await?;
        find_user(group.connection, self.new.organization_id, id).await?.view()
    }
}

pub(super) async fn insert_user(
    group: &mut Group<'_>,
    new: &NewUserRow,
    by: &ActedBy,
) -> Result<UserId, StoreError> {
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
    let changes = Changes::default()
        .set("active", new.active)
        .set("admin", new.admin)
        .set("password", new.password_hash.as_ref().map(|_| MASKED));
    let target = Target::user(id, new.username.as_str());
    group.audit(AuditEntry::new(new.organization_id, Act::CreateUser, by, target).with(changes));
    Ok(id)
}

pub(super) async fn require_seat(
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

pub(super) async fn find_user(
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

pub(super) struct SetUserActive {
    pub(super) change: ActiveChange,
    pub(super) by: ActedBy,
}

#[async_trait]
impl Write for SetUserActive {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let change = self.change;
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
        let act = if change.active { Act::EnableUser } else { Act::DisableUser };
        let changes = Changes::default().change("active", user.active, change.active);
        group.audit(AuditEntry::new(change.organization, act, &self.by, user.target()?).with(changes));
        Ok(())
    }
}

/// Without one, nobody could ever enable anybody again.
pub(super) async fn require_another_admin(
    connection: &mut SqliteConnection,
    user: UserId,
) -> Result<(), StoreError> {
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

pub(super) struct LogIn {
    pub(super) session: NewSession,
    pub(super) source: Source,
}

#[async_trait]
impl Write for LogIn {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let user_id = self.session.user_id;
        let user = user_row(group.connection, user_id).await?.filter(|user| user.active);
        let user = user.ok_or(StoreError::NotFound("user"))?;
        let organization = parsed(&user.organization_id)?;
        sqlx::query("UPDATE users SET last_login_at = ? WHERE id = ?")
            .bind(group.now.unix_ms())
            .bind(user_id.to_string())
            .execute(&mut *group.connection)
            .await?;
        insert_session(group, &self.session).await?;
        if user.last_login_at.is_none() {
            let remaining = seats(group.connection, organization).await?.remaining();
            group.record(organization, user.created(remaining)?);
        }
        group.record(organization, user.logged_in()?);
        let actor = Actor::User { id: user_id, username: user.username.clone() };
        let by = ActedBy::new(actor, self.source.clone());
        group.audit(AuditEntry::new(organization, Act::LogIn, &by, user.target()?));
        Ok(())
    }
}

/// What was typed is not noted: it can be anything, a password in the wrong field among it.
pub(super) struct FailedLogIn {
    pub(super) user: Option<UserId>,
    pub(super) source: Source,
    pub(super) error: &'static str,
}

#[async_trait]
impl Write for FailedLogIn {
    type Output = ();

    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let user = match self.user {
            Some(user) => user_row(group.connection, user).await?,
            None => None,
        };
        let by = ActedBy::new(Actor::Anonymous, self.source.clone());
        let (organization, target) = match user {
            Some(user) => (Some(parsed(&user.organization_id)?), user.target()?),
            None => (None, Target::named("user", "")),
        };
        group.audit(AuditEntry::failed(organization, Act::LogIn, &by, target, self.error));
        Ok(())
    }

    fn changes_access(&self) -> bool {
        false
    }
}

pub(super) struct ResetPassword {
    pub(super) username_key: String,
    pub(super) password_hash: String,
    pub(super) by: ActedBy,
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
        let id = parsed(&id.ok_or(StoreError::NotFound("user"))?)?;
        void_reset(group.connection, id).await?;
        end_sessions(group.connection, id).await?;
        let user = user_row(group.connection, id).await?.ok_or(StoreError::NotFound("user"))?;
        let organization = parsed(&user.organization_id)?;
        let changes = Changes::default().set("password", MASKED);
        let entry = AuditEntry::new(organization, Act::SetPassword, &self.by, user.target()?);
        group.audit(entry.with(changes));
        Ok(())
    }
}
