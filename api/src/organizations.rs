//! Organizations: the General tab.

use domain::{Organization, OrganizationId, Seats, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::backend;
use crate::{Problem, transport::Repeatable};

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
