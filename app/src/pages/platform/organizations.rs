//! All organizations with their seats, and one more.

use api::{
    organizations::{CreateOrganization, OrganizationView, list_organizations},
    paths,
};
use domain::{Seats, fold_case};
use leptos::{either::Either, prelude::*};

use super::{Platform, PlatformTab};
use crate::{
    address::use_query,
    components::{
        button::SubmitButton, error_summary::ErrorSummary, field::TextField, heading::PageTitle,
        moment::Moment, states::NoMatch,
    },
    forms::{Form, PostForm},
    page::page,
    pages::organization::counted,
    session::{admit_to_platform, use_session},
};

/// More are found by a search.
const ROWS_MAX: usize = 200;

#[component]
pub(crate) fn PlatformPage() -> impl IntoView {
    let (session, search) = (use_session(), use_query().first("q").to_owned());
    let content = async move {
        admit_to_platform(session.await)?;
        let organizations = list_organizations().await?;
        Ok(view! { <Platform tab=PlatformTab::Organizations><Organizations organizations search/></Platform> }
            .into_any())
    };
    view! {
        <PageTitle words="Platform"/>
        {page(content)}
    }
}

#[component]
fn Organizations(organizations: Vec<OrganizationView>, search: String) -> impl IntoView {
    let found = matching(organizations, &search);
    let count = counted(found.len(), "organization");
    let more =
        if found.len() > ROWS_MAX { format!(" · the first {ROWS_MAX} are shown") } else { String::new() };
    let list = if found.is_empty() {
        let words = format!("No organization matches “{search}”");
        Either::Left(view! { <NoMatch words clear=paths::PLATFORM/> })
    } else {
        Either::Right(view! { <Table organizations=found/> })
    };
    view! {
        <div class="toolbar">
            <form class="query-form" role="search" method="get" action=paths::PLATFORM>
                <input class="input" type="search" name="q" value=search placeholder="Search organizations" aria-label="Search organizations"/>
                <button type="submit" class="button">"Search"</button>
            </form>
        </div>
        {list}
        <p class="table-note">{count}{more}</p>
        <Add/>
    }
}

fn matching(organizations: Vec<OrganizationView>, search: &str) -> Vec<OrganizationView> {
    let search = fold_case(search.trim());
    let found = |view: &OrganizationView| fold_case(&view.organization.name).contains(&search);
    organizations.into_iter().filter(found).collect()
}

#[component]
fn Table(organizations: Vec<OrganizationView>) -> impl IntoView {
    let row = |view: OrganizationView| {
        let id = view.organization.id;
        view! {
            <tr>
                <td class="strong"><a href=paths::organization(id)>{view.organization.display_name}</a></td>
                <td>{view.seats.map(seat_words)}</td>
                <td><Moment at=view.created_at/></td>
                <td class="mono">{id.to_string()}</td>
            </tr>
        }
    };
    let rows = organizations.into_iter().take(ROWS_MAX).map(row).collect::<Vec<_>>();
    view! {
        <div class="table-scroll" role="region" aria-label="Organizations" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Seats"</th>
                        <th scope="col">"Created"</th>
                        <th scope="col">"Id"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn seat_words(seats: Seats) -> String {
    match seats.seats {
        Some(limit) => format!("{} of {limit} taken", seats.used_seats),
        None => format!("{} taken, no limit", seats.used_seats),
    }
}

#[component]
fn Add() -> impl IntoView {
    let form = Form::of::<CreateOrganization>();
    view! {
        <section class="card">
            <h2>"Add an organization"</h2>
            <ErrorSummary form=form.clone()/>
            <div class="inline-form">
                <PostForm form=form.clone()>
                    <TextField
                        form
                        name="name"
                        label="Organization name"
                        hint="It stands in every body that its webhooks get. It has no seat limit at first."
                    />
                    <SubmitButton words="Create organization"/>
                </PostForm>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_said_in_few_words() {
        let words = |seats| seat_words(Seats { seats, used_seats: 4 });
        assert_eq!((words(Some(10)).as_str(), words(None).as_str()), ("4 of 10 taken", "4 taken, no limit"));
    }
}
