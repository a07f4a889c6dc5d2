//! Users of an organization.

use std::fmt;

use domain::{GroupId, OrgUser, Organization, OrganizationId, Role, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

use crate::{
    Fires, Next, Problem, Toast, paths,
    transport::{Once, Repeatable},
};
#[cfg(feature = "ssr")]
use crate::{Told, backend, settle};

/// What the form asks for, as typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    pub username: String,
    pub email: String,
    pub name: String,
    /// Empty: the user cannot sign in until a password is set.
    pub password: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserQuery {
    /// Part of a user name, name or e-mail; empty for all.
    pub search: String,
    /// Only those who are active, or who are not.
    pub active: Option<bool>,
    pub sort: UserSort,
    pub descending: bool,
    /// Counted from 1.
    pub page: u32,
}

/// What a list of users is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UserSort {
    #[default]
    Username,
    Email,
    Name,
    CreatedAt,
    LastLogin,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPage {
    pub users: Vec<OrgUser>,
    /// How many match, on all pages.
    pub total: u32,
    pub page: u32,
    pub pages: u32,
    /// What a user who is disabled fires.
    pub disable_fires: Fires,
}

/// A user on their page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    pub user: OrgUser,
    /// Those that the caller sees: the organization's, or all for a platform admin.
    pub groups: Vec<UserGroup>,
    pub disable_fires: Fires,
    /// What leaving a group of the organization fires.
    pub removal_fires: Fires,
}

/// A group that a user is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroup {
    pub id: GroupId,
    pub name: String,
    pub roles: Vec<Role>,
    pub organization: Organization,
}

/// A code with which a user sets a new password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordReset {
    pub user_id: UserId,
    pub token: String,
    pub expires_at: Timestamp,
}

impl fmt::Debug for PasswordReset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordReset([REDACTED])")
    }
}

#[server(prefix = "/fn", endpoint = "users/list", client = Repeatable)]
pub async fn list_users(
    organization_id: OrganizationId,
    #[server(default)] search: String,
    #[server(default)] active: Option<bool>,
    #[server(default)] sort: UserSort,
    #[server(default)] descending: bool,
    #[server(default)] page: u32,
) -> Result<UserPage, Problem> {
    backend()?.users(organization_id, UserQuery { search, active, sort, descending, page }).await
}

#[server(prefix = "/fn", endpoint = "users/read", client = Repeatable)]
pub async fn read_user(organization_id: OrganizationId, user_id: UserId) -> Result<UserView, Problem> {
    backend()?.user(organization_id, user_id).await
}

#[server(prefix = "/fn", endpoint = "users/create", client = Once)]
pub async fn create_user(
    organization_id: OrganizationId,
    #[server(default)] username: String,
    #[server(default)] email: String,
    #[server(default)] name: String,
    #[server(default)] password: String,
) -> Result<OrgUser, Problem> {
    let backend = backend()?;
    let new = NewUser { username, email, name, password };
    let outcome = backend.create_user(organization_id, new).await;
    settle(&backend, outcome, |_| after_create(organization_id))
}

#[must_use]
pub fn after_create(organization: OrganizationId) -> Next {
    Next::saying(paths::users(organization), Toast::UserCreated)
}

/// Disables or enables a user. Disabling ends their sessions and fires `USER_DISABLED`, once. A plain form goes on `to` the
/// user's page or else to the list.
#[server(prefix = "/fn", endpoint = "users/set-active", client = Once)]
pub async fn set_user_active(
    organization_id: OrganizationId,
    user_id: UserId,
    #[server(default)] active: bool,
    #[server(default)] to: UserPlace,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.set_user_active(organization_id, user_id, active).await;
    settle(&backend, outcome, |()| {
        let toast = if active { Toast::UserEnabled } else { Toast::UserDisabled };
        Next::saying(to.path(organization_id, user_id), toast)
    })
}

/// Where a form about a user stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserPlace {
    #[default]
    List,
    User,
}

impl UserPlace {
    #[must_use]
    pub fn path(self, organization: OrganizationId, user: UserId) -> String {
        match self {
            Self::List => paths::users(organization),
            Self::User => paths::user(organization, user),
        }
    }
}

/// Deletes a user: who was active fires `USER_DISABLED`, and each group that they leave `USER_REMOVED_FROM_GROUP`. `purge` removes
/// what is stored about them in payloads, too.
#[server(prefix = "/fn", endpoint = "users/delete", client = Once)]
pub async fn delete_user(
    organization_id: OrganizationId,
    user_id: UserId,
    #[server(default)] purge: bool,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.delete_user(organization_id, user_id, purge).await;
    settle(&backend, outcome, |()| Next::saying(paths::users(organization_id), Toast::UserDeleted))
}

/// Ends all sessions of a user.
#[server(prefix = "/fn", endpoint = "users/end-sessions", client = Once)]
pub async fn end_user_sessions(organization_id: OrganizationId, user_id: UserId) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.end_user_sessions(organization_id, user_id).await;
    settle(&backend, outcome, |()| at_user(organization_id, user_id, Toast::UserSessionsEnded))
}

/// Makes a code with which the user sets a new password; their sessions end. `password` is the caller's own, where their
/// session's was given long ago.
#[server(prefix = "/fn", endpoint = "users/reset-password", client = Once)]
pub async fn reset_user_password(
    organization_id: OrganizationId,
    user_id: UserId,
    #[server(default)] password: String,
) -> Result<PasswordReset, Problem> {
    let backend = backend()?;
    let outcome = backend.reset_user_password(organization_id, user_id, password).await;
    if let Ok(reset) = &outcome {
        backend.tell_once(Told::PasswordReset(reset.clone()));
    }
    settle(&backend, outcome, |_| at_user(organization_id, user_id, Toast::ResetBegun))
}

/// Whether a user takes no seat.
#[server(prefix = "/fn", endpoint = "users/set-complimentary", client = Once)]
pub async fn set_user_complimentary(
    organization_id: OrganizationId,
    user_id: UserId,
    #[server(default)] complimentary: bool,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.set_user_complimentary(organization_id, user_id, complimentary).await;
    settle(&backend, outcome, |()| at_user(organization_id, user_id, Toast::UserSaved))
}

/// Whether a user is a platform admin. `password` is the caller's own, where their session's was given long ago.
#[server(prefix = "/fn", endpoint = "users/set-admin", client = Once)]
pub async fn set_user_admin(
    organization_id: OrganizationId,
    user_id: UserId,
    #[server(default)] admin: bool,
    #[server(default)] password: String,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.set_user_admin(organization_id, user_id, admin, password).await;
    settle(&backend, outcome, |()| at_user(organization_id, user_id, Toast::UserSaved))
}

#[cfg(feature = "ssr")]
fn at_user(organization: OrganizationId, user: UserId, toast: Toast) -> Next {
    Next::saying(paths::user(organization, user), toast)
}
