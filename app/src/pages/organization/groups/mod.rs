//! The Groups tab.

pub(in crate::pages) mod detail;
mod members;
pub(in crate::pages) mod new;

use api::{groups::list_groups, paths, session::Membership};
use domain::{Group, OrganizationId, fold_case};
use leptos::{either::Either, prelude::*};

use super::{Settings, Tab, counted, tab_failed};
use crate::{
    address::{Query, use_query},
    components::{
        heading::PageTitle,
        moment::Moment,
        roles::Roles,
        states::{Empty, NoMatch},
    },
    page::page,
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn GroupsPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::ManageUsers)?;
        match list_groups(membership.organization.id).await {
            Ok(groups) => Ok(view! { <GroupsView membership groups query/> }.into_any()),
            Err(problem) => tab_failed(Tab::Groups, membership, problem),
        }
    };
    view! {
        <PageTitle words="Groups · Organization settings"/>
        {page(content)}
    }
}

#[component]
fn GroupsView(membership: Membership, groups: Vec<Group>, query: Query) -> impl IntoView {
    let (organization, admin) = (membership.organization.id, membership.admin);
    let content = if groups.is_empty() {
        Either::Left(view! { <NoGroups organization admin/> })
    } else {
        let search = query.first("q").to_owned();
        Either::Right(view! { <List organization admin groups search/> })
    };
    view! { <Settings tab=Tab::Groups membership>{content}</Settings> }
}

#[component]
fn List(organization: OrganizationId, admin: bool, groups: Vec<Group>, search: String) -> impl IntoView {
    let path = paths::groups(organization);
    let visible = matching(groups, &search);
    let count = counted(visible.len(), "group");
    let list = if visible.is_empty() {
        Either::Left(view! { <NoMatch words=format!("No group matches “{search}”") clear=path.clone()/> })
    } else {
        Either::Right(view! { <Table organization groups=visible/> })
    };
    view! {
        <div class="toolbar">
            <form class="query-form" role="search" method="get" action=path>
                <input class="input" type="search" name="q" value=search placeholder="Search groups" aria-label="Search groups"/>
                <button type="submit" class="button">"Search"</button>
            </form>
            <div class="toolbar-actions">
                {admin.then(|| view! { <AddGroup organization/> })}
            </div>
        </div>
        {list}
        <p class="table-note">{count}</p>
    }
}

fn matching(groups: Vec<Group>, search: &str) -> Vec<Group> {
    let search = fold_case(search.trim());
    let found = |text: &str| fold_case(text).contains(&search);
    groups.into_iter().filter(|group| found(&group.name) || found(&group.description)).collect()
}

#[component]
fn AddGroup(organization: OrganizationId) -> impl IntoView {
    view! { <a class="button button-primary" href=paths::new_group(organization)>"+ Add group"</a> }
}

#[component]
fn Table(organization: OrganizationId, groups: Vec<Group>) -> impl IntoView {
    let row = |group: Group| {
        view! {
            <tr>
                <td class="strong"><a href=paths::group(organization, group.id)>{group.name}</a></td>
                <td>{group.description}</td>
                <td><Roles roles=group.roles/></td>
                <td class="number">{group.members}</td>
                <td><Moment at=group.created_at/></td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll" role="region" aria-label="Groups" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Description"</th>
                        <th scope="col">"Roles"</th>
                        <th scope="col">"Members"</th>
                        <th scope="col">"Created"</th>
                    </tr>
                </thead>
                <tbody>{groups.into_iter().map(row).collect::<Vec<_>>()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn NoGroups(organization: OrganizationId, admin: bool) -> impl IntoView {
    view! {
        <Empty title="No groups yet">
            <p>
                "A group holds roles, and every member holds the roles of the group. Members may be of another \
                 organization. When one is removed, webhooks of the type USER_REMOVED_FROM_GROUP fire."
            </p>
            {admin.then(|| view! { <p><AddGroup organization/></p> })}
        </Empty>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{GroupId, Timestamp};

    fn group(name: &str, description: &str) -> Group {
        Group {
            id: GroupId::from_bytes([1; 12]),
            name: name.into(),
            description: description.into(),
            members: 0,
            organization: "acme".into(),
            roles: Vec::new(),
            created_at: Timestamp::from_unix_ms(0),
        }
    }

    #[test]
    fn a_search_finds_name_and_description_without_case() {
        let names = |search: &str| {
            let all = vec![group("Admins", "Everything"), group("Écoles", "")];
            matching(all, search).into_iter().map(|group| group.name).collect::<Vec<_>>()
        };
        assert_eq!(names(" ADM "), ["Admins"]);
        assert_eq!(names("every"), ["Admins"]);
        assert_eq!(names("éco"), ["Écoles"]);
        assert_eq!(names("").len(), 2);
    }
}
