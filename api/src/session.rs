//! Signing in and out, the first run, and who one is.

use domain::{Organization, OrganizationId, Role, UserId};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

use crate::{
    Next, Problem, Toast, paths,
    transport::{Once, Repeatable},
};
#[cfg(feature = "ssr")]
use crate::{backend, settle};

/// Who is signed in, and what they see. One read for the header and for what pages show and hide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub user_id: UserId,
    pub username: String,
    pub name: String,
    pub email: String,
    pub platform_admin: bool,
    /// For platform admins, the name of the organization that owns the platform's webhooks.
    #[serde(default)]
    pub platform: Option<String>,
    /// Those that the user sees, their own first.
    pub organizations: Vec<Membership>,
}

/// An organization that the user sees, and what they hold there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub organization: Organization,
    /// `org:admin`, or a platform admin.
    pub admin: bool,
    /// `org:users`, or an admin.
    pub manages_users: bool,
    pub roles: Vec<Role>,
}

impl SessionView {
    #[must_use]
    pub fn membership(&self, organization: OrganizationId) -> Option<&Membership> {
        self.organizations.iter().find(|membership| membership.organization.id == organization)
    }
}

/// The first organization and its first platform admin.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstRun {
    /// From the one-time link.
    pub token: String,
    pub organization: String,
    pub username: String,
    pub email: String,
    pub password: String,
}

/// Who is signed in; `None` for a visitor.
#[server(prefix = "/fn", endpoint = "session/read", client = Repeatable)]
pub async fn read_session() -> Result<Option<SessionView>, Problem> {
    backend()?.session().await
}

/// Signs in with a user name or e-mail. `to` is a path of the console to go on to.
#[server(prefix = "/fn", endpoint = "session/sign-in", client = Once)]
pub async fn sign_in(
    username: String,
    password: String,
    #[server(default)] to: String,
) -> Result<(), Problem> {
    let backend = backend()?;
    settle(&backend, backend.sign_in(username, password).await, |()| after_sign_in(&to))
}

#[must_use]
pub fn after_sign_in(to: &str) -> Next {
    // Only a path of this console: anything else could lead a freshly signed-in user to a stranger's page.
    // Browsers drop tabs and line breaks and read `\` as `/`.
    let plain = to.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    let own = plain && to.starts_with('/') && !to.starts_with("//");
    Next::new(if own { to } else { paths::START })
}

#[server(prefix = "/fn", endpoint = "session/sign-out", client = Once)]
pub async fn sign_out() -> Result<(), Problem> {
    let backend = backend()?;
    settle(&backend, backend.sign_out().await, |()| after_sign_out())
}

#[must_use]
pub fn after_sign_out() -> Next {
    Next::saying(paths::SIGN_IN, Toast::SignedOut)
}

/// Whether the one-time link still works.
#[server(prefix = "/fn", endpoint = "first-run/read", client = Repeatable)]
pub async fn first_run_is_open(token: String) -> Result<bool, Problem> {
    backend()?.first_run_is_open(token).await
}

/// Makes the first organization and signs its first admin in.
#[server(prefix = "/fn", endpoint = "first-run/create", client = Once)]
pub async fn create_first_run(
    token: String,
    organization: String,
    username: String,
    email: String,
    password: String,
) -> Result<OrganizationId, Problem> {
    let backend = backend()?;
    let first = FirstRun { token, organization, username, email, password };
    settle(&backend, backend.first_run(first).await, |organization| after_first_run(*organization))
}

#[must_use]
pub fn after_first_run(_organization: OrganizationId) -> Next {
    Next::new(paths::START)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_own_pages_only() {
        assert_eq!(after_sign_in("/organizations/1?a=b").to, "/organizations/1?a=b");
        for to in [
            "",
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(after_sign_in(to).to, "/", "{to}");
        }
    }
}
