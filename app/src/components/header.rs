//! The header of every page: Herald, the organization, its settings, the user's menu.

use api::{
    paths,
    session::{Membership, SessionView},
};
use domain::OrganizationId;
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_url;

use super::{icon::Icon, user_menu::UserMenu};
use crate::{
    address::use_query,
    islands::awake::FIND,
    session::{organization_in, use_session},
};

/// Organizations in the switcher of a platform admin, who sees all of them; the rest stand on the platform's page.
const SWITCHER_ROWS_MAX: usize = 12;

#[component]
pub(crate) fn Header() -> impl IntoView {
    let session = use_session();
    let path = use_url().with_untracked(|url| url.path().to_owned());
    let sought = use_query().first("q").to_owned();
    let signed_in = Suspend::new(async move {
        session.await.ok().flatten().map(|session| view! { <SignedIn session path sought/> })
    });
    view! {
        <header class="header">
            <a class="header-logo" href=paths::START>
                <span class=Icon::Megaphone.class() aria-hidden="true"></span>
                "Herald"
            </a>
            <Suspense>{signed_in}</Suspense>
        </header>
    }
}

#[component]
fn SignedIn(session: SessionView, path: String, sought: String) -> impl IntoView {
    let current = current_of(&session.organizations, &path).cloned().map(|current| {
        let (id, admin) = (current.organization.id, current.admin);
        let (all, more) = (session.organizations.clone(), session.platform_admin);
        view! {
            <span class="header-slash" aria-hidden="true">"/"</span>
            <Organizations all current more/>
            <nav class="header-nav" aria-label="Main">
                <a href=paths::organization(id)>"Organization settings"</a>
                {more.then(|| view! { <a href=paths::PLATFORM>"Platform"</a> })}
            </nav>
            {admin.then(|| view! { <Find organization=id path sought/> })}
        }
    });
    view! {
        {current}
        <UserMenu session/>
    }
}

/// Finds an event by user name, e-mail or id. The key `/` leads into it.
#[component]
fn Find(organization: OrganizationId, path: String, sought: String) -> impl IntoView {
    let to = paths::find(organization);
    let sought = if path == to { sought } else { String::new() };
    view! {
        <form class="find" role="search" aria-label="Find" method="get" action=to>
            <input
                class="input"
                id=FIND
                type="search"
                name="q"
                value=sought
                placeholder="Find an event, user or id"
                aria-label="Find an event, user or id"
                aria-keyshortcuts="/"
            />
            <kbd class="find-key needs-script" aria-hidden="true">"/"</kbd>
        </form>
    }
}

/// The organization of the page, or else the user's own.
fn current_of<'a>(all: &'a [Membership], path: &str) -> Option<&'a Membership> {
    let of_page =
        organization_in(path).and_then(|id| all.iter().find(|membership| membership.organization.id == id));
    of_page.or_else(|| all.first())
}

/// The organization's name; a switcher where one sees several.
#[component]
fn Organizations(
    all: Vec<Membership>,
    current: Membership,
    /// Whether there is a page that lists all that there are.
    more: bool,
) -> impl IntoView {
    let name = current.organization.display_name.clone();
    if all.len() < 2 {
        return Either::Left(view! { <span class="header-organization">{name}</span> });
    }
    let shown = if more { SWITCHER_ROWS_MAX } else { all.len() };
    let left_out = all.len() > shown;
    let links = all
        .into_iter()
        .take(shown)
        .map(|membership| {
            let here = membership.organization.id == current.organization.id;
            let to = paths::organization(membership.organization.id);
            view! {
                <li>
                    <a href=to aria-current=here.then_some("true")>{membership.organization.display_name}</a>
                </li>
            }
        })
        .collect::<Vec<_>>();
    Either::Right(view! {
        <details class="menu" name="header-menu">
            <summary class="header-organization">
                <span class="visually-hidden">"Organization: "</span>
                {name}
                <span class=Icon::Chevron.class() aria-hidden="true"></span>
            </summary>
            <div class="menu-panel" tabindex="-1">
                <ul class="menu-list">
                    {links}
                    {left_out.then(|| view! { <li><a href=paths::PLATFORM>"All organizations"</a></li> })}
                </ul>
            </div>
        </details>
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Organization, OrganizationId};

    fn member_of(last: u8) -> Membership {
        let organization = Organization::new(OrganizationId::from_bytes([last; 12]), format!("org-{last}"));
        Membership { organization, admin: true, manages_users: true, roles: Vec::new() }
    }

    #[test]
    fn the_header_names_the_organization_of_the_page() {
        let all = [member_of(1), member_of(2)];
        let name = |path: &str| current_of(&all, path).map(|current| current.organization.name.clone());
        let second = paths::webhooks(all[1].organization.id);
        assert_eq!(name(&second).as_deref(), Some("org-2"));
        assert_eq!(name("/").as_deref(), Some("org-1"));
        let strange = paths::webhooks(OrganizationId::from_bytes([3; 12]));
        assert_eq!(name(&strange).as_deref(), Some("org-1"));
        assert_eq!(current_of(&[], "/"), None);
    }
}
