//! The Users tab.

mod change;
mod table;

use api::{
    paths,
    session::Membership,
    users::{SetUserActive, UserPage, UserSort, list_users},
};
use leptos::{either::Either, prelude::*};

use self::{
    change::{Asked, ChangeModal},
    table::UsersTable,
};
use super::{Settings, Tab, counted, tab_failed};
use crate::{
    address::{Query, address, use_query},
    components::{error_summary::ErrorSummary, heading::PageTitle, states::NoMatch},
    forms::Form,
    page::page,
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::ManageUsers)?;
        let (search, number) = searched(&query);
        match list_users(membership.organization.id, search, None, UserSort::default(), false, number).await {
            Ok(users) => Ok(view! { <UsersView membership users query/> }.into_any()),
            Err(problem) => tab_failed(Tab::Users, membership, problem),
        }
    };
    view! {
        <PageTitle words="Users · Organization settings"/>
        {page(content)}
    }
}

/// What the address asks for: part of a name, and a page counted from 1.
fn searched(query: &Query) -> (String, u32) {
    (query.first("q").to_owned(), query.first("page").parse().unwrap_or(1).max(1))
}

#[component]
fn UsersView(membership: Membership, users: UserPage, query: Query) -> impl IntoView {
    let organization = membership.organization.id;
    let path = paths::users(organization);
    let search = query.first("q").to_owned();
    let list = if users.users.is_empty() && !search.is_empty() {
        Either::Left(view! { <NoMatch words=format!("No user matches “{search}”") clear=path.clone()/> })
    } else {
        Either::Right(view! { <UsersTable page=users.clone() path=path.clone() search=search.clone()/> })
    };
    let asked = Asked::of(&query);
    view! {
        <Settings tab=Tab::Users membership>
            <ErrorSummary form={Form::of::<SetUserActive>()}/>
            <div class="toolbar">
                <form class="query-form" role="search" method="get" action=path.clone()>
                    <input
                        class="input"
                        type="search"
                        name="q"
                        value=search.clone()
                        placeholder="Search users"
                        aria-label="Search users"
                    />
                    <button type="submit" class="button">"Search"</button>
                </form>
                <div class="toolbar-actions">
                    <a class="button button-primary" href=paths::new_user(organization)>"+ Add user"</a>
                </div>
            </div>
            {list}
            <Pager page=users.page pages=users.pages total=users.total path=path.clone() search/>
            {asked.map(|asked| view! { <ChangeModal users organization back=asked.back(&query, &path) asked/> })}
        </Settings>
    }
}

#[component]
fn Pager(page: u32, pages: u32, total: u32, path: String, search: String) -> impl IntoView {
    let to = |page: u32| address(&path, [("q", search.as_str()), ("page", page.to_string().as_str())]);
    let previous = (page > 1).then(|| view! { <a href=to(page - 1)>"Previous"</a> });
    let next = (page < pages).then(|| view! { <a href=to(page + 1)>"Next"</a> });
    let place = if pages > 1 { format!(" · page {page} of {pages}") } else { String::new() };
    view! {
        <div class="table-note">
            <span>{counted(usize::try_from(total).unwrap_or(usize::MAX), "user")}{place}</span>
            {(pages > 1).then(|| view! { <nav class="pager" aria-label="Pages">{previous}{next}</nav> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_number_from_one() {
        let page = |text: &str| searched(&Query::parse(text)).1;
        assert_eq!(
            [page(""), page("page=0"), page("page=x"), page("page=-1"), page("page=7")],
            [1, 1, 1, 1, 7]
        );
        assert_eq!(searched(&Query::parse("q=a+b")).0, "a b");
    }
}
