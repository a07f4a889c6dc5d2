//! Users: who they are, and how they are listed. What is done to them stands in `user_acts`.

use domain::{
    Email, LicenseStatus, OrgUser, OrganizationId, Payload, Timestamp, UserId, UserName, fold_case,
};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    audit::{ActedBy, Source, Target},
    parsed,
    sessions::NewSession,
    user_acts::{ActiveChange, CreateUser, FailedLogIn, LogIn, ResetPassword, SetUserActive, find_user},
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
    pub(super) id: String,
    pub(super) username: String,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) organization_id: String,
    pub(super) organization: String,
    pub(super) active: bool,
    pub(super) admin: bool,
    pub(super) complimentary: bool,
    pub(super) created_at: i64,
    pub(super) last_login_at: Option<i64>,
}

impl UserRow {
    pub(super) fn view(self) -> Result<OrgUser, StoreError> {
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

    pub(super) fn target(&self) -> Result<Target, StoreError> {
        Ok(Target::user(self.user_id()?, &self.username))
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

    pub(super) fn disabled(&self) -> Result<Payload, StoreError> {
        let (username, email) = (self.username.clone(), self.email.clone());
        let (user_id, organization) = (self.user_id()?, self.organization.clone());
        Ok(Payload::UserDisabled { username, email, user_id, organization })
    }

    pub(super) fn logged_in(&self) -> Result<Payload, StoreError> {
        let (username, email) = (self.username.clone(), self.email.clone());
        let (user_id, organization) = (self.user_id()?, self.organization.clone());
        Ok(Payload::UserLogin { username, email, user_id, organization })
    }

    pub(super) fn created(&self, remaining_seats: Option<u32>) -> Result<Payload, StoreError> {
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
        .fetch_one(&mut *self.pages.reader().await?)
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
        .fetch_all(&mut *self.pages.reader().await?)
        .await?;
        let users: Result<Vec<OrgUser>, StoreError> = rows.into_iter().map(UserRow::view).collect();
        Ok((users?, total))
    }

    /// # Errors
    /// [`StoreError::NotFound`] for another organization's user.
    pub async fn user(&self, organization: OrganizationId, id: UserId) -> Result<OrgUser, StoreError> {
        find_user(&mut *self.pages.reader().await?, organization, id).await?.view()
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
                .fetch_optional(&mut *self.pages.reader().await?)
                .await?;
        id.as_deref().map(parsed).transpose()
    }

    /// # Errors
    /// [`StoreError::Taken`] for the user name or the e-mail, [`StoreError::Refused`] when no seat is free.
    pub async fn create_user(&self, new: NewUserRow, by: ActedBy) -> Result<OrgUser, StoreError> {
        self.writer.write(CreateUser { new, by }).await
    }

    /// Disables or enables a user of this organization; to what the user already is, it does nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for another organization's user, [`StoreError::Forbidden`] for a platform admin unless
    /// by one, [`StoreError::Refused`] when no seat is free, or for the last platform admin.
    pub async fn set_user_active(&self, change: ActiveChange, by: ActedBy) -> Result<(), StoreError> {
        self.writer.write(SetUserActive { change, by }).await
    }

    /// Records a log in and its session. The first one ever fires `USER_CREATED`, before `USER_LOGIN`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the user has been disabled meanwhile.
    pub async fn log_in(&self, session: NewSession, source: Source) -> Result<(), StoreError> {
        self.writer.write(LogIn { session, source }).await
    }

    /// Notes a log in that failed: for `user`, where what was typed named one.
    ///
    /// # Errors
    /// When nothing was stored.
    pub async fn note_failed_log_in(
        &self,
        user: Option<UserId>,
        source: Source,
        error: &'static str,
    ) -> Result<(), StoreError> {
        self.writer.write(FailedLogIn { user, source, error }).await
    }

    /// # Errors
    /// [`StoreError::NotFound`] when nobody has this user name.
    pub async fn reset_password(
        &self,
        username: &str,
        password_hash: String,
        by: ActedBy,
    ) -> Result<(), StoreError> {
        self.writer.write(ResetPassword { username_key: fold_case(username), password_hash, by }).await
    }
}
