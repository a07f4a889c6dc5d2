//! Webhooks and their secrets.

use std::time::Duration;

use api::{
    Code, Problem, WebhookBackend,
    activity::WebhookActivity,
    webhooks::{
        NewWebhook, PreviousSecret, SecretView, UrlVerdict, WebhookEdit, WebhookForm, WebhookPage,
        WebhookRow, WebhookView,
    },
};
use async_trait::async_trait;
use domain::{ActivityRange, CustomHeaders, DeliveryDetail, Operation, Scope, WebhookFilter, WebhookId};

use super::{RequestBackend, at_field, made_from, with_line_feeds};
use crate::{
    store::Secrets,
    usecases::{EditWebhook, NewWebhookRequest},
};

#[async_trait]
impl WebhookBackend for RequestBackend {
    async fn webhooks(&self, scope: Scope) -> Result<Vec<WebhookRow>, Problem> {
        let grant = self.grant_in(Operation::ListWebhooks, scope).await?;
        self.herald.list_webhooks(&grant).await
    }

    async fn find_webhooks(
        &self,
        scope: Scope,
        filter: WebhookFilter,
        page: u32,
    ) -> Result<WebhookPage, Problem> {
        let grant = self.grant_in(Operation::ListWebhooks, scope).await?;
        self.herald.find_webhooks(&grant, &filter, page).await
    }

    async fn webhook(&self, scope: Scope, webhook: WebhookId) -> Result<WebhookView, Problem> {
        let grant = self.grant_in(Operation::ListWebhooks, scope).await?;
        self.herald.webhook(&grant, webhook).await
    }

    async fn activity(
        &self,
        scope: Scope,
        webhook: WebhookId,
        range: ActivityRange,
    ) -> Result<WebhookActivity, Problem> {
        let grant = self.grant_in(Operation::ListWebhooks, scope).await?;
        self.herald.activity(&grant, webhook, range).await
    }

    async fn create_webhook(&self, scope: Scope, new: NewWebhook) -> Result<WebhookView, Problem> {
        let grant = self.grant_in(Operation::CreateWebhook, scope).await?;
        self.herald.create_webhook(&grant, new_request(new)).await.map_err(at_form_fields)
    }

    async fn check_url(&self, scope: Scope, url: String) -> Result<UrlVerdict, Problem> {
        let grant = self.grant_in(Operation::CreateWebhook, scope).await?;
        self.herald.url_verdict(&grant, &url).await
    }

    async fn save_webhook(
        &self,
        scope: Scope,
        webhook: WebhookId,
        form: WebhookForm,
    ) -> Result<WebhookView, Problem> {
        let grant = self.grant_in(Operation::UpdateWebhook, scope).await?;
        let WebhookForm { name, url, description, headers, remove, version } = form;
        let mut changes: Vec<_> = remove.into_iter().map(|name| (name, None)).collect();
        changes.extend(
            CustomHeaders::changes_in(&headers)
                .map_err(|issue| Problem::invalid(vec![issue.at("headers")]))?,
        );
        let edit = EditWebhook {
            enabled: None,
            name: Some(name),
            url: Some(url),
            description: Some(with_line_feeds(&description)),
            headers: changes,
            version: made_from(version),
        };
        self.herald.edit_webhook(&grant, webhook, edit).await.map_err(at_headers)
    }

    async fn edit_webhook(
        &self,
        scope: Scope,
        webhook: WebhookId,
        edit: WebhookEdit,
    ) -> Result<WebhookView, Problem> {
        let grant = self.grant_in(Operation::UpdateWebhook, scope).await?;
        let WebhookEdit { name, url, description, enabled } = edit;
        let description = description.map(|text| with_line_feeds(&text));
        let edit = EditWebhook { enabled, name, url, description, ..EditWebhook::default() };
        self.herald.edit_webhook(&grant, webhook, edit).await
    }

    async fn delete_webhooks(&self, scope: Scope, webhooks: Vec<WebhookId>) -> Result<u32, Problem> {
        let grant = self.grant_in(Operation::DeleteWebhook, scope).await?;
        let asked = webhooks.len();
        self.herald.delete_webhooks(&grant, webhooks).await.map_err(|problem| gone(problem, asked))
    }

    async fn set_webhook_enabled(
        &self,
        scope: Scope,
        webhook: WebhookId,
        enabled: bool,
    ) -> Result<(), Problem> {
        let grant = self.grant_in(Operation::UpdateWebhook, scope).await?;
        let edit = EditWebhook { enabled: Some(enabled), ..EditWebhook::default() };
        self.herald.edit_webhook(&grant, webhook, edit).await.map(drop)
    }

    async fn secret(&self, scope: Scope, webhook: WebhookId) -> Result<SecretView, Problem> {
        let grant = self.grant_in(Operation::ReadSecret, scope).await?;
        self.herald.secrets(&grant, webhook).await.map(secret_view)
    }

    async fn rotate_secret(
        &self,
        scope: Scope,
        webhook: WebhookId,
        overlap_seconds: Option<u64>,
    ) -> Result<SecretView, Problem> {
        let grant = self.grant_in(Operation::RotateSecret, scope).await?;
        let overlap = overlap_seconds.map(Duration::from_secs);
        self.herald.rotate_secret(&grant, webhook, overlap).await.map(secret_view)
    }

    async fn test_webhook(&self, scope: Scope, webhook: WebhookId) -> Result<DeliveryDetail, Problem> {
        let grant = self.grant_in(Operation::TestWebhook, scope).await?;
        self.herald.test_webhook(&grant, webhook).await
    }
}

/// Somebody else was faster.
fn gone(problem: Problem, asked: usize) -> Problem {
    if problem.code != Code::NotFound {
        return problem;
    }
    let detail = match asked {
        1 => "Somebody else deleted this webhook meanwhile.",
        _ => "Somebody else deleted some of these webhooks meanwhile. Nothing of yours was deleted.",
    };
    Problem { detail: detail.to_owned(), ..problem }
}

/// All headers stand in one field of the form.
fn at_headers(mut problem: Problem) -> Problem {
    for error in problem.errors.iter_mut().filter(|error| error.pointer.starts_with("#/headers/")) {
        "#/headers".clone_into(&mut error.pointer);
    }
    problem
}

/// The form's fields are named otherwise than the members of the API.
pub(super) fn at_form_fields(problem: Problem) -> Problem {
    at_headers(at_field(problem, "type", "event_type"))
}

pub(super) fn new_request(new: NewWebhook) -> NewWebhookRequest {
    let NewWebhook { event_type, name, url, description, enabled, headers } = new;
    let description = with_line_feeds(&description);
    let headers = CustomHeaders::changes_in(&headers);
    NewWebhookRequest { event_type, name, url, description, enabled, headers }
}

fn secret_view(secrets: Secrets) -> SecretView {
    let previous =
        secrets.previous.map(|(secret, expires_at)| PreviousSecret { secret: secret.reveal(), expires_at });
    SecretView { secret: secrets.secret.reveal(), previous }
}
