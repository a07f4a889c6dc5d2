//! The Audit log tab.

mod changes;
mod filter;
mod table;

use api::{
    audit::{AuditPage, list_audit},
    paths,
    session::Membership,
};
use domain::{Act, limits::AUDIT_TOTAL_MAX};
use leptos::{either::Either, prelude::*};

use self::{filter::Filter, table::AuditTable};
use super::{Settings, Tab, tab_failed};
use crate::{
    address::use_query,
    components::{
        heading::PageTitle,
        states::{Empty, NoMatch},
    },
    page::page,
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn AuditLogPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::Admin)?;
        let filter = Filter::of(&query);
        let asked = match filter.to_query() {
            Ok(asked) => asked,
            Err(wrong) => {
                let content = view! { <NotADate membership filter wrong/> };
                return Ok(content.into_any());
            }
        };
        let cursor = Some(query.first("cursor").to_owned()).filter(|cursor| !cursor.is_empty());
        match list_audit(membership.organization.id, asked, cursor).await {
            Ok(page) => Ok(view! { <AuditView membership page filter/> }.into_any()),
            Err(problem) => tab_failed(Tab::Audit, membership, problem),
        }
    };
    view! {
        <PageTitle words="Audit log · Organization settings"/>
        {page(content)}
    }
}

#[component]
fn NotADate(membership: Membership, filter: Filter, wrong: String) -> impl IntoView {
    let path = paths::audit(membership.organization.id);
    view! {
        <Settings tab=Tab::Audit membership>
            <Filters path=path.clone() filter/>
            <NoMatch words=wrong clear=path/>
        </Settings>
    }
}

#[component]
fn AuditView(membership: Membership, page: AuditPage, filter: Filter) -> impl IntoView {
    let path = paths::audit(membership.organization.id);
    let export = |format: &str| filter.export_address(&membership.organization.name, format);
    let (csv, json) = (export("csv"), export("json"));
    let next = page.next_cursor.as_deref().map(|cursor| filter.address_at(&path, cursor));
    let total = total_words(page.total);
    let list = if !page.events.is_empty() {
        Either::Right(view! { <AuditTable events=page.events path=path.clone()/> })
    } else if filter.narrows() {
        Either::Left(Either::Left(view! { <NoMatch words="No entry matches" clear=path.clone()/> }))
    } else {
        Either::Left(Either::Right(view! {
            <Empty title="Nothing yet"><p>"Whatever admins do in this organization is written down here."</p></Empty>
        }))
    };
    view! {
        <Settings tab=Tab::Audit membership>
            <Filters path=path filter=filter.clone()/>
            {list}
            <div class="table-note">
                <span>{total}" · export "<a href=csv rel="external" download>"CSV"</a>" "<a href=json rel="external" download>"JSON"</a></span>
                {next.map(|to| view! { <nav class="pager" aria-label="Pages"><a href=to>"Older entries"</a></nav> })}
            </div>
        </Settings>
    }
}

fn total_words(total: u32) -> String {
    match total {
        1 => "1 entry".to_owned(),
        total if total >= AUDIT_TOTAL_MAX => format!("{AUDIT_TOTAL_MAX} entries or more"),
        total => format!("{total} entries"),
    }
}

#[component]
fn Filters(path: String, filter: Filter) -> impl IntoView {
    let option = |value: &'static str, words: String, selected: bool| {
        view! { <option value=value selected=selected>{words}</option> }
    };
    let acts =
        Act::ALL.iter().map(|act| option(act.as_str(), act.as_str().to_owned(), filter.act == act.as_str()));
    let acts = acts.collect::<Vec<_>>();
    let [from, to] = filter.days();
    view! {
        <div class="toolbar">
            <form class="query-form" role="search" method="get" action=path>
                <input class="input" type="search" name="q" value=filter.search placeholder="Search actor, target or id" aria-label="Search"/>
                <select class="input" name="type" aria-label="Filter by type">
                    <option value="">"Type: any"</option>
                    {acts}
                </select>
                <input class="input input-short" type="text" name="actor" value=filter.actor placeholder="Actor" aria-label="Filter by actor" autocomplete="off"/>
                <select class="input" name="outcome" aria-label="Filter by outcome">
                    <option value="">"Outcome: any"</option>
                    {option("success", "Outcome: success".to_owned(), filter.outcome == "success")}
                    {option("failure", "Outcome: failure".to_owned(), filter.outcome == "failure")}
                </select>
                <label class="query-label">"From "<input class="input" type="date" name="from" value=from/></label>
                <label class="query-label">"To "<input class="input" type="date" name="to" value=to/></label>
                <button type="submit" class="button">"Search"</button>
            </form>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_only_so_far_says_so() {
        assert_eq!(total_words(1), "1 entry");
        assert_eq!(total_words(0), "0 entries");
        assert_eq!(total_words(10_000), "10000 entries or more");
    }
}
