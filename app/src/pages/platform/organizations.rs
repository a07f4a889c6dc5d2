//! All organizations with their seats, and one more.

use api::{
    organizations::{CreateOrganization, OrganizationPage, OrganizationView, list_organizations},
    paths,
};
use domain::Seats;
use leptos::{either::Either, prelude::*};

use super::{Platform, PlatformTab};
use crate::{
    address::{address, use_query},
    components::{
        button::SubmitButton, copyable::CopyableId, error_summary::ErrorSummary, field::TextField,
        heading::PageTitle, moment::Moment, pager::Pager, states::NoMatch,
    },
    forms::{Form, PostForm},
    page::page,
    pages::organization::counted,
    session::{admit_to_platform, use_session},
};

#[component]
pub(crate) fn PlatformPage() -> impl IntoView {
    let (session, query) = (use_session(), use_query());
    let (search, page_number) = (query.first("q").to_owned(), query.first("page").parse().unwrap_or(1));
    let content = async move {
        admit_to_platform(session.await)?;
        let found = list_organizations(search.clone(), page_number).await?;
        Ok(view! {
            <Platform tab=PlatformTab::Organizations><Organizations found search/></Platform>
        }
        .into_any())
    };
    view! {
        <PageTitle words="Platform"/>
        {page(content)}
    }
}

#[component]
fn Organizations(found: OrganizationPage, search: String) -> impl IntoView {
    let OrganizationPage { organizations, total, page, pages } = found;
    let list = if organizations.is_empty() {
        let words = format!("No organization matches “{search}”");
        Either::Left(view! { <NoMatch words clear=paths::PLATFORM/> })
    } else {
        Either::Right(view! { <Table organizations/> })
    };
    let to = {
        let search = search.clone();
        move |page: u32| address(paths::PLATFORM, [("q", search.as_str()), ("page", &page.to_string())])
    };
    view! {
        <div class="toolbar">
            <form class="query-form" role="search" method="get" action=paths::PLATFORM>
                <input class="input" type="search" name="q" value=search placeholder="Search organizations" aria-label="Search organizations"/>
                <button type="submit" class="button">"Search"</button>
            </form>
        </div>
        {list}
        <div class="table-note">
            <span>{counted(usize::try_from(total).unwrap_or(usize::MAX), "organization")}</span>
            <Pager page pages to/>
        </div>
        <Add/>
    }
}

#[component]
fn Table(organizations: Vec<OrganizationView>) -> impl IntoView {
    let row = |view: OrganizationView| {
        let id = view.organization.id;
        let what = format!("the id of {}", view.organization.display_name);
        view! {
            <tr>
                <td class="strong"><a href=paths::organization(id)>{view.organization.display_name}</a></td>
                <td>{view.seats.map(seat_words)}</td>
                <td><Moment at=view.created_at/></td>
                <td><CopyableId id=id.to_string() what/></td>
            </tr>
        }
    };
    let rows = organizations.into_iter().map(row).collect::<Vec<_>>();
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
