//! Webhooks and their secrets.

use async_trait::async_trait;
use domain::{ActivityRange, DeliveryDetail, OrganizationId, WebhookFilter, WebhookId};

use crate::{
    Problem,
    activity::WebhookActivity,
    webhooks::{
        NewWebhook, SecretView, UrlVerdict, WebhookEdit, WebhookForm, WebhookPage, WebhookRow, WebhookView,
    },
};

#[async_trait]
pub trait WebhookBackend: Send + Sync {
    async fn webhooks(&self, organization: OrganizationId) -> Result<Vec<WebhookRow>, Problem>;
    async fn find_webhooks(
        &self,
        organization: OrganizationId,
        filter: WebhookFilter,
        page: u32,
    ) -> Result<WebhookPage, Problem>;
    async fn webhook(&self, organization: OrganizationId, webhook: WebhookId)
    -> Result<WebhookView, Problem>;
    async fn activity(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        range: ActivityRange,
    ) -> Result<WebhookActivity, Problem>;
    async fn create_webhook(
        &self,
        organization: OrganizationId,
        new: NewWebhook,
    ) -> Result<WebhookView, Problem>;
    async fn check_url(&self, organization: OrganizationId, url: String) -> Result<UrlVerdict, Problem>;
    async fn save_webhook(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        form: WebhookForm,
    ) -> Result<WebhookView, Problem>;
    async fn edit_webhook(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        edit: WebhookEdit,
    ) -> Result<WebhookView, Problem>;
    async fn delete_webhooks(
        &self,
        organization: OrganizationId,
        webhooks: Vec<WebhookId>,
    ) -> Result<u32, Problem>;
    async fn set_webhook_enabled(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        enabled: bool,
    ) -> Result<(), Problem>;
    async fn secret(&self, organization: OrganizationId, webhook: WebhookId) -> Result<SecretView, Problem>;
    async fn rotate_secret(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        overlap_seconds: Option<u64>,
    ) -> Result<SecretView, Problem>;
    async fn test_webhook(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
    ) -> Result<DeliveryDetail, Problem>;
}
