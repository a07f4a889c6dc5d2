//! The platform's webhooks, which fire for every organization.

use domain::WebhookId;
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::{Next, Toast, backend, paths, settle, webhooks::NewWebhook};
use crate::{
    Problem,
    transport::{Once, Repeatable},
    webhooks::{WebhookRow, WebhookView},
};

/// By name.
#[server(prefix = "/fn", endpoint = "platform-webhooks/list", client = Repeatable)]
pub async fn list_platform_webhooks() -> Result<Vec<WebhookRow>, Problem> {
    backend()?.platform_webhooks().await
}

/// Creates a webhook. Every field defaults, so that a missing one is an error at its field.
#[server(prefix = "/fn", endpoint = "platform-webhooks/create", client = Once)]
pub async fn create_platform_webhook(
    #[server(default)] event_type: String,
    #[server(default)] name: String,
    #[server(default)] url: String,
    #[server(default)] description: String,
    #[server(default)] enabled: bool,
    #[server(default)] headers: String,
) -> Result<WebhookView, Problem> {
    let backend = backend()?;
    let new = NewWebhook { event_type, name, url, description, enabled, headers };
    let outcome = backend.create_platform_webhook(new).await;
    settle(&backend, outcome, |_| at_list(Toast::WebhookCreated))
}

/// Enables or disables a webhook.
#[server(prefix = "/fn", endpoint = "platform-webhooks/set-enabled", client = Once)]
pub async fn set_platform_webhook_enabled(
    webhook_id: WebhookId,
    #[server(default)] enabled: bool,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.set_platform_webhook_enabled(webhook_id, enabled).await;
    settle(&backend, outcome, |()| {
        at_list(if enabled { Toast::WebhookEnabled } else { Toast::WebhookDisabled })
    })
}

/// Deletes a webhook. What is pending or held for it is cancelled.
#[server(prefix = "/fn", endpoint = "platform-webhooks/delete", client = Once)]
pub async fn delete_platform_webhook(webhook_id: WebhookId) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.delete_platform_webhook(webhook_id).await;
    settle(&backend, outcome, |()| at_list(Toast::WebhooksDeleted))
}

#[cfg(feature = "ssr")]
fn at_list(toast: Toast) -> Next {
    Next::saying(paths::PLATFORM_WEBHOOKS, toast)
}
