//! What all pages of a webhook share: where one is, its name and status, what can be done with it, and its tabs.

use api::{
    Problem,
    deliveries::read_delivery,
    paths,
    webhooks::{SetWebhookEnabled, TestWebhook, WebhookView, read_webhook},
};
use domain::{Attempt, Scope, Webhook, WebhookId, WebhookState};
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
    pages::webhooks::{Owner, steps_to_list},
    session::{Place, Session},
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

    fn address(self, scope: Scope, webhook: WebhookId) -> String {
        match self {
            Self::Overview => paths::webhook(scope, webhook),
            Self::Deliveries => paths::webhook_deliveries(scope, webhook),
            Self::Secret => paths::webhook_secret(scope, webhook),
            Self::Edit => paths::edit_webhook(scope, webhook),
        }
    }
}

/// A webhook, and the attempt that failed last where it is failing or was disabled for that.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) owner: Owner,
    pub(super) view: WebhookView,
    pub(super) last_failed: Option<Attempt>,
}

/// The webhook of a page's path, for who may see it.
pub(super) async fn open_webhook(session: Session, place: Place) -> Result<Opened, Problem> {
    let owner = Owner::open(session, place.scope).await?;
    let scope = owner.scope();
    let webhook = place.webhook.ok_or_else(|| Problem::not_found("webhook"))?;
    let view = read_webhook(scope, webhook).await?;
    let wrong = matches!(view.state(), WebhookState::Failing | WebhookState::DisabledByHerald);
    let last_failed = match view.last_delivery.filter(|_| wrong) {
        Some(delivery) => read_delivery(scope, delivery).await?.attempts.pop(),
        None => None,
    };
    Ok(Opened { owner, view, last_failed: last_failed.filter(|attempt| attempt.error_class.is_some()) })
}

/// A page of a webhook, its content below the tabs.
#[component]
pub(super) fn WebhookFrame(opened: Opened, tab: WebhookTab, children: Children) -> impl IntoView {
    let Opened { owner, view, last_failed } = opened;
    let scope = owner.scope();
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
            to: each.address(scope, webhook.id),
            is_open: each == tab,
        })
        .into();
    view! {
        <PageTitle words=title/>
        <Breadcrumb steps=steps_to_list(scope)/>
        <div class="title-row">
            <Heading>{name}</Heading>
            <WebhookStatus state=view.state() held=view.held/>
            <div class="title-actions">
                <TestForm scope webhook=webhook.id/>
                <EnableForm scope webhook/>
            </div>
        </div>
        <ErrorSummary form={Form::of::<SetWebhookEnabled>()}/>
        <ErrorSummary form={Form::of::<TestWebhook>()}/>
        <Banner scope view last_failed/>
        <Tabs label tabs/>
        <div class="tab-content">{children()}</div>
    }
}

#[component]
fn TestForm(scope: Scope, webhook: WebhookId) -> impl IntoView {
    view! {
        <PostForm form={Form::of::<TestWebhook>()}>
            <input type="hidden" name="scope" value=scope.to_string()/>
            <input type="hidden" name="webhook_id" value=webhook.to_string()/>
            <button type="submit" class="button">"Send a test"</button>
        </PostForm>
    }
}

#[component]
fn EnableForm(scope: Scope, webhook: Webhook) -> impl IntoView {
    let words = if webhook.enabled { "Disable" } else { "Enable" };
    view! {
        <PostForm form={Form::of::<SetWebhookEnabled>()}>
            <input type="hidden" name="scope" value=scope.to_string()/>
            <input type="hidden" name="webhook_id" value=webhook.id.to_string()/>
            <input type="hidden" name="enabled" value=(!webhook.enabled).to_string()/>
            <button type="submit" class="button">{words}</button>
        </PostForm>
    }
}
