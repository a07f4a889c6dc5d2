//! Organizations: the General tab, and what a platform admin sees of all of them.

use domain::{Organization, OrganizationId, Seats, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

use crate::{
    Next, Problem, Toast, paths,
    transport::{Once, Repeatable},
};
#[cfg(feature = "ssr")]
use crate::{backend, settle};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationView {
    pub organization: Organization,
    pub created_at: Timestamp,
    /// For those who manage users.
    pub seats: Option<Seats>,
}

#[server(prefix = "/fn", endpoint = "organizations/read", client = Repeatable)]
pub async fn read_organization(organization_id: OrganizationId) -> Result<OrganizationView, Problem> {
    backend()?.organization(organization_id).await
}

/// Those that the caller sees, by name.
#[server(prefix = "/fn", endpoint = "organizations/list", client = Repeatable)]
pub async fn list_organizations() -> Result<Vec<OrganizationView>, Problem> {
    backend()?.organizations().await
}

#[server(prefix = "/fn", endpoint = "organizations/create", client = Once)]
pub async fn create_organization(#[server(default)] name: String) -> Result<Organization, Problem> {
    let backend = backend()?;
    let outcome = backend.create_organization(name).await;
    settle(&backend, outcome, |_| Next::saying(paths::PLATFORM, Toast::OrganizationCreated))
}

/// How many seats an organization has: a whole number, or empty for no limit.
#[server(prefix = "/fn", endpoint = "organizations/set-seats", client = Once)]
pub async fn set_seats(
    organization_id: OrganizationId,
    #[server(default)] seats: String,
) -> Result<Seats, Problem> {
    let backend = backend()?;
    let outcome = backend.set_seats(organization_id, seats).await;
    settle(&backend, outcome, |_| Next::saying(paths::organization(organization_id), Toast::SeatsSaved))
}
