//! Users: creating, disabling and enabling, logging in. The acts record their events.

use async_trait::async_trait;
use domain::{
    Email, LicenseStatus, OrgUser, OrganizationId, Payload, Timestamp, UserId, UserName, fold_case,
};
use sqlx::{FromRow, SqliteConnection};

use super::{
    Store, StoreError,
    organizations::seats,
    outbox::Group,
    parsed,
    sessions::{NewSession, end_sessions, insert_session},
    writer::Write,
};

/// What is stored of a new user.
#[derive(Clone)]
pub struct NewUserRow {
    pub organization_id: OrganizationId,
    pub username: UserName,
    pub email: Email,
    pub name: String,
    pub active: bool,
    pub admin: bool,
    pub password_hash: Option<String>,
}

/// Which users of an organization, in which order.
#[derive(Debug, Clone)]
pub struct UserFilter {
    /// Part of a user name, name or e-mail.
    pub search: String,
    pub active: Option<bool>,
    pub sort_by: SortBy,
    pub descending: bool,
    pub limit: u32,
    pub skip: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    Username,
    Email,
    Name,
    CreatedAt,
    LastLogin,
}

impl SortBy {
    pub const ALL: [Self; 5] = [Self::Username, Self::Email, Self::Name, Self::CreatedAt, Self::LastLogin];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::Name => "name",
            Self::CreatedAt => "createdAt",
            Self::LastLogin => "lastLogin",
        }
    }
}

#[derive(FromRow)]
pub(super) struct UserRow {
    id: String,
    username: String,
    email: String,
    name: String,
    organization_id: String,
    organization: String,
    active: bool,
    admin: bool,
    complimentary: bool,
    created_at: i64,
    last_login_at: Option<i64>,
}

impl UserRow {
    fn view(self) -> Result<OrgUser, StoreError> {
        Ok(OrgUser {
            id: parsed(&self.id)?,
            username: self.username,
            email: self.email,
            name: self.name,
            organization: self.organization,
            active: self.active,
            admin: self.admin,
            billing_admin: false,
            complimentary: self.complimentary,
            license_status: LicenseStatus::of(self.active, self.complimentary),
            created_at: Timestamp::from_unix_ms(self.created_at),
            last_login: self.last_login_at.map(Timestamp::from_unix_ms),
        })
    }

    pub(super) fn user_id(&self) -> Result<UserId, StoreError> {
        parsed(&self.id)
    }

    pub(super) fn removed_from(&self, group_name: &str) -> Result<Payload, StoreError> {
        Ok(Payload::UserRemovedFromGroup {
            username: self.username.clone(),
            email: self.email.clone(),
            user_id: self.user_id()?,
            organization: self.organization.clone(),
            group_name: group_name.to_owned(),
        })
    }

    fn disabled(&self) -> Result<Payload, StoreError> {
        let (username, email) = (self.username.clone(), self.email.clone());
        let (user_id, organization) = (self.user_id()?, self.organization.clone());
        Ok(Payload::UserDisabled { username, email, user_id, organization })
    }

    fn logged_in(&self) -> Result<Payload, StoreError> {
        let (username, email) = (self.username.clone(), self.email.clone());
        let (user_id, organization) = (self.user_id()?, self.organization.clone());
        Ok(Payload::UserLogin { username, email, user_id, organization })
    }

    fn created(&self, remaining_seats: Option<u32>) -> Result<Payload, StoreError> {
        let (username, email) = (self.username.clone(), self.email.clone());
        let (user_id, organization) = (self.user_id()?, self.organization.clone());
        Ok(Payload::UserCreated { username, email, user_id, organization, remaining_seats })
    }
}

