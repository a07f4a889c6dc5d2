//! The Webhooks tab.

mod delete;
mod filter;
mod table;

use api::{
    paths,
    session::Membership,
    webhooks::{DeleteWebhooks, WebhookRow, list_webhooks},
};
use domain::{EventType, OrganizationId};
use leptos::{either::Either, prelude::*};

use self::{
    delete::{DeleteButton, DeleteModal},
    filter::Filter,
    table::WebhooksTable,
};
use crate::{
    address::{Query, use_query},
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
        match list_webhooks(membership.organization.id).await {
            Ok(rows) => Ok(view! { <WebhooksView membership rows query/> }.into_any()),
            Err(problem) => tab_failed(Tab::Webhooks, membership, problem),
        }
    };
    view! {
        <PageTitle words="Webhooks · Organization settings"/>
        {page(content)}
    }
}

#[component]
fn WebhooksView(membership: Membership, rows: Vec<WebhookRow>, query: Query) -> impl IntoView {
    let organization = membership.organization.id;
    let content = if rows.is_empty() {
        Either::Left(view! { <NoWebhooks organization name=membership.organization.name.clone()/> })
    } else {
        Either::Right(view! { <List organization rows query/> })
    };
    view! {
        <Settings tab=Tab::Webhooks membership>
            <ErrorSummary form={Form::of::<DeleteWebhooks>()}/>
            {content}
        </Settings>
    }
}

#[component]
fn List(organization: OrganizationId, rows: Vec<WebhookRow>, query: Query) -> impl IntoView {
    let path = paths::webhooks(organization);
    let filter = Filter::of(&query);
    let visible = filter.keep(&rows);
    let list = if visible.is_empty() {
        Either::Left(view! { <NoMatch words="No webhook matches" clear=path.clone()/> })
    } else {
        Either::Right(view! { <WebhooksTable organization rows=visible asked=delete::asked_in(&query)/> })
    };
    view! {
        <div class="toolbar">
            <Filters path=path.clone() filter=filter.clone()/>
            <div class="toolbar-actions">
                <DeleteButton path=path.clone() filter nothing=delete::is_empty_question(&query)/>
                <a class="button button-primary" href=paths::new_webhook(organization)>"+ Add Webhook"</a>
            </div>
        </div>
        {list}
        <DeleteModal organization path rows query/>
    }
}

#[component]
fn Filters(path: String, filter: Filter) -> impl IntoView {
    let option = |value: &'static str, words: String, selected: bool| {
        view! { <option value=value selected=selected>{words}</option> }
    };
    let types = EventType::ALL
        .map(|each| option(each.as_str(), format!("Type: {each}"), filter.event_type == Some(each)));
    view! {
        <form class="query-form" role="search" method="get" action=path>
            <input class="input" type="search" name="q" value=filter.search placeholder="Search webhooks" aria-label="Search webhooks"/>
            <select class="input" name="type" aria-label="Filter by type">
                <option value="">"Type: any"</option>
                {types}
            </select>
            <select class="input" name="status" aria-label="Filter by status">
                <option value="">"Status: any"</option>
                {option("enabled", "Status: enabled".to_owned(), filter.enabled == Some(true))}
                {option("disabled", "Status: disabled".to_owned(), filter.enabled == Some(false))}
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
