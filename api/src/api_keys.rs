//! API keys: a user's own.

use std::fmt;

use domain::{ApiKeyId, OrganizationId, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::{Next, Toast, Told, backend, paths, settle};
use crate::{
    Problem,
    transport::{Once, Repeatable},
};

/// A key as its user sees it; the key itself is told once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRow {
    pub id: ApiKeyId,
    pub title: String,
    /// Its last characters.
    pub hint: String,
    pub created_at: Timestamp,
    /// `None`: never.
    pub expires_at: Option<Timestamp>,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
}

/// What the form asks for, as typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewApiKey {
    /// Empty: named after the time.
    pub title: String,
    /// `None`: it does not expire.
    pub expires_in_days: Option<u32>,
    /// The caller's own, where their session's was given long ago.
    pub password: String,
}

/// A key that was made just now.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedApiKey {
    pub title: String,
    pub key: String,
}

impl fmt::Debug for CreatedApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CreatedApiKey([REDACTED])")
    }
}

/// The caller's own, the oldest first.
#[server(prefix = "/fn", endpoint = "api-keys/list", client = Repeatable)]
pub async fn list_api_keys() -> Result<Vec<ApiKeyRow>, Problem> {
    backend()?.api_keys().await
}

/// Makes a key that acts as the caller. `organization_id` says on whose settings a plain form stands.
#[server(prefix = "/fn", endpoint = "api-keys/create", client = Once)]
pub async fn create_api_key(
    #[server(default)] title: String,
    #[server(default)] expires_in_days: Option<u32>,
    #[server(default)] password: String,
    #[server(default)] organization_id: Option<OrganizationId>,
) -> Result<CreatedApiKey, Problem> {
    let backend = backend()?;
    let outcome = backend.create_api_key(NewApiKey { title, expires_in_days, password }).await;
    if let Ok(key) = &outcome {
        backend.tell_once(Told::ApiKey(key.clone()));
    }
    settle(&backend, outcome, |_| Next::saying(tab(organization_id), Toast::ApiKeyCreated))
}

/// Deletes a key of the caller's own; programs that use it are refused from then on.
#[server(prefix = "/fn", endpoint = "api-keys/delete", client = Once)]
pub async fn delete_api_key(
    api_key_id: ApiKeyId,
    #[server(default)] organization_id: Option<OrganizationId>,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.delete_api_key(api_key_id).await;
    settle(&backend, outcome, |()| Next::saying(tab(organization_id), Toast::ApiKeyDeleted))
}

#[cfg(feature = "ssr")]
fn tab(organization: Option<OrganizationId>) -> String {
    organization.map_or_else(|| paths::START.to_owned(), paths::api_keys)
}
