//! A delivery: did it arrive and, if not, why, and what can be done?

mod curl;
mod exchange;
mod timeline;
mod verdict;

use api::{
    Problem,
    deliveries::{DeliveryView, Redeliver, WebhookState, show_delivery},
    paths,
};
use domain::{Attempt, Delivery, DeliveryState, Scope};
use leptos::{either::Either, prelude::*};

use self::{exchange::ExchangePanel, timeline::Timeline, verdict::Verdict};
pub(super) use self::{timeline::outcome_words, verdict::hint};
use crate::{
    address::{Query, address, use_query},
    components::{
        breadcrumb::Breadcrumb,
        copyable::CopyableId,
        error_summary::ErrorSummary,
        heading::{Heading, PageTitle},
        next_attempt::NextAttempt,
        status::{DeliveryStatus, PendingStatus},
    },
    forms::{Form, PostForm},
    islands::{attempts::NewAttempts, copy::CopyAs},
    page::page,
    pages::webhooks::{Owner, steps_to_list},
    session::{use_place, use_session},
};

#[component]
pub(crate) fn DeliveryPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    page(async move {
        let scope = Owner::open(session, place.scope).await?.scope();
        let delivery = place.delivery.ok_or_else(|| Problem::not_found("delivery"))?;
        let view = show_delivery(scope, delivery).await?;
        Ok(view! { <Whole scope view query/> }.into_any())
    })
}

/// What the address asks to see of the delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    /// The page itself.
    path: String,
    attempt: Option<u32>,
    side: Side,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Response,
}

/// The part of the page that a link to an attempt leads to.
const EXCHANGE: &str = "exchange";

impl Shown {
    /// The newest attempt where none is asked for, or one that was not made.
    fn of(query: &Query, path: String, attempts: &[Attempt]) -> Self {
        let asked = query.first("attempt").parse().ok();
        let known = asked.filter(|asked| attempts.iter().any(|attempt| attempt.number == *asked));
        let attempt = known.or_else(|| attempts.last().map(|attempt| attempt.number));
        let side = if query.first("side") == "response" { Side::Response } else { Side::Request };
        Self { path, attempt, side }
    }

    fn address(&self, attempt: Option<u32>, side: Side) -> String {
        let number = attempt.map(|number| number.to_string()).unwrap_or_default();
        let side = if side == Side::Response { "response" } else { "" };
        format!("{}#{EXCHANGE}", address(&self.path, [("attempt", number.as_str()), ("side", side)]))
    }
}

#[component]
fn Whole(scope: Scope, view: DeliveryView, query: Query) -> impl IntoView {
    let detail = view.detail.clone();
    let delivery = detail.delivery.clone();
    let pending = delivery.status == DeliveryState::Pending;
    let path = paths::delivery(scope, delivery.id);
    let shown = Shown::of(&query, path, &detail.attempts);
    let attempt = detail.attempts.iter().find(|attempt| Some(attempt.number) == shown.attempt).cloned();
    let title = format!("{} for {}", delivery.event_type, view.username);
    let whole = attempt.as_ref().filter(|_| !delivery.purged);
    let command = whole.map(|attempt| curl::command(&detail, attempt));
    view! {
        <PageTitle words=title.clone()/>
        <Breadcrumb steps=steps(scope, &view)/>
        <ErrorSummary form={Form::of::<Redeliver>()}/>
        <div class="title-row">
            <Heading>{title}</Heading>
            <State delivery=delivery.clone() next=next(&view)/>
            <div class="title-actions">
                {command.clone().map(|text| view! { <CopyAs text words="Copy as curl".to_owned()/> })}
                <RedeliverForm scope delivery=delivery.clone() webhook=view.webhook.state/>
            </div>
        </div>
        {pending.then(|| view! {
            <NewAttempts scope delivery=delivery.id attempts=delivery.attempts to=paths::delivery(scope, delivery.id)/>
        })}
        <Verdict view=view.clone()/>
        <div class="columns columns-delivery">
            <section class="card" aria-labelledby="timeline-title">
                <h2 class="visually-hidden" id="timeline-title">"What happened"</h2>
                <Timeline view shown=shown.clone()/>
                <p class="timeline-ids">
                    <span class="quiet">"Event "</span><CopyableId id=delivery.event_id.to_string() what="the event's id"/>
                </p>
                <p class="timeline-ids">
                    <span class="quiet">"webhook-id "</span><CopyableId id=delivery.id.to_string() what="the delivery's id"/>
                </p>
            </section>
            <ExchangePanel detail attempt shown command/>
        </div>
    }
}

/// A webhook that was deleted has no page to lead to.
fn steps(scope: Scope, view: &DeliveryView) -> Vec<(String, String)> {
    let mut steps = steps_to_list(scope).split_off(1);
    if view.webhook.state != WebhookState::Deleted {
        let webhook = view.detail.delivery.webhook_id;
        steps.push((view.webhook.name.clone(), paths::webhook(scope, webhook)));
        steps.push(("Deliveries".to_owned(), paths::webhook_deliveries(scope, webhook)));
    }
    steps
}

/// When it is tried next, if it is.
fn next(view: &DeliveryView) -> Option<NextAttempt> {
    let delivery = &view.detail.delivery;
    let due = delivery.next_attempt_at.filter(|_| delivery.status == DeliveryState::Pending)?;
    Some(NextAttempt::of(due, view.paused_until))
}

#[component]
fn State(delivery: Delivery, next: Option<NextAttempt>) -> impl IntoView {
    let status = match next {
        Some(next) => Either::Left(view! { <PendingStatus attempt=delivery.attempts + 1 next/> }),
        None => Either::Right(view! { <DeliveryStatus state=delivery.status/> }),
    };
    view! {
        {status}
        {delivery.test.then(|| view! { <span class="quiet">"Test"</span> })}
    }
}

/// A test is never sent again, nor what was purged, and nothing is sent to a webhook that is disabled or gone.
#[component]
fn RedeliverForm(scope: Scope, delivery: Delivery, webhook: WebhookState) -> impl IntoView {
    let offered = !delivery.test && !delivery.purged && webhook == WebhookState::Enabled;
    offered.then(|| {
        view! {
            <PostForm form={Form::of::<Redeliver>()}>
                <input type="hidden" name="scope" value=scope.to_string()/>
                <input type="hidden" name="delivery_id" value=delivery.id.to_string()/>
                <button type="submit" class="button button-primary">"Redeliver now"</button>
            </PostForm>
        }
    })
}
