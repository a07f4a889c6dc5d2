//! Webhooks: the Webhooks tab, the form, a webhook's page.

#![allow(
    clippy::too_many_arguments,
    reason = "the fields of a form are arguments, in the browser's half too"
)]

use std::fmt;

use domain::{
    Bucket, DeliveryDetail, DeliveryId, EventType, Scope, Timestamp, Webhook, WebhookId, WebhookState,
};
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;
use server_fn_macro_default::server;

use crate::{
    Next, Problem, Toast, paths,
    transport::{Once, Repeatable},
};
#[cfg(feature = "ssr")]
use crate::{backend, settle};

/// What the form asks for, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewWebhook {
    pub event_type: String,
    pub name: String,
    pub url: String,
    pub description: String,
    pub enabled: bool,
    /// A `Name: value` a line.
    pub headers: String,
}

/// A change of a webhook, as typed; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEdit {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// The form that changes a webhook, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookForm {
    pub name: String,
    pub url: String,
    pub description: String,
    /// Headers to set, a `Name: value` a line.
    pub headers: String,
    /// Names of headers to remove.
    pub remove: Vec<String>,
    /// [`WebhookView::version`] of what the form was made from; empty, to save whatever it is.
    pub version: String,
}

/// What the guard says of a URL before it is saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UrlVerdict {
    pub allowed: bool,
    /// One sentence.
    pub words: String,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookRow {
    pub webhook: Webhook,
    pub state: WebhookState,
    pub last: Option<LastAttempt>,
    /// Deliveries that are due now or later, counted up to [`WAITING_COUNTED_MAX`](domain::limits::WAITING_COUNTED_MAX), and so
    /// are those that are held.
    pub pending: u32,
    pub held: u32,
    /// Its attempts of the last 24 hours, an hour each, on pages of the list; else nothing.
    #[serde(default)]
    pub activity: Vec<Bucket>,
}

/// A page of those that match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookPage {
    pub webhooks: Vec<WebhookRow>,
    /// How many there are in the scope.
    pub total: u32,
    /// How many match, on all pages.
    pub matching: u32,
    /// Counted from 1.
    pub page: u32,
    pub pages: u32,
}

/// How the newest attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAttempt {
    pub at: Timestamp,
    pub succeeded: bool,
    /// `200`, or why there was no answer in a few words.
    pub summary: String,
}

/// A webhook on its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookView {
    pub webhook: Webhook,
    pub pending: u32,
    pub held: u32,
    /// Its attempts since the last success, when there were any.
    pub failing: Option<Failing>,
    /// Until when the receiver is left alone, because its attempts have failed.
    pub paused_until: Option<Timestamp>,
    /// The newest delivery that was attempted, tests apart.
    #[serde(default)]
    pub last_delivery: Option<DeliveryId>,
    /// Until when the secret before the last rotation signs as well.
    #[serde(default)]
    pub previous_until: Option<Timestamp>,
    /// Another one after every change of what the form shows.
    #[serde(default)]
    pub version: String,
}

impl WebhookView {
    #[must_use]
    pub fn state(&self) -> WebhookState {
        WebhookState::of(self.webhook.enabled, self.failing.is_some(), self.webhook.disabled_reason.is_some())
    }
}

/// A webhook whose attempts fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// Failed attempts in a row.
    pub attempts: u32,
    /// When the first of them was.
    pub since: Timestamp,
    /// How far it is on the way to being disabled by Herald.
    pub percent: u8,
}

/// A secret, for the admin who asked to see it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretView {
    pub secret: String,
    /// The one before, while both sign.
    #[serde(default)]
    pub previous: Option<PreviousSecret>,
}

/// A secret that has been replaced.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousSecret {
    pub secret: String,
    /// Until when it signs.
    pub expires_at: Timestamp,
}

impl fmt::Debug for PreviousSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreviousSecret([REDACTED])")
    }
}

impl fmt::Debug for SecretView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretView([REDACTED])")
    }
}

/// The webhooks of a scope by name.
#[server(prefix = "/fn", endpoint = "webhooks/list", client = Repeatable)]
pub async fn list_webhooks(scope: Scope) -> Result<Vec<WebhookRow>, Problem> {
    backend()?.webhooks(scope).await
}

