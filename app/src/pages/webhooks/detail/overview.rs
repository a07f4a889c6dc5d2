//! What a webhook is and does: its figures over a time, and what came of a test.

use api::{
    Problem,
    activity::{WebhookActivity, read_activity},
    deliveries::read_delivery,
    paths,
};
use domain::{ActivityRange, DeliveryDetail, DeliveryId, Scope, Webhook};
use leptos::{either::Either, prelude::*};

use super::{
    figures::Figures,
    frame::{Opened, WebhookFrame, WebhookTab, open_webhook},
    test_result::TestResult,
};
use crate::{
    address::use_query,
    components::{copyable::CopyableId, fact::Fact, moment::Moment, states::Failed},
    page::page,
    session::{use_place, use_session},
};

/// `?range=` says over which time the figures are, `?test=` which test was just sent.
#[component]
pub(crate) fn WebhookPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    page(async move {
        let opened = open_webhook(session, place).await?;
        let scope = opened.owner.scope();
        let range = query.first("range").parse().unwrap_or_default();
        let activity = read_activity(scope, opened.view.webhook.id, range).await;
        let test = match query.first("test").parse() {
            Ok(delivery) => read_test(scope, delivery).await?,
            Err(_) => None,
        };
        Ok(view! {
            <WebhookFrame opened=opened.clone() tab=WebhookTab::Overview>
                {test.map(|test| view! { <TestResult scope test/> })}
                <Overview opened activity range/>
            </WebhookFrame>
        }
        .into_any())
    })
}

/// None where it is gone meanwhile.
async fn read_test(scope: Scope, delivery: DeliveryId) -> Result<Option<DeliveryDetail>, Problem> {
    match read_delivery(scope, delivery).await {
        Ok(detail) => Ok(Some(detail).filter(|detail| detail.delivery.test)),
        Err(problem) if problem.status == 404 => Ok(None),
        Err(problem) => Err(problem),
    }
}

#[component]
fn Overview(
    opened: Opened,
    activity: Result<WebhookActivity, Problem>,
    range: ActivityRange,
) -> impl IntoView {
    let webhook = opened.view.webhook;
    let path = paths::webhook(opened.owner.scope(), webhook.id);
    let figures = match activity {
        Ok(activity) => Either::Left(view! { <Figures activity pending=opened.view.pending range path/> }),
        Err(problem) => Either::Right(view! { <Failed what="Figures" problem/> }),
    };
    view! {
        {figures}
        <Details webhook/>
    }
}

#[component]
fn Details(webhook: Webhook) -> impl IntoView {
    let description = webhook.description.filter(|text| !text.is_empty());
    view! {
        <section class="card" aria-labelledby="details-title">
            <h2 id="details-title">"Details"</h2>
            <dl class="facts">
                <Fact term="Type">
                    <code class="fact-code">{webhook.event_type.as_str()}</code>
                    <span class="quiet cell-extra">{webhook.event_type.describe()}</span>
                </Fact>
                <Fact term="URL"><code class="fact-code">{webhook.url}</code></Fact>
                {description.map(|text| view! { <Fact term="Description">{text}</Fact> })}
                <Fact term="Id"><CopyableId id=webhook.id.to_string() what="the webhook's id"/></Fact>
                <Fact term="Created"><Moment at=webhook.created_at/></Fact>
            </dl>
        </section>
    }
}
