//! Organizations and their seats.

use async_trait::async_trait;
use domain::{Organization, OrganizationId, Seats};

use crate::{
    Problem,
    organizations::{AllowedTargets, OrganizationPage, OrganizationView},
};

#[async_trait]
pub trait OrganizationBackend: Send + Sync {
    async fn organization(&self, organization: OrganizationId) -> Result<OrganizationView, Problem>;
    async fn organizations(&self, search: String, page: u32) -> Result<OrganizationPage, Problem>;
    async fn create_organization(&self, name: String) -> Result<Organization, Problem>;
    async fn set_seats(
        &self,
        organization: OrganizationId,
        seats: String,
        version: String,
    ) -> Result<Seats, Problem>;
    async fn allowed_targets(&self, organization: OrganizationId) -> Result<AllowedTargets, Problem>;
    async fn set_allowed_targets(
        &self,
        organization: OrganizationId,
        all: bool,
        targets: String,
        version: String,
    ) -> Result<AllowedTargets, Problem>;
}
