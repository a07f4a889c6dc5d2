//! Organization settings: the heading and the tabs that the pages share.

pub(super) mod api_keys;
pub(super) mod audit;
pub(super) mod find;
pub(super) mod general;
pub(super) mod groups;
pub(super) mod new_user;
mod targets;
pub(super) mod users;

use api::{Code, Problem, paths, session::Membership};
use domain::OrganizationId;
use leptos::prelude::*;

use crate::{
    components::{
        heading::Heading,
        states::Failed,
        tabs::{TabLink, Tabs},
    },
    session::Need,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    General,
    Users,
    Groups,
    Webhooks,
    ApiKeys,
    Audit,
}

impl Tab {
    const ALL: [Self; 6] =
        [Self::General, Self::Users, Self::Groups, Self::Webhooks, Self::ApiKeys, Self::Audit];

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::General => "General",
            Self::Users => "Users",
            Self::Groups => "Groups",
            Self::Webhooks => "Webhooks",
            Self::ApiKeys => "API keys",
            Self::Audit => "Audit log",
        }
    }

    fn address(self, organization: OrganizationId) -> String {
        match self {
            Self::General => paths::organization(organization),
            Self::Users => paths::users(organization),
            Self::Groups => paths::groups(organization),
            Self::Webhooks => paths::webhooks(organization),
            Self::ApiKeys => paths::api_keys(organization),
            Self::Audit => paths::audit(organization),
        }
    }

    /// Who sees the tab.
    const fn need(self) -> Need {
        match self {
            Self::General | Self::ApiKeys => Need::See,
            Self::Users | Self::Groups => Need::ManageUsers,
            Self::Webhooks | Self::Audit => Need::Admin,
        }
    }
}

/// The heading and the tabs with the content of one.
#[component]
pub(super) fn Settings(tab: Tab, membership: Membership, children: Children) -> impl IntoView {
    let organization = membership.organization.id;
    let tabs = Tab::ALL
        .into_iter()
        .filter(|tab| tab.need().is_met_by(&membership))
        .map(|each| TabLink { words: each.words(), to: each.address(organization), is_open: each == tab })
        .collect::<Vec<_>>();
    view! {
        <Heading>"Organization settings"</Heading>
        <Tabs label="Organization settings" tabs/>
        {children()}
    }
}

/// A tab whose content could not be read; where the reader should not be here at all, a page of its own says so.
fn tab_failed(tab: Tab, membership: Membership, problem: Problem) -> Result<AnyView, Problem> {
    if hides_page(&problem) {
        return Err(problem);
    }
    let failed = view! {
        <Settings tab membership>
            <Failed what=tab.words() problem/>
        </Settings>
    };
    Ok(failed.into_any())
}

/// Whether the reader should not be here at all: a page of its own says so.
pub(super) fn hides_page(problem: &Problem) -> bool {
    matches!(problem.code, Code::Unauthenticated | Code::Forbidden | Code::NotFound)
}

/// The way from a page below a tab back to it.
pub(super) fn steps_to(tab: Tab, organization: OrganizationId) -> Vec<(String, String)> {
    vec![
        ("Organization settings".to_owned(), Tab::General.address(organization)),
        (tab.words().to_owned(), tab.address(organization)),
    ]
}

/// `1 webhook`, `2 webhooks`.
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Organization;

    fn tabs_of(admin: bool, manages_users: bool) -> Vec<&'static str> {
        let organization = Organization::new(OrganizationId::from_bytes([1; 12]), "acme".into());
        let membership = Membership { organization, admin, manages_users, roles: Vec::new() };
        Tab::ALL.into_iter().filter(|tab| tab.need().is_met_by(&membership)).map(Tab::words).collect()
    }

    #[test]
    fn each_sees_the_tabs_that_they_may() {
        assert_eq!(tabs_of(false, false), ["General", "API keys"]);
        assert_eq!(tabs_of(false, true), ["General", "Users", "Groups", "API keys"]);
        let all = ["General", "Users", "Groups", "Webhooks", "API keys", "Audit log"];
        assert_eq!(tabs_of(true, true), all);
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(counted(1, "webhook"), "1 webhook");
        assert_eq!(counted(0, "webhook"), "0 webhooks");
    }
}
