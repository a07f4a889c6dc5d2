//! Deliveries, and sending them again.

use api::{
    DeliveryBackend, Problem,
    deliveries::{Begun, DeliveryFilter, DeliveryPage, DeliveryRow, DeliveryView, HeldAction, Redelivery},
};
use async_trait::async_trait;
use domain::{Delivery, DeliveryDetail, DeliveryId, Operation, Scope, WebhookId, limits::PAGE_ROWS};

use super::RequestBackend;
use crate::store::JobAction;

#[async_trait]
impl DeliveryBackend for RequestBackend {
    async fn deliveries(
        &self,
        scope: Scope,
        webhook: WebhookId,
        filter: DeliveryFilter,
        cursor: Option<String>,
    ) -> Result<DeliveryPage, Problem> {
        let grant = self.grant_in(Operation::ListDeliveries, scope).await?;
        self.herald.deliveries(&grant, webhook, &filter, cursor.as_deref(), PAGE_ROWS).await
    }

    async fn newer_deliveries(
        &self,
        scope: Scope,
        webhook: WebhookId,
        filter: DeliveryFilter,
        than: Option<DeliveryId>,
    ) -> Result<u32, Problem> {
        let grant = self.grant_in(Operation::ListDeliveries, scope).await?;
        self.herald.newer_deliveries(&grant, webhook, &filter, than).await
    }

    async fn delivery_progress(&self, scope: Scope, delivery: DeliveryId) -> Result<DeliveryRow, Problem> {
        let grant = self.grant_in(Operation::ReadDelivery, scope).await?;
        self.herald.delivery_progress(&grant, delivery).await
    }

    async fn delivery(&self, scope: Scope, delivery: DeliveryId) -> Result<DeliveryDetail, Problem> {
        let grant = self.grant_in(Operation::ReadDelivery, scope).await?;
        self.herald.delivery(&grant, &delivery.to_string()).await
    }

    async fn delivery_view(&self, scope: Scope, delivery: DeliveryId) -> Result<DeliveryView, Problem> {
        let grant = self.grant_in(Operation::ReadDelivery, scope).await?;
        self.herald.delivery_view(&grant, delivery).await
    }

    async fn redeliver(&self, scope: Scope, delivery: DeliveryId) -> Result<Delivery, Problem> {
        let grant = self.grant_in(Operation::RedeliverOne, scope).await?;
        self.herald.redeliver(&grant, &delivery.to_string()).await
    }

    async fn redeliver_selected(&self, scope: Scope, deliveries: Vec<DeliveryId>) -> Result<u32, Problem> {
        let grant = self.grant_in(Operation::RedeliverOne, scope).await?;
        self.herald.redeliver_selected(&grant, deliveries).await
    }

    async fn count_redeliverable(
        &self,
        scope: Scope,
        webhook: WebhookId,
        which: Redelivery,
    ) -> Result<u32, Problem> {
        let grant = self.grant_in(Operation::ListDeliveries, scope).await?;
        self.herald.count_redeliverable(&grant, webhook, which).await
    }

    async fn redeliver_many(
        &self,
        scope: Scope,
        webhook: WebhookId,
        which: Redelivery,
    ) -> Result<Begun, Problem> {
        let grant = self.grant_in(Operation::RedeliverMany, scope).await?;
        self.herald.redeliver_many(&grant, webhook, which).await
    }

    async fn settle_held(
        &self,
        scope: Scope,
        webhook: WebhookId,
        action: HeldAction,
    ) -> Result<Begun, Problem> {
        let grant = self.grant_in(Operation::SettleHeld, scope).await?;
        let action = match action {
            HeldAction::Release => JobAction::Release,
            HeldAction::Discard => JobAction::Discard,
        };
        self.herald.settle_held(&grant, webhook, action).await
    }
}
