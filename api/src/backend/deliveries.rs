//! Deliveries, and sending them again.

use async_trait::async_trait;
use domain::{Delivery, DeliveryDetail, DeliveryId, Scope, WebhookId};

use crate::{
    Problem,
    deliveries::{Begun, DeliveryFilter, DeliveryPage, DeliveryRow, DeliveryView, HeldAction, Redelivery},
};

#[async_trait]
pub trait DeliveryBackend: Send + Sync {
    async fn deliveries(
        &self,
        scope: Scope,
        webhook: WebhookId,
        filter: DeliveryFilter,
        cursor: Option<String>,
    ) -> Result<DeliveryPage, Problem>;
    async fn newer_deliveries(
        &self,
        scope: Scope,
        webhook: WebhookId,
        filter: DeliveryFilter,
        than: Option<DeliveryId>,
    ) -> Result<u32, Problem>;
    async fn delivery_progress(&self, scope: Scope, delivery: DeliveryId) -> Result<DeliveryRow, Problem>;
    async fn delivery(&self, scope: Scope, delivery: DeliveryId) -> Result<DeliveryDetail, Problem>;
    async fn delivery_view(&self, scope: Scope, delivery: DeliveryId) -> Result<DeliveryView, Problem>;
    async fn redeliver(&self, scope: Scope, delivery: DeliveryId) -> Result<Delivery, Problem>;
    /// Answers how many.
    async fn redeliver_selected(&self, scope: Scope, deliveries: Vec<DeliveryId>) -> Result<u32, Problem>;
    async fn count_redeliverable(
        &self,
        scope: Scope,
        webhook: WebhookId,
        which: Redelivery,
    ) -> Result<u32, Problem>;

    async fn redeliver_many(
        &self,
        scope: Scope,
        webhook: WebhookId,
        which: Redelivery,
    ) -> Result<Begun, Problem>;
    async fn settle_held(
        &self,
        scope: Scope,
        webhook: WebhookId,
        action: HeldAction,
    ) -> Result<Begun, Problem>;
}
