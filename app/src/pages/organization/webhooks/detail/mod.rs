//! A webhook's page: what it is, its secret, and what became of its deliveries.

mod deliveries;
mod overview;
mod secret;

use api::{
    deliveries::list_deliveries,
    webhooks::{ReadSecret, SetWebhookEnabled, read_webhook},
};
use leptos::prelude::*;

use self::{deliveries::Deliveries, overview::Overview};
use crate::{
    address::use_query,
    components::error_summary::ErrorSummary,
    forms::Form,
    page::page,
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn WebhookPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    page(async move {
        let organization = admit(session.await, place.organization, Need::Admin)?.organization.id;
        let webhook = place.webhook.ok_or_else(|| api::Problem::not_found("webhook"))?;
        let view = read_webhook(organization, webhook).await?;
        let cursor = query.first("cursor").to_owned();
        let first = cursor.is_empty();
        let deliveries = list_deliveries(organization, webhook, Some(cursor)).await;
        let webhook = view.webhook.clone();
        Ok(view! {
            <ErrorSummary form={Form::of::<SetWebhookEnabled>()}/>
            <ErrorSummary form={Form::of::<ReadSecret>()}/>
            <Overview organization view/>
            <Deliveries organization webhook page=deliveries first/>
        }
        .into_any())
    })
}
