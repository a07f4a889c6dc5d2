//! Organizations: the General tab, and what a platform admin sees of all of them.

use domain::{Organization, OrganizationId, Seats, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::{Next, Toast, backend, paths, settle};
use crate::{
    Problem,
    transport::{Once, Repeatable},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationView {
    pub organization: Organization,
    pub created_at: Timestamp,
    /// For those who manage users.
    pub seats: Option<Seats>,
    /// Another one after every change of the limit.
    #[serde(default)]
    pub seats_version: String,
}

/// A page of those that match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationPage {
    pub organizations: Vec<OrganizationView>,
    /// How many match, on all pages.
    pub total: u32,
    /// Counted from 1.
    pub page: u32,
    pub pages: u32,
}

/// Which private targets an organization's webhooks may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllowedTargets {
    /// `CIDR`, `CIDR:port` or `host:port`; `None`: all that the server allows.
    pub allowed_targets: Option<Vec<String>>,
    /// What the server allows.
    pub server_targets: Vec<String>,
    /// Another one after every change of the organization's; the HTTP API says none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
}

#[server(prefix = "/fn", endpoint = "organizations/read", client = Repeatable)]
pub async fn read_organization(organization_id: OrganizationId) -> Result<OrganizationView, Problem> {
    backend()?.organization(organization_id).await
}

/// Those that the caller sees and whose names have this in them, by name, some at a time. `page` counts from 1; one behind the
/// last is the last.
#[server(prefix = "/fn", endpoint = "organizations/list", client = Repeatable)]
pub async fn list_organizations(
    #[server(default)] search: String,
    #[server(default)] page: u32,
) -> Result<OrganizationPage, Problem> {
    backend()?.organizations(search, page).await
}

#[server(prefix = "/fn", endpoint = "organizations/create", client = Once)]
pub async fn create_organization(#[server(default)] name: String) -> Result<Organization, Problem> {
    let backend = backend()?;
    let outcome = backend.create_organization(name).await;
    settle(&backend, outcome, |_| Next::saying(paths::PLATFORM, Toast::OrganizationCreated))
}

/// How many seats an organization has: a whole number, or empty for no limit. With an [`OrganizationView::seats_version`], 409 where
/// somebody else has changed the limit since; with none, whatever it is.
#[server(prefix = "/fn", endpoint = "organizations/set-seats", client = Once)]
pub async fn set_seats(
    organization_id: OrganizationId,
    #[server(default)] seats: String,
    #[server(default)] version: String,
) -> Result<Seats, Problem> {
    let backend = backend()?;
    let outcome = backend.set_seats(organization_id, seats, version).await;
    settle(&backend, outcome, |_| Next::saying(paths::organization(organization_id), Toast::SeatsSaved))
}

/// For platform admins.
#[server(prefix = "/fn", endpoint = "organizations/allowed-targets", client = Repeatable)]
pub async fn read_allowed_targets(organization_id: OrganizationId) -> Result<AllowedTargets, Problem> {
    backend()?.allowed_targets(organization_id).await
}

/// Narrows what an organization's webhooks may call to these targets, one a line; with `all` to what the server allows. With an
/// [`AllowedTargets::version`], 409 where somebody else has changed them since; with none, whatever they are.
#[server(prefix = "/fn", endpoint = "organizations/set-allowed-targets", client = Once)]
pub async fn set_allowed_targets(
    organization_id: OrganizationId,
    #[server(default)] all: bool,
    #[server(default)] targets: String,
    #[server(default)] version: String,
) -> Result<AllowedTargets, Problem> {
    let backend = backend()?;
    let outcome = backend.set_allowed_targets(organization_id, all, targets, version).await;
    settle(&backend, outcome, |_| {
        Next::saying(paths::organization(organization_id), Toast::AllowedTargetsSaved)
    })
}
