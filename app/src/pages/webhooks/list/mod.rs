//! The Webhooks tab.

mod delete;
mod filter;
mod selected;
mod table;

use api::{
    Problem, paths,
    webhooks::{WebhookPage, find_webhooks},
};
use domain::{EventType, Scope, WebhookState};
use leptos::{either::Either, prelude::*};

use self::{
    delete::{Asked, DeleteButton, DeleteModal, Doomed, NotAsked},
    filter::View,
    selected::SELECTED_MAX,
    table::WebhooksTable,
};
use crate::{
    address::use_query,
    components::{
        heading::PageTitle,
        states::{Empty, Failed, NoMatch},
    },
    page::page,
    pages::{
        organization::hides_page,
        webhooks::owner::{ListFrame, Owner, add_words, list_title},
    },
    session::{use_place, use_session},
};

#[component]
pub(crate) fn WebhooksPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    page(async move {
        let owner = Owner::open(session, place.scope).await?;
        let (list, title) = (View::of(&query), list_title(owner.scope()));
        let asked = Asked::of(&query, &list);
        let content = match read(owner.scope(), &list, asked).await {
            Ok((page, doomed)) => Either::Left(view! { <WebhooksView owner page doomed list asked/> }),
            Err(problem) if hides_page(&problem) => return Err(problem),
            Err(problem) => {
                Either::Right(view! { <ListFrame owner><Failed what="Webhooks" problem/></ListFrame> })
            }
        };
        Ok(view! {
            <PageTitle words=title/>
            {content}
        }
        .into_any())
    })
}

/// The page of the list, and what would be deleted where that is asked.
async fn read(scope: Scope, list: &View, asked: Asked) -> Result<(WebhookPage, Doomed), Problem> {
    let filter = list.filter.clone();
    let doomed = asked.doomed(scope, list).await?;
    let page = find_webhooks(scope, filter.search, filter.event_type, filter.state, list.page).await?;
    Ok((page, doomed))
}

#[component]
fn WebhooksView(owner: Owner, page: WebhookPage, doomed: Doomed, list: View, asked: Asked) -> impl IntoView {
    let scope = owner.scope();
    let asks = page.total > 0 && !doomed.is_empty();
    let not_asked = (!asks).then(|| view! { <NotAsked doomed=doomed.clone()/> });
    let content = if page.total == 0 {
        Either::Left(view! { <NoWebhooks owner=owner.clone()/> })
    } else {
        Either::Right(view! { <List scope page doomed list asked/> })
    };
    view! {
        <ListFrame owner>
            {not_asked}
            {content}
        </ListFrame>
    }
}

#[component]
fn List(scope: Scope, page: WebhookPage, doomed: Doomed, list: View, asked: Asked) -> impl IntoView {
    let path = paths::webhooks(scope);
    let shown = page.webhooks.iter().map(|row| row.webhook.id).collect::<Vec<_>>();
    let too_many = list.selected.too_many.then(|| {
        let words = format!(
            "Only the first {SELECTED_MAX} of what you selected are. To select more, select all that match."
        );
        view! { <p class="notice" role="status">{words}</p> }
    });
    let table = if page.matching == 0 {
        Either::Left(view! { <NoMatch words="No webhook matches" clear=path.clone()/> })
    } else {
        Either::Right(view! { <WebhooksTable scope page list=list.clone() shown=shown.clone()/> })
    };
    view! {
        {scope.is_platform().then(|| view! { <p class="lead-small">"They fire for every organization on this server."</p> })}
        <div class="toolbar">
            <Filters path=path.clone() list=list.clone()/>
            <div class="toolbar-actions">
                <DeleteButton path=path.clone() list=list.clone() shown asked/>
                <a class="button button-primary" href=paths::new_webhook(scope)>{add_words(scope)}</a>
            </div>
        </div>
        {too_many}
        {table}
        <DeleteModal scope back=list.address(&path) doomed/>
    }
}

#[component]
fn Filters(path: String, list: View) -> impl IntoView {
    let filter = list.filter;
    let option = |value: &'static str, words: &'static str, selected: bool| {
        view! { <option value=value selected=selected>{words}</option> }
    };
    let types =
        EventType::ALL.map(|each| option(each.as_str(), each.as_str(), filter.event_type == Some(each)));
    let states =
        WebhookState::ALL.map(|each| option(each.as_str(), each.words(), filter.state == Some(each)));
    view! {
        <form class="query-form" role="search" method="get" action=path>
            <input class="input" type="search" name="q" value=filter.search placeholder="Search webhooks" aria-label="Search webhooks"/>
            <select class="input" name="type" aria-label="Filter by type">
                <option value="">"Type: any"</option>
                {types}
            </select>
            <select class="input" name="status" aria-label="Filter by status">
                <option value="">"Status: any"</option>
                {states}
            </select>
            <button type="submit" class="button">"Search"</button>
        </form>
    }
}

#[component]
fn NoWebhooks(owner: Owner) -> impl IntoView {
    let (title, words, path) = match &owner {
        Owner::Organization(membership) => (
            "No webhooks yet",
            "A webhook tells another system what happens here: when a user is created, disabled or removed from a group, \
             Herald sends a signed POST request to its URL.",
            format!("/api/organizations/{}/webhooks", membership.organization.name),
        ),
        Owner::Platform(_) => (
            "No platform webhooks yet",
            "A webhook of the platform is told what happens in every organization on this server. Its body names the \
             organization that it happened in.",
            "/api/platform/webhooks".to_owned(),
        ),
    };
    let curl = format!(
        "curl -X POST https://this-server{path} \\\n  \
         -H 'Authorization: Bearer YOUR_API_KEY' -H 'Content-Type: application/json' \\\n  \
         -d '{{\"type\":\"USER_CREATED\",\"name\":\"hr-sync\",\n       \"url\":\"https://hooks.example.com/hr\",\"enabled\":true}}'"
    );
    let scope = owner.scope();
    view! {
        <Empty title>
            <p>{words}</p>
            <p><a class="button button-primary" href=paths::new_webhook(scope)>{add_words(scope)}</a></p>
            <p>"Or from a program:"</p>
            <pre class="code"><code>{curl}</code></pre>
        </Empty>
    }
}
