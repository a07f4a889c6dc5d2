//! One's own account: its name, its password and its sessions.

use domain::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::{Next, Toast, backend, paths, settle};
use crate::{
    Problem,
    transport::{Once, Repeatable},
};

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    pub created_at: Timestamp,
    /// To the minute.
    pub last_seen_at: Timestamp,
    /// Where it was begun.
    pub address: String,
    pub user_agent: String,
}

/// A change of one's own password, as typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordChange {
    pub current: String,
    pub new: String,
    /// Whether the sessions elsewhere end.
    pub end_others: bool,
}

/// The caller's own, the newest first.
#[server(prefix = "/fn", endpoint = "account/sessions", client = Repeatable)]
pub async fn list_sessions() -> Result<Vec<SessionRow>, Problem> {
    backend()?.sessions().await
}

/// Ends one of the caller's own sessions.
#[server(prefix = "/fn", endpoint = "account/end-session", client = Once)]
pub async fn end_session(session_id: SessionId) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.end_session(session_id).await;
    settle(&backend, outcome, |()| Next::saying(paths::ACCOUNT, Toast::SessionEnded))
}

/// Ends all of the caller's own sessions but this one.
#[server(prefix = "/fn", endpoint = "account/end-other-sessions", client = Once)]
pub async fn end_other_sessions() -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.end_other_sessions().await;
    settle(&backend, outcome, |()| Next::saying(paths::ACCOUNT, Toast::SessionsEnded))
}

/// Changes the name by which people call the caller.
#[server(prefix = "/fn", endpoint = "account/set-name", client = Once)]
pub async fn set_own_name(#[server(default)] name: String) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.set_own_name(name).await;
    settle(&backend, outcome, |()| Next::saying(paths::ACCOUNT, Toast::NameSaved))
}

#[server(prefix = "/fn", endpoint = "account/change-password", client = Once)]
pub async fn change_password(
    #[server(default)] current_password: String,
    #[server(default)] password: String,
    #[server(default)] end_others: bool,
) -> Result<(), Problem> {
    let backend = backend()?;
    let change = PasswordChange { current: current_password, new: password, end_others };
    let outcome = backend.change_password(change).await;
    settle(&backend, outcome, |()| Next::saying(paths::ACCOUNT, Toast::PasswordChanged))
}

/// Sets a new password with the code that an admin has given.
#[server(prefix = "/fn", endpoint = "account/use-reset", client = Once)]
pub async fn use_password_reset(
    #[server(default)] token: String,
    #[server(default)] password: String,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.use_password_reset(token, password).await;
    settle(&backend, outcome, |()| Next::saying(paths::SIGN_IN, Toast::PasswordChanged))
}
