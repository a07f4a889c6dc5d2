//! What all pages of a webhook share: where one is, its name and status, what can be done with it, and its tabs.

use api::{
    Problem, paths,
    webhooks::{SetWebhookEnabled, WebhookView, read_webhook},
};
use domain::{OrganizationId, Webhook, WebhookId};
use leptos::prelude::*;

use super::banner::Banner;
use crate::{
    components::{
        breadcrumb::Breadcrumb,
        error_summary::ErrorSummary,
        heading::{Heading, PageTitle},
        status::WebhookStatus,
        tabs::{TabLink, Tabs},
    },
    forms::{Form, PostForm},
    pages::organization::{Tab, steps_to},
    session::{Need, Place, Session, admit},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WebhookTab {
    Overview,
    Deliveries,
    Secret,
}

impl WebhookTab {
    const ALL: [Self; 3] = [Self::Overview, Self::Deliveries, Self::Secret];

    const fn words(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Deliveries => "Deliveries",
            Self::Secret => "Secret",
        }
    }

    fn address(self, organization: OrganizationId, webhook: WebhookId) -> String {
        match self {
            Self::Overview => paths::webhook(organization, webhook),
            Self::Deliveries => paths::webhook_deliveries(organization, webhook),
            Self::Secret => paths::webhook_secret(organization, webhook),
        }
    }
}

/// The webhook of a page's path, for who may see it.
pub(super) async fn open_webhook(
    session: Session,
    place: Place,
) -> Result<(OrganizationId, WebhookView), Problem> {
    let organization = admit(session.await, place.organization, Need::Admin)?.organization.id;
    let webhook = place.webhook.ok_or_else(|| Problem::not_found("webhook"))?;
    Ok((organization, read_webhook(organization, webhook).await?))
}

/// A page of a webhook, its content below the tabs.
#[component]
pub(super) fn WebhookFrame(
    organization: OrganizationId,
    view: WebhookView,
    tab: WebhookTab,
    children: Children,
) -> impl IntoView {
    let webhook = view.webhook.clone();
    let name = webhook.name.clone();
    let title = match tab {
        WebhookTab::Overview => name.clone(),
        other => format!("{} · {name}", other.words()),
    };
    let label = format!("Webhook {name}");
    let tabs = WebhookTab::ALL
        .map(|each| TabLink {
            words: each.words(),
            to: each.address(organization, webhook.id),
            is_open: each == tab,
        })
        .into();
    view! {
        <PageTitle words=title/>
        <Breadcrumb steps=steps_to(Tab::Webhooks, organization)/>
        <div class="title-row">
            <Heading>{name}</Heading>
            <WebhookStatus state=view.state() held=view.held/>
            <div class="title-actions">
                <EnableForm organization webhook/>
            </div>
        </div>
        <ErrorSummary form={Form::of::<SetWebhookEnabled>()}/>
        <Banner view/>
        <Tabs label tabs/>
        <div class="tab-content">{children()}</div>
    }
}

#[component]
fn EnableForm(organization: OrganizationId, webhook: Webhook) -> impl IntoView {
    let words = if webhook.enabled { "Disable" } else { "Enable" };
    view! {
        <PostForm form={Form::of::<SetWebhookEnabled>()}>
            <input type="hidden" name="organization_id" value=organization.to_string()/>
            <input type="hidden" name="webhook_id" value=webhook.id.to_string()/>
            <input type="hidden" name="enabled" value=(!webhook.enabled).to_string()/>
            <button type="submit" class="button">{words}</button>
        </PostForm>
    }
}
