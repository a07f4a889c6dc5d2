//! The secret: masked until it is asked for, and how to verify with it.

use api::webhooks::ReadSecret;
use domain::{OrganizationId, WebhookId};
use leptos::{either::Either, prelude::*};

use super::frame::{WebhookFrame, WebhookTab, open_webhook};
use crate::{
    components::error_summary::ErrorSummary,
    forms::{Form, PostForm},
    islands::copy::CopyButton,
    page::page,
    request::use_page,
    session::{use_place, use_session},
};

#[component]
pub(crate) fn SecretPage() -> impl IntoView {
    let (session, place) = (use_session(), use_place());
    page(async move {
        let (organization, view) = open_webhook(session, place).await?;
        let webhook = view.webhook.id;
        Ok(view! {
            <WebhookFrame organization view tab=WebhookTab::Secret>
                <ErrorSummary form={Form::of::<ReadSecret>()}/>
                <Secret organization webhook/>
            </WebhookFrame>
        }
        .into_any())
    })
}

#[component]
fn Secret(organization: OrganizationId, webhook: WebhookId) -> impl IntoView {
    let secret = match use_page().revealed_secret(webhook) {
        Some(revealed) => Either::Left(view! { <Shown secret=revealed.secret/> }),
        None => Either::Right(view! { <Masked organization webhook/> }),
    };
    view! {
        <section class="card" aria-labelledby="secret-title">
            <h2 id="secret-title">"Secret"</h2>
            {secret}
            <p class="hint">
                "Every request is signed as Standard Webhooks 1.0.0 has it. To verify: take HMAC-SHA256 over "
                <code>"webhook-id.webhook-timestamp.body"</code>
                " with the base64-decoded part behind "<code>"whsec_"</code>
                " as the key; in base64 behind "<code>"v1,"</code>
                ", it is one of the signatures in "<code>"webhook-signature"</code>
                ". Refuse timestamps that are more than five minutes off. "<code>"herald receive --secret"</code>
                " does all of it for a try."
            </p>
        </section>
    }
}

#[component]
fn Masked(organization: OrganizationId, webhook: WebhookId) -> impl IntoView {
    view! {
        <div class="secret">
            <code aria-hidden="true">"whsec_••••••••••••••••"</code>
            <span class="visually-hidden">"The secret is hidden."</span>
            <PostForm form={Form::of::<ReadSecret>()}>
                <input type="hidden" name="organization_id" value=organization.to_string()/>
                <input type="hidden" name="webhook_id" value=webhook.to_string()/>
                <button type="submit" class="button button-small">"Reveal"</button>
            </PostForm>
        </div>
    }
}

/// Shown this once: loading the page again hides it.
#[component]
fn Shown(secret: String) -> impl IntoView {
    view! {
        <div class="secret">
            <code class="secret-text">{secret.clone()}</code>
            <CopyButton text=secret what="the secret".to_owned()/>
        </div>
    }
}
