//! Deliveries, and sending them again.

use async_trait::async_trait;
use domain::{Delivery, DeliveryDetail, DeliveryId, OrganizationId, WebhookId};

use crate::{
    Problem,
    deliveries::{Begun, DeliveryFilter, DeliveryPage, DeliveryView, HeldAction, Redelivery},
};

#[async_trait]
pub trait DeliveryBackend: Send + Sync {
    async fn deliveries(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        filter: DeliveryFilter,
        cursor: Option<String>,
    ) -> Result<DeliveryPage, Problem>;
    async fn newer_deliveries(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        filter: DeliveryFilter,
        than: Option<DeliveryId>,
    ) -> Result<u32, Problem>;
    async fn delivery(
        &self,
        organization: OrganizationId,
        delivery: DeliveryId,
    ) -> Result<DeliveryDetail, Problem>;
    async fn delivery_view(
        &self,
        organization: OrganizationId,
        delivery: DeliveryId,
    ) -> Result<DeliveryView, Problem>;
    async fn redeliver(
        &self,
        organization: OrganizationId,
        delivery: DeliveryId,
    ) -> Result<Delivery, Problem>;
    /// Answers how many.
    async fn redeliver_selected(
        &self,
        organization: OrganizationId,
        deliveries: Vec<DeliveryId>,
    ) -> Result<u32, Problem>;
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
}