impl Store {
    /// A page of an organization's users, and how many match.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users(
        &self,
        organization: OrganizationId,
        filter: &UserFilter,
    ) -> Result<(Vec<OrgUser>, u32), StoreError> {
        let total: u32 = sqlx::query_scalar(
            "SELECT count(*) FROM users
             WHERE organization_id = ?1 AND (?2 IS NULL OR active = ?2)
               AND (instr(username_key, ?3) OR instr(email_key, ?3) OR instr(name_key, ?3) OR ?3 = '')",
        )
        .bind(organization.to_string())
        .bind(filter.active)
        .bind(fold_case(filter.search.trim()))
        .fetch_one(&self.readers)
        .await?;
        let rows: Vec<UserRow> = sqlx::query_as(
            "SELECT u.id, u.username, u.email, u.name, u.organization_id, o.name AS organization, u.active, u.admin,
                    u.complimentary, u.created_at, u.last_login_at
             FROM users AS u JOIN organizations AS o ON o.id = u.organization_id
             WHERE u.organization_id = ?1 AND (?2 IS NULL OR u.active = ?2)
               AND (instr(u.username_key, ?3) OR instr(u.email_key, ?3) OR instr(u.name_key, ?3) OR ?3 = '')
             ORDER BY
               CASE WHEN ?5 THEN NULL ELSE
                 CASE ?4 WHEN 'email' THEN u.email_key WHEN 'name' THEN u.name_key WHEN 'createdAt' THEN u.created_at
                         WHEN 'lastLogin' THEN u.last_login_at ELSE u.username_key END END ASC,
               CASE WHEN ?5 THEN
                 CASE ?4 WHEN 'email' THEN u.email_key WHEN 'name' THEN u.name_key WHEN 'createdAt' THEN u.created_at
                         WHEN 'lastLogin' THEN u.last_login_at ELSE u.username_key END END DESC,
               u.id
             LIMIT ?6 OFFSET ?7",
        )
        .bind(organization.to_string())
        .bind(filter.active)
        .bind(fold_case(filter.search.trim()))
        .bind(filter.sort_by.as_str())
        .bind(filter.descending)
        .bind(filter.limit)
        .bind(filter.skip)
        .fetch_all(&self.readers)
        .await?;
        let users: Result<Vec<OrgUser>, StoreError> = rows.into_iter().map(UserRow::view).collect();
        Ok((users?, total))
    }

    /// The id of an organization's user by user name, in any case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_named(
        &self,
        organization: OrganizationId,
        username: &str,
    ) -> Result<Option<UserId>, StoreError> {
        let id: Option<String> =
            sqlx::query_scalar("SELECT id FROM users WHERE organization_id = ? AND username_key = ?")
                .bind(organization.to_string())
                .bind(fold_case(username))
                .fetch_optional(&self.readers)
                .await?;
        id.as_deref().map(parsed).transpose()
    }

    /// # Errors
    /// [`StoreError::Taken`] for the user name or the e-mail, [`StoreError::Refused`] when no seat is free.
    pub async fn create_user(&self, new: NewUserRow) -> Result<OrgUser, StoreError> {
        self.writer.write(CreateUser(new)).await
    }

    /// Disables or enables a user of this organization; to what the user already is, it does nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for another organization's user, [`StoreError::Forbidden`] for a platform admin unless
    /// by one, [`StoreError::Refused`] when no seat is free, or for the last platform admin.
    pub async fn set_user_active(&self, change: ActiveChange) -> Result<(), StoreError> {
        self.writer.write(SetUserActive(change)).await
    }

    /// Records a log in and its session. The first one ever fires `USER_CREATED`, before `USER_LOGIN`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the user has been disabled meanwhile.
    pub async fn log_in(&self, session: NewSession) -> Result<(), StoreError> {
        self.writer.write(LogIn(session)).await
    }

    /// # Errors
    /// [`StoreError::NotFound`] when nobody has this user name.
    pub async fn reset_password(&self, username: &str, password_hash: String) -> Result<(), StoreError> {
        self.writer.write(ResetPassword { username_key: fold_case(username), password_hash }).await
    }
}

struct CreateUser(NewUserRow);

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

struct SetUserActive(ActiveChange);

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

struct LogIn(NewSession);

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

struct ResetPassword {
    username_key: String,
    password_hash: String,
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
