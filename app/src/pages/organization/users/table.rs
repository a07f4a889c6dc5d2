//! The table of users.

use api::users::UserPage;
use domain::{LicenseStatus, OrgUser};
use leptos::{either::Either, prelude::*};

use crate::components::{moment::Moment, status::UserStatus};

/// The form that asks, by the address.
const ASK: &str = "ask";

#[component]
pub(super) fn UsersTable(page: UserPage, path: String, search: String) -> impl IntoView {
    let number = page.page.to_string();
    let rows = page.users.into_iter().map(row).collect::<Vec<_>>();
    view! {
        <form id=ASK method="get" action=path>
            <input type="hidden" name="q" value=search/>
            <input type="hidden" name="page" value=number/>
        </form>
        <div class="table-scroll" role="region" aria-label="Users" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"User name"</th>
                        <th scope="col">"E-mail"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"License"</th>
                        <th scope="col">"Last log in"</th>
                        <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(user: OrgUser) -> impl IntoView {
    let (id, active) = (user.id, user.active);
    let described_by = format!("user-{id}");
    let name = if user.name.is_empty() { "–".to_owned() } else { user.name };
    let last = match user.last_login {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(view! { <span class="quiet">"never"</span> }),
    };
    let (param, words) = if active { ("disable", "Disable") } else { ("enable", "Enable") };
    view! {
        <tr>
            <td class="strong">{name}</td>
            <td class="mono" id=described_by.clone()>{user.username}</td>
            <td>{user.email}</td>
            <td><UserStatus active/></td>
            <td>{license(user.license_status)}</td>
            <td>{last}</td>
            <td class="cell-actions">
                <button
                    type="submit"
                    class="button button-small"
                    form=ASK
                    name=param
                    value=id.to_string()
                    aria-describedby=described_by
                >
                    {words}
                </button>
            </td>
        </tr>
    }
}

const fn license(status: LicenseStatus) -> &'static str {
    match status {
        LicenseStatus::Active => "Takes a seat",
        LicenseStatus::Complimentary => "Complimentary",
        LicenseStatus::Inactive => "None",
    }
}
