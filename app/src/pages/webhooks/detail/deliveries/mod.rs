//! The deliveries of a webhook, newest first: did it arrive and, if not, why.

mod again;
mod bulk;
mod filter;
mod nothing;
mod table;

use api::{
    Problem,
    deliveries::{DeliveryPage, list_deliveries},
    jobs::{JobView, read_job, running_jobs},
    paths,
    webhooks::WebhookView,
};
use domain::{Scope, WebhookId};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

use self::{
    bulk::{
        ASKING, Held, HeldModal, Job, Question, RedeliverAllButton, RedeliverAllModal, Refusals,
        can_redeliver,
    },
    filter::{Filter, Filters},
    nothing::NothingSent,
    table::{RedeliverButton, Table},
};
use super::frame::{WebhookFrame, WebhookTab, open_webhook};
use crate::{
    address::{Query, here, use_query},
    components::states::{Failed, NoMatch},
    islands::live::Live,
    page::page,
    session::{use_place, use_session},
};

#[component]
pub(crate) fn DeliveriesPage() -> impl IntoView {
    let (session, place, query, here) = (use_session(), use_place(), use_query(), here());
    page(async move {
        let opened = open_webhook(session, place).await?;
        let (scope, view) = (opened.owner.scope(), opened.view.clone());
        let read = Read::of(scope, &view, &query).await;
        Ok(view! {
            <WebhookFrame opened tab=WebhookTab::Deliveries>
                <Content scope view read query here/>
            </WebhookFrame>
        }
        .into_any())
    })
}

/// What the page is made of.
#[derive(Clone)]
struct Read {
    page: Result<DeliveryPage, Problem>,
    jobs: Vec<JobView>,
    /// How many deliveries can be sent again, roughly.
    again: u32,
    /// How many are to be, where the address asks whether to.
    matched: Option<Result<u32, Problem>>,
}

impl Read {
    async fn of(scope: Scope, view: &WebhookView, query: &Query) -> Self {
        let (webhook, filter) = (view.webhook.id, Filter::of(query));
        let cursor = query.first("cursor").to_owned();
        let can = can_redeliver(&filter, view.webhook.event_type);
        let matched = match Question::of(query) {
            Some(Question::Redeliver) if can => {
                Some(bulk::count(scope, webhook, &filter).await.map(|begun| begun.matched))
            }
            _ => None,
        };
        let again = match can && view.webhook.enabled {
            // The list is what the page is for: it is shown without the button, too.
            true => bulk::count_roughly(scope, webhook, &filter).await.unwrap_or_default(),
            false => 0,
        };
        Self {
            page: list_deliveries(scope, webhook, filter.asked(), Some(cursor)).await,
            jobs: jobs(scope, webhook, query).await,
            again,
            matched,
        }
    }
}

/// Those that run, and the one that was begun from here.
async fn jobs(scope: Scope, webhook: WebhookId, query: &Query) -> Vec<JobView> {
    let mut jobs = running_jobs(scope, webhook).await.unwrap_or_default();
    if let Ok(id) = query.first("job").parse()
        && !jobs.iter().any(|job| job.id == id)
        && let Ok(job) = read_job(scope, id).await
        && job.webhook_id == webhook
    {
        jobs.push(job);
    }
    jobs
}

#[component]
fn Content(
    scope: Scope,
    view: WebhookView,
    read: Read,
    query: Query,
    /// The page's own address.
    here: String,
) -> impl IntoView {
    let (webhook, filter) = (view.webhook.id, Filter::of(&query));
    let path = paths::webhook_deliveries(scope, webhook);
    let asks = match Question::of(&query) {
        Some(Question::Redeliver) => matches!(read.matched, Some(Ok(_))),
        Some(Question::Held(_)) => view.held > 0,
        None => false,
    };
    let jobs = read.jobs.into_iter();
    let jobs = jobs.map(|job| view! { <Job scope job here=here.clone()/> }).collect::<Vec<_>>();
    view! {
        {(!asks).then(|| view! { <Refusals/> })}
        {jobs}
        <Held path=path.clone() filter=filter.clone() held=view.held enabled=view.webhook.enabled/>
        <List scope view=view.clone() page=read.page again=read.again query=query.clone()/>
        <Modals scope view matched=read.matched query/>
    }
}

#[component]
fn List(
    scope: Scope,
    view: WebhookView,
    page: Result<DeliveryPage, Problem>,
    /// How many deliveries can be sent again.
    again: u32,
    query: Query,
) -> impl IntoView {
    let (webhook, filter) = (view.webhook, Filter::of(&query));
    let path = paths::webhook_deliveries(scope, webhook.id);
    let first = query.first("cursor").is_empty();
    let page = match page {
        Err(problem) => return Either::Left(view! { <Failed what="Deliveries" problem/> }),
        Ok(page) => page,
    };
    let newest = page.deliveries.first().map(|row| row.delivery.id);
    let live = first.then(|| {
        let to = query.address_without(&path, &ASKING);
        view! { <Live scope webhook=webhook.id filter=filter.asked() than=newest to/> }
    });
    let sends = webhook.enabled;
    let is_new = page.deliveries.is_empty() && filter.is_empty() && first;
    let list = match (page.deliveries.is_empty(), is_new) {
        (true, true) => EitherOf3::A(view! { <NothingSent scope event_type=webhook.event_type/> }),
        (true, false) => EitherOf3::B(view! { <NoMatch words="No delivery matches" clear=path.clone()/> }),
        (false, _) => {
            let (path, filter) = (path.clone(), filter.clone());
            EitherOf3::C(view! { <Table scope page path filter first sends/> })
        }
    };
    let toolbar = (!is_new).then(|| {
        let actions = sends.then(|| {
            view! {
                <div class="toolbar-actions">
                    <RedeliverButton scope webhook=webhook.id/>
                    <RedeliverAllButton path=path.clone() filter=filter.clone() count=again/>
                </div>
            }
        });
        view! { <div class="toolbar"><Filters path=path.clone() filter=filter.clone()/>{actions}</div> }
    });
    Either::Right(view! {
        {toolbar}
        {live}
        {list}
    })
}

#[component]
fn Modals(
    scope: Scope,
    view: WebhookView,
    matched: Option<Result<u32, Problem>>,
    query: Query,
) -> impl IntoView {
    let (webhook, filter, held) = (view.webhook.id, Filter::of(&query), view.held);
    let path = paths::webhook_deliveries(scope, webhook);
    match (Question::of(&query)?, matched) {
        (Question::Redeliver, Some(Ok(matched))) => Some(EitherOf3::A(view! {
            <RedeliverAllModal scope webhook path filter matched/>
        })),
        (Question::Redeliver, Some(Err(problem))) => {
            Some(EitherOf3::B(view! { <Failed what="How many deliveries match" problem/> }))
        }
        (Question::Held(action), _) if held > 0 => Some(EitherOf3::C(view! {
            <HeldModal scope webhook path filter action held/>
        })),
        _ => None,
    }
}
