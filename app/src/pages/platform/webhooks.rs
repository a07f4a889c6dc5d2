//! The platform's webhooks: they fire for every organization.

use api::{
    paths,
    platform_webhooks::{DeletePlatformWebhook, SetPlatformWebhookEnabled, list_platform_webhooks},
    webhooks::WebhookRow,
};
use domain::WebhookId;
use leptos::{either::Either, prelude::*};

use super::{Platform, admit};
use crate::{
    address::use_query,
    components::{
        confirm::{AskAbout, AskForm, Confirm, asked_about},
        error_summary::ErrorSummary,
        heading::PageTitle,
        last::Last,
        states::Empty,
        status::WebhookStatus,
    },
    forms::{Form, PostForm},
    page::page,
    pages::organization::{counted, webhooks::cancelled_words},
    session::use_session,
};

/// The name by which the address asks for a deletion.
const ASKING: &str = "delete";

#[component]
pub(crate) fn PlatformWebhooksPage() -> impl IntoView {
    let (session, asked) = (use_session(), use_query().first(ASKING).parse::<WebhookId>().ok());
    let content = async move {
        admit(session.await)?;
        let webhooks = list_platform_webhooks().await?;
        Ok(view! {
            <Platform tab=paths::PLATFORM_WEBHOOKS><Webhooks webhooks asked/></Platform>
        }
        .into_any())
    };
    view! {
        <PageTitle words="Platform webhooks"/>
        {page(content)}
    }
}

#[component]
fn Webhooks(webhooks: Vec<WebhookRow>, asked: Option<WebhookId>) -> impl IntoView {
    let doomed = webhooks.iter().find(|row| Some(row.webhook.id) == asked).cloned();
    let errors =
        doomed.is_none().then(|| view! { <ErrorSummary form={Form::of::<DeletePlatformWebhook>()}/> });
    let content = if webhooks.is_empty() {
        Either::Left(view! {
            <Empty title="No platform webhooks yet">
                <p>
                    "A webhook of the platform is told what happens in every organization on this server. Its body names the \
                     organization that it happened in."
                </p>
                <p><AddWebhook/></p>
            </Empty>
        })
    } else {
        Either::Right(view! { <List webhooks/> })
    };
    view! {
        {errors}
        <ErrorSummary form={Form::of::<SetPlatformWebhookEnabled>()}/>
        {content}
        {doomed.map(|row| view! { <DeleteModal row/> })}
    }
}

#[component]
fn AddWebhook() -> impl IntoView {
    view! { <a class="button button-primary" href=paths::NEW_PLATFORM_WEBHOOK>"+ Add platform webhook"</a> }
}

#[component]
fn List(webhooks: Vec<WebhookRow>) -> impl IntoView {
    let count = counted(webhooks.len(), "webhook");
    let rows = webhooks.into_iter().map(row).collect::<Vec<_>>();
    view! {
        <div class="toolbar">
            <p class="toolbar-words">"They fire for every organization on this server."</p>
            <div class="toolbar-actions"><AddWebhook/></div>
        </div>
        <AskForm path=paths::PLATFORM_WEBHOOKS/>
        <div class="table-scroll" role="region" aria-label="Platform webhooks" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Type"</th>
                        <th scope="col">"URL"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Last delivery"</th>
                        <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="table-note">{count}</p>
    }
}

fn row(row: WebhookRow) -> impl IntoView {
    let WebhookRow { webhook, state, last, held, .. } = row;
    let id = webhook.id.to_string();
    let described_by = format!("webhook-{id}");
    view! {
        <tr>
            <td class="strong" id=described_by.clone()>{webhook.name}</td>
            <td class="mono">{webhook.event_type.as_str()}</td>
            <td class="mono cell-url" title=webhook.url.clone()>{webhook.url.clone()}</td>
            <td>
                <WebhookStatus state held/>
                {webhook.disabled_reason.map(|reason| view! { <span class="cell-reason">{reason}</span> })}
            </td>
            <td><Last last/></td>
            <td class="cell-actions">
                <div class="cell-buttons">
                    <Toggle id=id.clone() enabled=webhook.enabled described_by=described_by.clone()/>
                    <AskAbout asks=ASKING about=id words="Delete" described_by/>
                </div>
            </td>
        </tr>
    }
}

#[component]
fn Toggle(id: String, enabled: bool, described_by: String) -> impl IntoView {
    let words = if enabled { "Disable" } else { "Enable" };
    view! {
        <PostForm form={Form::of::<SetPlatformWebhookEnabled>()}>
            <input type="hidden" name="webhook_id" value=id/>
            <input type="hidden" name="enabled" value=(!enabled).to_string()/>
            <button type="submit" class="button button-small" aria-describedby=described_by>{words}</button>
        </PostForm>
    }
}

#[component]
fn DeleteModal(row: WebhookRow) -> impl IntoView {
    let words = cancelled_words(std::slice::from_ref(&row));
    view! {
        <Confirm
            form={Form::of::<DeletePlatformWebhook>()}
            title=format!("Delete {}?", row.webhook.name)
            back=paths::PLATFORM_WEBHOOKS
            asked_by=asked_about(ASKING, row.webhook.id)
            fields=vec![("webhook_id", row.webhook.id.to_string())]
            button="Delete"
        >
            <p>{words}" It is told no more of what happens in any organization."</p>
        </Confirm>
    }
}
