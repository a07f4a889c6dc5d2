//! The platform's webhooks.

use api::{
    PlatformWebhookBackend, Problem,
    webhooks::{NewWebhook, WebhookRow, WebhookView},
};
use async_trait::async_trait;
use domain::{Operation, WebhookId};

use super::{
    RequestBackend,
    webhooks::{at_form_fields, new_request},
};
use crate::usecases::EditWebhook;

#[async_trait]
impl PlatformWebhookBackend for RequestBackend {
    async fn platform_webhooks(&self) -> Result<Vec<WebhookRow>, Problem> {
        let grant = self.own(Operation::ListPlatformWebhooks).await?;
        self.herald.list_webhooks(&grant).await
    }

    async fn create_platform_webhook(&self, new: NewWebhook) -> Result<WebhookView, Problem> {
        let grant = self.own(Operation::CreatePlatformWebhook).await?;
        let made = self.herald.create_webhook(&grant, new_request(new)).await;
        made.map_err(at_form_fields)
    }

    async fn set_platform_webhook_enabled(&self, webhook: WebhookId, enabled: bool) -> Result<(), Problem> {
        let grant = self.own(Operation::UpdatePlatformWebhook).await?;
        let edit = EditWebhook { enabled: Some(enabled), ..EditWebhook::default() };
        self.herald.edit_webhook(&grant, webhook, edit).await.map(drop)
    }

    async fn delete_platform_webhook(&self, webhook: WebhookId) -> Result<(), Problem> {
        let grant = self.own(Operation::DeletePlatformWebhook).await?;
        self.herald.delete_webhooks(&grant, vec![webhook]).await.map(drop)
    }
}
