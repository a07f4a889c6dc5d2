//! What a webhook is and what it does.

use api::webhooks::WebhookView;
use domain::Webhook;
use leptos::prelude::*;

use super::frame::{WebhookFrame, WebhookTab, open_webhook};
use crate::{
    components::{copyable::CopyableId, fact::Fact, moment::Moment},
    page::page,
    session::{use_place, use_session},
};

#[component]
pub(crate) fn WebhookPage() -> impl IntoView {
    let (session, place) = (use_session(), use_place());
    page(async move {
        let (organization, view) = open_webhook(session, place).await?;
        Ok(view! {
            <WebhookFrame organization view=view.clone() tab=WebhookTab::Overview>
                <Overview view/>
            </WebhookFrame>
        }
        .into_any())
    })
}

#[component]
fn Overview(view: WebhookView) -> impl IntoView {
    let waiting = (view.pending > 0).then(|| {
        let words = format!("{} pending", deliveries_words(view.pending));
        view! { <p class="quiet">{words}</p> }
    });
    view! {
        {waiting}
        <Details webhook=view.webhook/>
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

fn deliveries_words(count: u32) -> String {
    if count == 1 { "1 delivery".to_owned() } else { format!("{count} deliveries") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_counted_in_english() {
        assert_eq!((deliveries_words(1), deliveries_words(3)), ("1 delivery".into(), "3 deliveries".into()));
    }
}
