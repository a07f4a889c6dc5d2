//! The Webhooks tab.

mod delete;
mod filter;
mod table;

use api::{
    Problem, paths,
    session::Membership,
    webhooks::{DeleteWebhooks, WebhookPage, WebhookRow, find_webhooks},
};
use domain::{EventType, OrganizationId, WebhookState};
use leptos::{either::Either, prelude::*};

use self::{
    delete::{Asked, DeleteButton, DeleteModal},
    filter::View,
    table::WebhooksTable,
};
use crate::{
    address::use_query,
    components::{
        error_summary::ErrorSummary,
        heading::PageTitle,
        states::{Empty, NoMatch},
    },
    forms::Form,
    page::page,
    pages::organization::{Settings, Tab, tab_failed},
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn WebhooksPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::Admin)?;
        let (list, asked) = (View::of(&query), Asked::of(&query));
        match read(membership.organization.id, &list, &asked).await {
            Ok((page, doomed)) => Ok(view! { <WebhooksView membership page doomed list asked/> }.into_any()),
            Err(problem) => tab_failed(Tab::Webhooks, membership, problem),
        }
    };
    view! {
        <PageTitle words="Webhooks · Organization settings"/>
        {page(content)}
    }
}

/// The page of the list, and what would be deleted where that is asked.
async fn read(
    organization: OrganizationId,
    list: &View,
    asked: &Asked,
) -> Result<(WebhookPage, Vec<WebhookRow>), Problem> {
    let filter = list.filter.clone();
    let doomed = asked.doomed(organization, &filter).await?;
    let page = find_webhooks(organization, filter.search, filter.event_type, filter.state, list.page).await?;
    Ok((page, doomed))
}

#[component]
fn WebhooksView(
    membership: Membership,
    page: WebhookPage,
    doomed: Vec<WebhookRow>,
    list: View,
    asked: Asked,
) -> impl IntoView {
    let organization = membership.organization.id;
    let content = if page.total == 0 {
        Either::Left(view! { <NoWebhooks organization name=membership.organization.name.clone()/> })
    } else {
        Either::Right(view! { <List organization page doomed list asked/> })
    };
    view! {
        <Settings tab=Tab::Webhooks membership>
            <ErrorSummary form={Form::of::<DeleteWebhooks>()}/>
            {content}
        </Settings>
    }
}

#[component]
fn List(
    organization: OrganizationId,
    page: WebhookPage,
    doomed: Vec<WebhookRow>,
    list: View,
    asked: Asked,
) -> impl IntoView {
    let path = paths::webhooks(organization);
    let table = if page.matching == 0 {
        Either::Left(view! { <NoMatch words="No webhook matches" clear=path.clone()/> })
    } else {
        Either::Right(view! { <WebhooksTable organization page list=list.clone() asked=asked.clone()/> })
    };
    view! {
        <div class="toolbar">
            <Filters path=path.clone() list=list.clone()/>
            <div class="toolbar-actions">
                <DeleteButton path=path.clone() list=list.clone() asked/>
                <a class="button button-primary" href=paths::new_webhook(organization)>"+ Add Webhook"</a>
            </div>
        </div>
        {table}
        <DeleteModal organization back=list.address(&path) doomed/>
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
fn NoWebhooks(organization: OrganizationId, name: String) -> impl IntoView {
    let curl = format!(
        "curl -X POST https://this-server/api/organizations/{name}/webhooks \\\n  \
         -H 'Authorization: Bearer YOUR_API_KEY' -H 'Content-Type: application/json' \\\n  \
         -d '{{\"type\":\"USER_CREATED\",\"name\":\"hr-sync\",\"url\":\"https://hooks.example.com/hr\",\"enabled\":true}}'"
    );
    view! {
        <Empty title="No webhooks yet">
            <p>
                "A webhook tells another system what happens here: when a user is created, disabled or removed from a \
                 group, Herald sends a signed POST request to its URL."
            </p>
            <p>
                <a class="button button-primary" href=paths::new_webhook(organization)>"+ Add Webhook"</a>
            </p>
            <p>"Or from a program:"</p>
            <pre class="code"><code>{curl}</code></pre>
        </Empty>
    }
}
