//! The secret: masked until it is asked for, its replacement, how to verify with it, and what is wrong when that fails.

mod rotate;
mod snippets;

use std::time::Duration;

use api::webhooks::{PreviousSecret, ReadSecret, RotateSecret, SecretView};
use domain::{Scope, Timestamp, WebhookId};
use leptos::{either::Either, prelude::*};

use self::{
    rotate::{Rotate, RotateModal, asked_overlap},
    snippets::Snippets,
};
use super::frame::{WebhookFrame, WebhookTab, open_webhook};
use crate::{
    address::use_query,
    components::{error_summary::ErrorSummary, moment::Due},
    forms::{Form, PostForm},
    islands::{copy::CopyButton, lab::SignatureLab},
    page::page,
    request::use_page,
    session::{use_place, use_session},
};

#[component]
pub(crate) fn SecretPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    page(async move {
        let opened = open_webhook(session, place).await?;
        let (scope, webhook) = (opened.owner.scope(), opened.view.webhook.clone());
        let previous_until = opened.view.previous_until;
        let asked = asked_overlap(&query);
        Ok(view! {
            <WebhookFrame opened tab=WebhookTab::Secret>
                <ErrorSummary form={Form::of::<ReadSecret>()}/>
                {asked.is_none().then(|| view! { <ErrorSummary form={Form::of::<RotateSecret>()}/> })}
                <Secret scope webhook=webhook.id previous_until asked/>
                {asked.map(|overlap| view! { <RotateModal scope webhook overlap previous_until/> })}
            </WebhookFrame>
        }
        .into_any())
    })
}

#[component]
fn Secret(
    scope: Scope,
    webhook: WebhookId,
    previous_until: Option<Timestamp>,
    asked: Option<Duration>,
) -> impl IntoView {
    let revealed = use_page().revealed_secret(webhook);
    let for_lab = revealed.as_ref().map(|revealed| revealed.secret.clone()).unwrap_or_default();
    let secret = match revealed {
        Some(revealed) => Either::Left(view! { <Shown revealed/> }),
        None => Either::Right(view! { <Masked scope webhook previous_until/> }),
    };
    view! {
        <div class="columns columns-even columns-top">
            <section class="card" aria-labelledby="secret-title">
                <h2 id="secret-title">"Secret"</h2>
                {secret}
                <p class="hint">"Every request is signed with it, as Standard Webhooks 1.0.0 has it. The audit log notes who reveals it."</p>
            </section>
            <Rotate scope webhook asked/>
        </div>
        <Snippets/>
        <section class="card" aria-labelledby="lab-title">
            <h2 id="lab-title">"Signature lab"</h2>
            <p class="lead-small">
                "Your receiver refuses a request? Paste what came, and see which part is wrong. It runs in your browser: neither \
                 the secret nor anything else is sent anywhere."
            </p>
            <p class="notice without-script">"The lab needs JavaScript. Without it, the samples above say what goes into a signature."</p>
            <SignatureLab secret=for_lab/>
        </section>
    }
}

#[component]
fn Masked(scope: Scope, webhook: WebhookId, previous_until: Option<Timestamp>) -> impl IntoView {
    view! {
        <div class="secret">
            <code aria-hidden="true">"whsec_••••••••••••••••"</code>
            <span class="visually-hidden">"The secret is hidden."</span>
            <PostForm form={Form::of::<ReadSecret>()}>
                <input type="hidden" name="scope" value=scope.to_string()/>
                <input type="hidden" name="webhook_id" value=webhook.to_string()/>
                <button type="submit" class="button button-small">"Reveal"</button>
            </PostForm>
        </div>
        {previous_until.map(|until| view! {
            <p class="notice">"The previous secret signs as well. It ends "<Due at=until/>"."</p>
        })}
    }
}

/// Shown this once: loading the page again hides it.
#[component]
fn Shown(revealed: SecretView) -> impl IntoView {
    let SecretView { secret, previous } = revealed;
    view! {
        <div class="secret">
            <code class="secret-text">{secret.clone()}</code>
            <CopyButton text=secret what="the secret".to_owned()/>
        </div>
        {previous.map(|PreviousSecret { secret, expires_at }| view! {
            <div class="notice">
                <p>"The previous secret signs as well. It ends "<Due at=expires_at/>":"</p>
                <div class="secret">
                    <code class="secret-text">{secret.clone()}</code>
                    <CopyButton text=secret what="the previous secret".to_owned()/>
                </div>
            </div>
        })}
        <p class="hint">"It is shown this once; loading the page again hides it."</p>
    }
}
