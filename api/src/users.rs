//! Users of an organization.

use domain::{OrgUser, OrganizationId, UserId};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

use crate::{
    Next, Problem, Toast, paths,
    transport::{Once, Repeatable},
};
#[cfg(feature = "ssr")]
use crate::{backend, settle};

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
    /// Counted from 1.
    pub page: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPage {
    pub users: Vec<OrgUser>,
    /// How many match, on all pages.
    pub total: u32,
    pub page: u32,
    pub pages: u32,
    /// Enabled webhooks that a disabled user fires, for the modal.
    pub disable_fires: Vec<String>,
}

#[server(prefix = "/fn", endpoint = "users/list", client = Repeatable)]
pub async fn list_users(
    organization_id: OrganizationId,
    #[server(default)] search: String,
    #[server(default)] page: u32,
) -> Result<UserPage, Problem> {
    backend()?.users(organization_id, UserQuery { search, page }).await
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

/// Disables or enables a user. Disabling ends their sessions and fires `USER_DISABLED`, once.
#[server(prefix = "/fn", endpoint = "users/set-active", client = Once)]
pub async fn set_user_active(
    organization_id: OrganizationId,
    user_id: UserId,
    #[server(default)] active: bool,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.set_user_active(organization_id, user_id, active).await;
    settle(&backend, outcome, |()| after_set_active(organization_id, active))
}

#[must_use]
pub fn after_set_active(organization: OrganizationId, active: bool) -> Next {
    let toast = if active { Toast::UserEnabled } else { Toast::UserDisabled };
    Next::saying(paths::users(organization), toast)
}