/// Those that match, by name, some at a time. `page` counts from 1; one behind the last is the last.
#[server(prefix = "/fn", endpoint = "webhooks/find", client = Repeatable)]
pub async fn find_webhooks(
    scope: Scope,
    #[server(default)] search: String,
    #[server(default)] event_type: Option<EventType>,
    #[server(default)] state: Option<WebhookState>,
    #[server(default)] page: u32,
) -> Result<WebhookPage, Problem> {
    let filter = domain::WebhookFilter { search, event_type, state };
    backend()?.find_webhooks(scope, filter, page).await
}

#[server(prefix = "/fn", endpoint = "webhooks/read", client = Repeatable)]
pub async fn read_webhook(scope: Scope, webhook_id: WebhookId) -> Result<WebhookView, Problem> {
    backend()?.webhook(scope, webhook_id).await
}

/// Creates a webhook. Every field defaults, so that a missing one is an error at its field.
#[server(prefix = "/fn", endpoint = "webhooks/create", client = Once)]
pub async fn create_webhook(
    scope: Scope,
    #[server(default)] event_type: String,
    #[server(default)] name: String,
    #[server(default)] url: String,
    #[server(default)] description: String,
    #[server(default)] enabled: bool,
    #[server(default)] headers: String,
) -> Result<WebhookView, Problem> {
    let backend = backend()?;
    let new = NewWebhook { event_type, name, url, description, enabled, headers };
    let outcome = backend.create_webhook(scope, new).await;
    settle(&backend, outcome, |_| after_create(scope))
}

/// Creates a webhook and sends it a test at once. What comes of the test changes nothing about the webhook.
#[server(prefix = "/fn", endpoint = "webhooks/create-and-test", client = Once)]
pub async fn create_and_test_webhook(
    scope: Scope,
    #[server(default)] event_type: String,
    #[server(default)] name: String,
    #[server(default)] url: String,
    #[server(default)] description: String,
    #[server(default)] enabled: bool,
    #[server(default)] headers: String,
) -> Result<WebhookView, Problem> {
    let backend = backend()?;
    let new = NewWebhook { event_type, name, url, description, enabled, headers };
    let created = backend.create_webhook(scope, new).await;
    let tested = match &created {
        Ok(view) => backend.test_webhook(scope, view.webhook.id).await.ok(),
        Err(_) => None,
    };
    settle(&backend, created, |view| after_create_and_test(scope, view, tested.as_ref()))
}

/// To the webhook's page, with what came of the test unless it could not be sent.
#[must_use]
pub fn after_create_and_test(scope: Scope, view: &WebhookView, tested: Option<&DeliveryDetail>) -> Next {
    let webhook = view.webhook.id;
    let to = match tested {
        Some(test) => paths::webhook_test(scope, webhook, test.delivery.id),
        None => paths::webhook(scope, webhook),
    };
    Next::saying(to, Toast::WebhookCreated)
}

/// Says whether a URL could be saved. Counted and limited as saving is.
#[server(prefix = "/fn", endpoint = "webhooks/check-url", client = Repeatable)]
pub async fn check_url(scope: Scope, #[server(default)] url: String) -> Result<UrlVerdict, Problem> {
    backend()?.check_url(scope, url).await
}

#[must_use]
pub fn after_create(scope: Scope) -> Next {
    Next::saying(paths::webhooks(scope), Toast::WebhookCreated)
}

/// Changes a webhook. A new URL counts for what is pending too.
// In JSON, since a form cannot tell an empty description from none.
#[server(prefix = "/fn", endpoint = "webhooks/edit", input = Json, client = Once)]
pub async fn edit_webhook(
    scope: Scope,
    webhook_id: WebhookId,
    edit: WebhookEdit,
) -> Result<WebhookView, Problem> {
    let backend = backend()?;
    let outcome = backend.edit_webhook(scope, webhook_id, edit).await;
    settle(&backend, outcome, |_| after_edit(scope, webhook_id))
}

#[must_use]
pub fn after_edit(scope: Scope, webhook: WebhookId) -> Next {
    Next::new(paths::webhook(scope, webhook))
}

