//! Organizations and their seats.

use api::{
    OrganizationBackend, Problem,
    organizations::{AllowedTargets, OrganizationPage, OrganizationView},
};
use async_trait::async_trait;
use domain::{FieldError, Operation, Organization, OrganizationId, Seats};

use super::{RequestBackend, at_field, made_from};

#[async_trait]
impl OrganizationBackend for RequestBackend {
    async fn organization(&self, organization: OrganizationId) -> Result<OrganizationView, Problem> {
        let grant = self.grant(Operation::ReadOrganization, organization).await?;
        self.herald.organization_view(&grant).await
    }

    async fn organizations(&self, search: String, page: u32) -> Result<OrganizationPage, Problem> {
        let grant = self.own(Operation::ListOrganizations).await?;
        self.herald.organization_page(&grant, &search, page).await
    }

    async fn create_organization(&self, name: String) -> Result<Organization, Problem> {
        let grant = self.own(Operation::CreateOrganization).await?;
        let made = self.herald.create_organization(&grant, &name).await;
        made.map_err(|problem| at_field(problem, "organizationName", "name"))
    }

    async fn set_seats(
        &self,
        organization: OrganizationId,
        seats: String,
        version: String,
    ) -> Result<Seats, Problem> {
        let grant = self.grant(Operation::SetSeats, organization).await?;
        let limit = match seats.trim() {
            "" => None,
            text => Some(text.parse::<u32>().map_err(|_| no_number())?),
        };
        self.herald.set_seats(&grant, limit, made_from(version)).await
    }

    async fn allowed_targets(&self, organization: OrganizationId) -> Result<AllowedTargets, Problem> {
        let grant = self.grant(Operation::ReadAllowedTargets, organization).await?;
        let (targets, version) = self.herald.versioned_targets(&grant).await?;
        Ok(AllowedTargets { version: version.into(), ..targets })
    }

    async fn set_allowed_targets(
        &self,
        organization: OrganizationId,
        all: bool,
        targets: String,
        version: String,
    ) -> Result<AllowedTargets, Problem> {
        let grant = self.grant(Operation::SetAllowedTargets, organization).await?;
        let listed = || targets.split_whitespace().map(str::to_owned).collect();
        let set = self.herald.set_allowed_targets(&grant, (!all).then(listed), made_from(version)).await;
        set.map_err(at_targets)
    }
}

fn no_number() -> Problem {
    let detail = "Enter a whole number of seats, or leave it empty for no limit.";
    Problem::invalid(vec![FieldError::new("seats", "invalid", detail)])
}

/// The form has one field for all of them.
fn at_targets(mut problem: Problem) -> Problem {
    for error in &mut problem.errors {
        if error.pointer.starts_with("#/allowedTargets") {
            "#/targets".clone_into(&mut error.pointer);
        }
    }
    problem
}
