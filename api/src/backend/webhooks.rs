//! Webhooks and their secrets.

use async_trait::async_trait;
use domain::{ActivityRange, DeliveryDetail, Scope, WebhookFilter, WebhookId};

use crate::{
    Problem,
    activity::WebhookActivity,
    webhooks::{
        NewWebhook, SecretView, UrlVerdict, WebhookEdit, WebhookForm, WebhookPage, WebhookRow, WebhookView,
    },
};

#[async_trait]
pub trait WebhookBackend: Send + Sync {
    async fn webhooks(&self, scope: Scope) -> Result<Vec<WebhookRow>, Problem>;
    async fn find_webhooks(
        &self,
        scope: Scope,
        filter: WebhookFilter,
        page: u32,
    ) -> Result<WebhookPage, Problem>;
    async fn webhook(&self, scope: Scope, webhook: WebhookId) -> Result<WebhookView, Problem>;
    async fn activity(
        &self,
        scope: Scope,
        webhook: WebhookId,
        range: ActivityRange,
    ) -> Result<WebhookActivity, Problem>;
    async fn create_webhook(&self, scope: Scope, new: NewWebhook) -> Result<WebhookView, Problem>;
    async fn check_url(&self, scope: Scope, url: String) -> Result<UrlVerdict, Problem>;
    async fn save_webhook(
        &self,
        scope: Scope,
        webhook: WebhookId,
        form: WebhookForm,
    ) -> Result<WebhookView, Problem>;
    async fn edit_webhook(
        &self,
        scope: Scope,
        webhook: WebhookId,
        edit: WebhookEdit,
    ) -> Result<WebhookView, Problem>;
    async fn delete_webhooks(&self, scope: Scope, webhooks: Vec<WebhookId>) -> Result<u32, Problem>;
    async fn set_webhook_enabled(
        &self,
        scope: Scope,
        webhook: WebhookId,
        enabled: bool,
    ) -> Result<(), Problem>;
    async fn secret(&self, scope: Scope, webhook: WebhookId) -> Result<SecretView, Problem>;
    async fn rotate_secret(
        &self,
        scope: Scope,
        webhook: WebhookId,
        overlap_seconds: Option<u64>,
    ) -> Result<SecretView, Problem>;
    async fn test_webhook(&self, scope: Scope, webhook: WebhookId) -> Result<DeliveryDetail, Problem>;
}
