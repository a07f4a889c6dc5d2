//! Organizations and their seats.

use api::{Problem, organizations::OrganizationView};
use domain::{Invalid, Name, Organization, Seats};

use crate::{access::Grant, herald::Herald, store::StoredOrganization};

impl Herald {
    /// Those that the caller sees, each with how many users it has.
    pub(crate) async fn list_organizations(
        &self,
        grant: &Grant,
    ) -> Result<Vec<(Organization, u32)>, Problem> {
        let user = grant.user()?;
        let found = self.store.organizations_of(user.id, user.platform_admin).await?;
        let ids: Vec<_> = found.iter().map(|organization| organization.id).collect();
        let members = self.store.members_of(&ids).await?;
        Ok(found.iter().map(StoredOrganization::view).zip(members).collect())
    }

    /// Those that the caller sees; a platform admin sees all, with their seats.
    pub(crate) async fn organization_views(&self, grant: &Grant) -> Result<Vec<OrganizationView>, Problem> {
        let user = grant.user()?;
        if !user.platform_admin {
            let found = self.store.organizations_of(user.id, false).await?;
            return Ok(found.iter().map(|organization| view(organization, None)).collect());
        }
        let found = self.store.organizations_with_seats().await?;
        Ok(found.iter().map(|(organization, seats)| view(organization, Some(*seats))).collect())
    }

    pub(crate) async fn create_organization(
        &self,
        grant: &Grant,
        name: &str,
    ) -> Result<Organization, Problem> {
        let mut invalid = Invalid::default();
        let Some(name) = invalid.check("organizationName", Name::parse(name)) else {
            return Err(invalid.into());
        };
        Ok(self.store.create_organization(name, grant.acted_by()).await?.view())
    }

    pub(crate) async fn organization_view(&self, grant: &Grant) -> Result<OrganizationView, Problem> {
        let organization = grant.organization()?;
        let seats = match grant.manages_users() {
            true => Some(self.store.seats(organization.id).await?),
            false => None,
        };
        Ok(view(organization, seats))
    }

    pub(crate) async fn seats(&self, grant: &Grant) -> Result<Seats, Problem> {
        Ok(self.store.seats(grant.organization()?.id).await?)
    }

    pub(crate) async fn set_seats(&self, grant: &Grant, limit: Option<u32>) -> Result<Seats, Problem> {
        Ok(self.store.set_seats(grant.organization()?.id, limit, grant.acted_by()).await?)
    }
}

fn view(organization: &StoredOrganization, seats: Option<Seats>) -> OrganizationView {
    OrganizationView { organization: organization.view(), created_at: organization.created_at, seats }
}
