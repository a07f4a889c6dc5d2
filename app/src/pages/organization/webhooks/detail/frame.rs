//! What all pages of a webhook share: where one is, its name and status, what can be done with it, and its tabs.

use api::{
    Problem,
    deliveries::read_delivery,
    paths,
    webhooks::{SetWebhookEnabled, TestWebhook, WebhookView, read_webhook},
};
use domain::{Attempt, OrganizationId, Webhook, WebhookId, WebhookState};
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
    Edit,
}

impl WebhookTab {
    const ALL: [Self; 4] = [Self::Overview, Self::Deliveries, Self::Secret, Self::Edit];

    const fn words(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Deliveries => "Deliveries",
            Self::Secret => "Secret",
            Self::Edit => "Edit",
        }
    }

    fn address(self, organization: OrganizationId, webhook: WebhookId) -> String {
        match self {
            Self::Overview => paths::webhook(organization, webhook),
            Self::Deliveries => paths::webhook_deliveries(organization, webhook),
            Self::Secret => paths::webhook_secret(organization, webhook),
            Self::Edit => paths::edit_webhook(organization, webhook),
        }
    }
}

/// A webhook, and the attempt that failed last where it is failing or was disabled for that.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) organization: OrganizationId,
    pub(super) organization_name: String,
    pub(super) view: WebhookView,
    pub(super) last_failed: Option<Attempt>,
}

/// The webhook of a page's path, for who may see it.
pub(super) async fn open_webhook(session: Session, place: Place) -> Result<Opened, Problem> {
    let owner = admit(session.await, place.organization, Need::Admin)?.organization;
    let (organization, organization_name) = (owner.id, owner.name);
    let webhook = place.webhook.ok_or_else(|| Problem::not_found("webhook"))?;
    let view = read_webhook(organization, webhook).await?;
    let wrong = matches!(view.state(), WebhookState::Failing | WebhookState::DisabledByHerald);
    let last_failed = match view.last_delivery.filter(|_| wrong) {
        Some(delivery) => read_delivery(organization, delivery).await?.attempts.pop(),
        None => None,
    };
    Ok(Opened {
        organization,
        organization_name,
        view,
        last_failed: last_failed.filter(|attempt| attempt.error_class.is_some()),
    })
}

/// A page of a webhook, its content below the tabs.
#[component]
pub(super) fn WebhookFrame(opened: Opened, tab: WebhookTab, children: Children) -> impl IntoView {
    let Opened { organization, view, last_failed, .. } = opened;
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
                <TestForm organization webhook=webhook.id/>
                <EnableForm organization webhook/>
            </div>
        </div>
        <ErrorSummary form={Form::of::<SetWebhookEnabled>()}/>
        <ErrorSummary form={Form::of::<TestWebhook>()}/>
        <Banner organization view last_failed/>
        <Tabs label tabs/>
        <div class="tab-content">{children()}</div>
    }
}

#[component]
fn TestForm(organization: OrganizationId, webhook: WebhookId) -> impl IntoView {
    view! {
        <PostForm form={Form::of::<TestWebhook>()}>
            <input type="hidden" name="organization_id" value=organization.to_string()/>
            <input type="hidden" name="webhook_id" value=webhook.to_string()/>
            <button type="submit" class="button">"Send a test"</button>
        </PostForm>
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
