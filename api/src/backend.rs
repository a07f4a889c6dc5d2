//! What the server implements: one request's way into the use cases.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{Delivery, DeliveryDetail, DeliveryId, OrgUser, OrganizationId, UserId, WebhookId};

use crate::{
    Next, Problem,
    deliveries::{Begun, DeliveryPage, HeldAction, Redelivery},
    events::{NewEvent, Published},
    organizations::OrganizationView,
    session::{FirstRun, SessionView},
    users::{NewUser, UserPage, UserQuery},
    webhooks::{NewWebhook, SecretView, WebhookEdit, WebhookRow, WebhookView},
};

/// The use cases, as the caller of this request may have them: every method checks who calls.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Tells the server how the function ended: a plain form is redirected to `Next` or shown again with the problem.
    fn settle(&self, outcome: Result<Next, Problem>);
    /// Keeps a secret for the page that a plain form is redirected to, to be shown there once.
    fn flash_secret(&self, webhook: WebhookId, secret: &SecretView);

    async fn session(&self) -> Result<Option<SessionView>, Problem>;
    async fn sign_in(&self, username: String, password: String) -> Result<(), Problem>;
    async fn sign_out(&self) -> Result<(), Problem>;
    async fn first_run_is_open(&self, token: String) -> Result<bool, Problem>;
    async fn first_run(&self, first: FirstRun) -> Result<OrganizationId, Problem>;

    async fn organization(&self, organization: OrganizationId) -> Result<OrganizationView, Problem>;

    async fn webhooks(&self, organization: OrganizationId) -> Result<Vec<WebhookRow>, Problem>;
    async fn webhook(&self, organization: OrganizationId, webhook: WebhookId)
    -> Result<WebhookView, Problem>;
    async fn create_webhook(
        &self,
        organization: OrganizationId,
        new: NewWebhook,
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

    async fn publish(&self, organization: OrganizationId, event: NewEvent) -> Result<Published, Problem>;
    async fn publish_many(
        &self,
        organization: OrganizationId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Result<Published, Problem>>, Problem>;

    async fn deliveries(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        cursor: Option<String>,
    ) -> Result<DeliveryPage, Problem>;
    async fn delivery(
        &self,
        organization: OrganizationId,
        delivery: DeliveryId,
    ) -> Result<DeliveryDetail, Problem>;
    async fn redeliver(
        &self,
        organization: OrganizationId,
        delivery: DeliveryId,
    ) -> Result<Delivery, Problem>;
    async fn redeliver_many(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        which: Redelivery,
    ) -> Result<Begun, Problem>;
    async fn settle_held(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        action: HeldAction,
    ) -> Result<Begun, Problem>;

    async fn users(&self, organization: OrganizationId, query: UserQuery) -> Result<UserPage, Problem>;
    async fn create_user(&self, organization: OrganizationId, new: NewUser) -> Result<OrgUser, Problem>;
    async fn set_user_active(
        &self,
        organization: OrganizationId,
        user: UserId,
        active: bool,
    ) -> Result<(), Problem>;
}

/// The backend of the request that is being answered.
pub(crate) fn backend() -> Result<Arc<dyn Backend>, Problem> {
    leptos::prelude::use_context::<Arc<dyn Backend>>().ok_or_else(Problem::internal)
}

/// Ends a function that changes something: `next` says where a plain form goes from here.
pub(crate) fn settle<T>(
    backend: &Arc<dyn Backend>,
    outcome: Result<T, Problem>,
    next: impl FnOnce(&T) -> Next,
) -> Result<T, Problem> {
    backend.settle(outcome.as_ref().map(next).map_err(Clone::clone));
    outcome
}
