//! The table of users.

use api::{
    paths,
    users::{UserPage, UserSort},
};
use domain::{LicenseStatus, OrgUser, OrganizationId};
use leptos::{either::Either, prelude::*};

use super::filter::Filter;
use crate::components::{
    confirm::{AskAbout, AskForm},
    icon::Icon,
    moment::Moment,
    status::UserStatus,
};

#[component]
pub(super) fn UsersTable(
    organization: OrganizationId,
    page: UserPage,
    path: String,
    filter: Filter,
) -> impl IntoView {
    let rows = page.users.into_iter().map(|user| row(organization, user)).collect::<Vec<_>>();
    let column = |sort, words| view! { <Column sort words path=path.clone() filter=filter.clone()/> };
    view! {
        <AskForm path=path.clone() kept=filter.pairs()/>
        <div class="table-scroll" role="region" aria-label="Users" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        {column(UserSort::Name, "Name")}
                        {column(UserSort::Username, "User name")}
                        {column(UserSort::Email, "E-mail")}
                        <th scope="col">"Status"</th>
                        <th scope="col" class="cell-roomy">"License"</th>
                        {column(UserSort::LastLogin, "Last log in")}
                        <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// A heading that sorts.
#[component]
fn Column(sort: UserSort, words: &'static str, path: String, filter: Filter) -> impl IntoView {
    let here = filter.sort == sort;
    let order = here.then_some(if filter.descending { "descending" } else { "ascending" });
    view! {
        <th scope="col" aria-sort=order>
            <a class="sort" href=filter.sorted_by(sort).address(&path)>
                {words}
                {here.then(|| view! { <span class=Icon::Chevron.class() aria-hidden="true"></span> })}
            </a>
        </th>
    }
}

fn row(organization: OrganizationId, user: OrgUser) -> impl IntoView {
    let (id, active) = (user.id, user.active);
    let described_by = format!("user-{id}");
    let name = if user.name.is_empty() { user.username.clone() } else { user.name };
    let last = match user.last_login {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(view! { <span class="quiet">"never"</span> }),
    };
    let (param, words) = if active { ("disable", "Disable") } else { ("enable", "Enable") };
    view! {
        <tr>
            <td class="strong"><a href=paths::user(organization, id)>{name}</a></td>
            <td class="mono" id=described_by.clone()>{user.username}</td>
            <td>{user.email}</td>
            <td><UserStatus active/></td>
            <td class="cell-roomy">{license(user.license_status)}</td>
            <td>{last}</td>
            <td class="cell-actions">
                <AskAbout asks=param about=id.to_string() words described_by/>
            </td>
        </tr>
    }
}

pub(super) const fn license(status: LicenseStatus) -> &'static str {
    match status {
        LicenseStatus::Active => "Takes a seat",
        LicenseStatus::Complimentary => "Complimentary",
        LicenseStatus::Inactive => "None",
    }
}
