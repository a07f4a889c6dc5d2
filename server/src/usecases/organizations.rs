//! Organizations and their seats.

use api::{Problem, organizations::OrganizationView};
use domain::{Invalid, Name, Organization, Seats};

use crate::{access::Grant, herald::Herald};

impl Herald {
    pub(crate) async fn list_organizations(&self, grant: &Grant) -> Result<Vec<Organization>, Problem> {
        let user = grant.user()?;
        let found = self.store.organizations_of(user.id, user.platform_admin).await?;
        Ok(found.iter().map(crate::store::StoredOrganization::view).collect())
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
        Ok(OrganizationView { organization: organization.view(), created_at: organization.created_at, seats })
    }

    pub(crate) async fn seats(&self, grant: &Grant) -> Result<Seats, Problem> {
        Ok(self.store.seats(grant.organization()?.id).await?)
    }

    pub(crate) async fn set_seats(&self, grant: &Grant, limit: Option<u32>) -> Result<Seats, Problem> {
        Ok(self.store.set_seats(grant.organization()?.id, limit, grant.acted_by()).await?)
    }
}
