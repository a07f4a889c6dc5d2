//! Deliveries, and sending them again.

use api::{
    DeliveryBackend, Problem,
    deliveries::{Begun, DeliveryFilter, DeliveryPage, DeliveryView, HeldAction, Redelivery},
};
use async_trait::async_trait;
use domain::{Delivery, DeliveryDetail, DeliveryId, Operation, OrganizationId, WebhookId, limits::PAGE_ROWS};

use super::RequestBackend;
use crate::store::JobAction;

#[async_trait]
impl DeliveryBackend for RequestBackend {
    async fn deliveries(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        filter: DeliveryFilter,
        cursor: Option<String>,
    ) -> Result<DeliveryPage, Problem> {
        let grant = self.grant(Operation::ListDeliveries, organization).await?;
        self.herald.deliveries(&grant, webhook, &filter, cursor.as_deref(), PAGE_ROWS).await
    }

    async fn newer_deliveries(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        filter: DeliveryFilter,
        than: Option<DeliveryId>,
    ) -> Result<u32, Problem> {
        let grant = self.grant(Operation::ListDeliveries, organization).await?;
        self.herald.newer_deliveries(&grant, webhook, &filter, than).await
    }

    async fn delivery(
        &self,
        organization: OrganizationId,
        delivery: DeliveryId,
    ) -> Result<DeliveryDetail, Problem> {
        let grant = self.grant(Operation::ReadDelivery, organization).await?;
        self.herald.delivery(&grant, &delivery.to_string()).await
    }

    async fn delivery_view(
        &self,
        organization: OrganizationId,
        delivery: DeliveryId,
    ) -> Result<DeliveryView, Problem> {
        let grant = self.grant(Operation::ReadDelivery, organization).await?;
        self.herald.delivery_view(&grant, delivery).await
    }

    async fn redeliver(
        &self,
        organization: OrganizationId,
        delivery: DeliveryId,
    ) -> Result<Delivery, Problem> {
        let grant = self.grant(Operation::RedeliverOne, organization).await?;
        self.herald.redeliver(&grant, &delivery.to_string()).await
    }

    async fn redeliver_selected(
        &self,
        organization: OrganizationId,
        deliveries: Vec<DeliveryId>,
    ) -> Result<u32, Problem> {
        let grant = self.grant(Operation::RedeliverOne, organization).await?;
        self.herald.redeliver_selected(&grant, deliveries).await
    }

    async fn redeliver_many(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        which: Redelivery,
    ) -> Result<Begun, Problem> {
        let grant = self.grant(Operation::RedeliverMany, organization).await?;
        self.herald.redeliver_many(&grant, webhook, which).await
    }

    async fn settle_held(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        action: HeldAction,
    ) -> Result<Begun, Problem> {
        let grant = self.grant(Operation::SettleHeld, organization).await?;
        let action = match action {
            HeldAction::Release => JobAction::Release,
            HeldAction::Discard => JobAction::Discard,
        };
        self.herald.settle_held(&grant, webhook, action).await
    }
}
