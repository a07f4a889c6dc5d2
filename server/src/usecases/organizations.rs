//! Organizations and their seats.

use api::{
    Problem,
    organizations::{OrganizationPage, OrganizationView},
};
use domain::{Act, Invalid, Name, Organization, Seats, fold_case};

use super::outrun::Edited;
use crate::{
    access::Grant,
    herald::Herald,
    store::{OrganizationRows, SeenBy, StoredOrganization, Version},
};

/// Which of the organizations that one sees, in which order.
pub(crate) struct OrganizationFilter {
    /// Part of a name, in any case.
    pub(crate) search: String,
    /// By name alone; otherwise one's own comes first.
    pub(crate) by_name: bool,
    pub(crate) descending: bool,
    /// `None`: all of them.
    pub(crate) limit: Option<usize>,
    pub(crate) offset: usize,
}

impl OrganizationFilter {
    fn matching(&self, mut seen: Vec<StoredOrganization>) -> Vec<StoredOrganization> {
        let search = fold_case(self.search.trim());
        seen.retain(|organization| fold_case(&organization.name).contains(&search));
        if self.by_name {
            seen.sort_by_cached_key(|organization| fold_case(&organization.name));
        }
        if self.descending {
            seen.reverse();
        }
        seen
    }
}

impl Herald {
    /// A page of those that the caller sees, each with how many users it has, and how many match.
    pub(crate) async fn list_organizations(
        &self,
        grant: &Grant,
        filter: &OrganizationFilter,
    ) -> Result<(Vec<(Organization, u32)>, usize), Problem> {
        let user = grant.user()?;
        let seen = self.store.organizations_of(user.id, user.platform_admin).await?;
        let matching = filter.matching(seen);
        let page = matching.iter().skip(filter.offset).take(filter.limit.unwrap_or(usize::MAX));
        let (ids, views): (Vec<_>, Vec<_>) =
            page.map(|organization| (organization.id, organization.view())).unzip();
        let members = self.store.members_of(&ids).await?;
        Ok((views.into_iter().zip(members).collect(), matching.len()))
    }

    /// Those that the caller sees and that match; a platform admin sees all, with their seats. `page` counts from 1.
    pub(crate) async fn organization_page(
        &self,
        grant: &Grant,
        search: &str,
        page: u32,
    ) -> Result<OrganizationPage, Problem> {
        let user = grant.user()?;
        let seen = SeenBy { user: user.id, all: user.platform_admin };
        let found = self.store.organization_page(seen, search, page).await?;
        let row = |(organization, seats): &(StoredOrganization, Seats)| {
            view(organization, user.platform_admin.then_some(*seats))
        };
        let OrganizationRows { rows, total, page, pages } = found;
        Ok(OrganizationPage { organizations: rows.iter().map(row).collect(), total, page, pages })
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

    /// `version`: of what the change was made from.
    pub(crate) async fn set_seats(
        &self,
        grant: &Grant,
        limit: Option<u32>,
        version: Option<String>,
    ) -> Result<Seats, Problem> {
        let organization = grant.organization()?.id;
        match self.store.set_seats(organization, limit, version, grant.acted_by()).await {
            Ok(seats) => Ok(seats),
            Err(error) => {
                let (act, target) = (Act::SetSeats, organization.to_string());
                let edited = Edited { organization, act, target, what: "this organization" };
                Err(self.edit_failed(error, edited).await)
            }
        }
    }
}

fn view(organization: &StoredOrganization, seats: Option<Seats>) -> OrganizationView {
    let seats_version = seats.map(|seats| Version::of_seats(seats.seats).into()).unwrap_or_default();
    let (organization, created_at) = (organization.view(), organization.created_at);
    OrganizationView { organization, created_at, seats, seats_version }
}