/// Changes a webhook by its form. What somebody else has changed since the form was made is not overwritten: 409.
#[server(prefix = "/fn", endpoint = "webhooks/save", client = Once)]
pub async fn save_webhook(
    scope: Scope,
    webhook_id: WebhookId,
    #[server(default)] name: String,
    #[server(default)] url: String,
    #[server(default)] description: String,
    #[server(default)] headers: String,
    #[server(default)] remove: Vec<String>,
    #[server(default)] version: String,
) -> Result<WebhookView, Problem> {
    let backend = backend()?;
    let form = WebhookForm { name, url, description, headers, remove, version };
    let outcome = backend.save_webhook(scope, webhook_id, form).await;
    settle(&backend, outcome, |_| after_save(scope, webhook_id))
}

#[must_use]
pub fn after_save(scope: Scope, webhook: WebhookId) -> Next {
    Next::saying(paths::webhook(scope, webhook), Toast::WebhookSaved)
}

/// Sends a test at once and answers what came of it. It is never tried again.
#[server(prefix = "/fn", endpoint = "webhooks/test", client = Once)]
pub async fn test_webhook(scope: Scope, webhook_id: WebhookId) -> Result<DeliveryDetail, Problem> {
    let backend = backend()?;
    let outcome = backend.test_webhook(scope, webhook_id).await;
    settle(&backend, outcome, |test| after_test(scope, test))
}

#[must_use]
pub fn after_test(scope: Scope, test: &DeliveryDetail) -> Next {
    Next::new(paths::webhook_test(scope, test.delivery.webhook_id, test.delivery.id))
}

/// Deletes webhooks: all of them or, when one cannot be found, none. Answers how many.
#[server(prefix = "/fn", endpoint = "webhooks/delete", client = Once)]
pub async fn delete_webhooks(scope: Scope, #[server(default)] ids: Vec<WebhookId>) -> Result<u32, Problem> {
    let backend = backend()?;
    let outcome = backend.delete_webhooks(scope, ids).await;
    settle(&backend, outcome, |_| after_delete(scope))
}

#[must_use]
pub fn after_delete(scope: Scope) -> Next {
    Next::saying(paths::webhooks(scope), Toast::WebhooksDeleted)
}

#[server(prefix = "/fn", endpoint = "webhooks/set-enabled", client = Once)]
pub async fn set_webhook_enabled(
    scope: Scope,
    webhook_id: WebhookId,
    #[server(default)] enabled: bool,
) -> Result<(), Problem> {
    let backend = backend()?;
    let outcome = backend.set_webhook_enabled(scope, webhook_id, enabled).await;
    settle(&backend, outcome, |()| after_set_enabled(scope, webhook_id, enabled))
}

#[must_use]
pub fn after_set_enabled(scope: Scope, webhook: WebhookId, enabled: bool) -> Next {
    let toast = if enabled { Toast::WebhookEnabled } else { Toast::WebhookDisabled };
    Next::saying(paths::webhook(scope, webhook), toast)
}

/// Shows the secret, which the audit log notes.
#[server(prefix = "/fn", endpoint = "webhooks/secret", client = Repeatable)]
pub async fn read_secret(scope: Scope, webhook_id: WebhookId) -> Result<SecretView, Problem> {
    let backend = backend()?;
    let outcome = backend.secret(scope, webhook_id).await;
    if let Ok(secret) = &outcome {
        backend.flash_secret(webhook_id, secret);
    }
    settle(&backend, outcome, |_| after_read_secret(scope, webhook_id))
}

/// Replaces the secret. The one before goes on signing beside it for `overlap_seconds`, a day where that is not said.
#[server(prefix = "/fn", endpoint = "webhooks/rotate-secret", client = Once)]
pub async fn rotate_secret(
    scope: Scope,
    webhook_id: WebhookId,
    #[server(default)] overlap_seconds: Option<u64>,
) -> Result<SecretView, Problem> {
    let backend = backend()?;
    let outcome = backend.rotate_secret(scope, webhook_id, overlap_seconds).await;
    if let Ok(secret) = &outcome {
        backend.flash_secret(webhook_id, secret);
    }
    settle(&backend, outcome, |_| after_rotate_secret(scope, webhook_id))
}

#[must_use]
pub fn after_read_secret(scope: Scope, webhook: WebhookId) -> Next {
    Next::new(paths::webhook_secret(scope, webhook))
}

#[must_use]
pub fn after_rotate_secret(scope: Scope, webhook: WebhookId) -> Next {
    Next::saying(paths::webhook_secret(scope, webhook), Toast::SecretRotated)
}
