//! The Users tab.

mod change;
pub(in crate::pages) mod detail;
mod filter;
mod reset;
mod rights;
mod table;

use api::{
    paths,
    session::Membership,
    users::{SetUserActive, UserPage, list_users},
};
use leptos::{either::Either, prelude::*};

use self::{
    change::{Asked, ChangeModal},
    filter::Filter,
    table::UsersTable,
};
use super::{Settings, Tab, counted, tab_failed};
use crate::{
    address::{Query, use_query},
    components::{error_summary::ErrorSummary, heading::PageTitle, pager::Pager, states::NoMatch},
    forms::{Form, hidden_inputs},
    page::page,
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::ManageUsers)?;
        let Filter { search, active, sort, descending, page } = Filter::of(&query);
        match list_users(membership.organization.id, search, active, sort, descending, page).await {
            Ok(users) => Ok(view! { <UsersView membership users query/> }.into_any()),
            Err(problem) => tab_failed(Tab::Users, membership, problem),
        }
    };
    view! {
        <PageTitle words="Users · Organization settings"/>
        {page(content)}
    }
}

#[component]
fn UsersView(membership: Membership, users: UserPage, query: Query) -> impl IntoView {
    let organization = membership.organization.id;
    let path = paths::users(organization);
    let filter = Filter::of(&query);
    let list = if users.users.is_empty() && filter.narrows() {
        Either::Left(view! { <NoMatch words="No user matches" clear=path.clone()/> })
    } else {
        let filter = filter.clone();
        Either::Right(view! { <UsersTable organization page=users.clone() path=path.clone() filter/> })
    };
    let form = Form::of::<SetUserActive>();
    let modal = Asked::of(&query).and_then(|asked| {
        let user = users.users.iter().find(|user| asked.changes(user)).cloned()?;
        Some((asked, user, asked.back(&query, &path)))
    });
    let asks = modal.is_some();
    let fires = users.disable_fires.clone();
    view! {
        <Settings tab=Tab::Users membership>
            {(!asks).then(|| view! { <ErrorSummary form=form/> })}
            <div class="toolbar">
                <Filters path=path.clone() filter=filter.clone()/>
                <div class="toolbar-actions">
                    <a class="button button-primary" href=paths::new_user(organization)>"+ Add user"</a>
                </div>
            </div>
            {list}
            <div class="table-note">
                <span>{counted(usize::try_from(users.total).unwrap_or(usize::MAX), "user")}</span>
                <Pager page=users.page pages=users.pages to=move |page| filter.clone().at(page).address(&path)/>
            </div>
            {modal.map(|(asked, user, back)| {
                view! { <ChangeModal user fires organization asked back/> }
            })}
        </Settings>
    }
}

#[component]
fn Filters(path: String, filter: Filter) -> impl IntoView {
    let option = |value: &'static str, words: &'static str, selected: bool| {
        view! { <option value=value selected=selected>{words}</option> }
    };
    view! {
        <form class="query-form" role="search" method="get" action=path>
            {hidden_inputs(filter.sort_pairs())}
            <input
                class="input"
                type="search"
                name="q"
                value=filter.search
                placeholder="Search users"
                aria-label="Search users"
            />
            <select class="input" name="status" aria-label="Filter by status">
                <option value="">"Status: any"</option>
                {option("active", "Status: active", filter.active == Some(true))}
                {option("disabled", "Status: disabled", filter.active == Some(false))}
            </select>
            <button type="submit" class="button">"Search"</button>
        </form>
    }
}
