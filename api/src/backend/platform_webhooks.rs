//! The platform's webhooks.

use async_trait::async_trait;
use domain::WebhookId;

use crate::{
    Problem,
    webhooks::{NewWebhook, WebhookRow, WebhookView},
};

#[async_trait]
pub trait PlatformWebhookBackend: Send + Sync {
    async fn platform_webhooks(&self) -> Result<Vec<WebhookRow>, Problem>;
    async fn create_platform_webhook(&self, new: NewWebhook) -> Result<WebhookView, Problem>;
    async fn set_platform_webhook_enabled(&self, webhook: WebhookId, enabled: bool) -> Result<(), Problem>;
    async fn delete_platform_webhook(&self, webhook: WebhookId) -> Result<(), Problem>;
}
