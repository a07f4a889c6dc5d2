//! What became of the events.

use std::{future::Future, time::Duration};

use api::deliveries::{DeliveryFilter, list_deliveries, read_delivery};
use domain::{Delivery, DeliveryId, DeliveryState, WebhookId};
use tokio::time::{interval, timeout};

use crate::{Outcome, Tenant};

const PATIENCE: Duration = Duration::from_secs(20);
const ASK_EVERY: Duration = Duration::from_millis(100);

/// Waits for so many events of a webhook to arrive. Tests do not count.
pub(crate) async fn until_delivered(
    tenant: &Tenant,
    webhook: WebhookId,
    count: usize,
) -> Outcome<Vec<Delivery>> {
    until(async || {
        let page = tenant
            .herald
            .call(list_deliveries(tenant.scope(), webhook, DeliveryFilter::default(), None))
            .await?;
        let deliveries = page.deliveries.into_iter().map(|row| row.delivery);
        let done: Vec<Delivery> =
            deliveries.filter(|one| !one.test && one.status == DeliveryState::Delivered).collect();
        Ok((done.len() == count).then_some(done))
    })
    .await
}

/// Waits for so many attempts of a delivery, the last of them a success.
pub(crate) async fn until_attempts(tenant: &Tenant, delivery: DeliveryId, count: u32) -> Outcome {
    until(async || {
        let detail = tenant.herald.call(read_delivery(tenant.scope(), delivery)).await?;
        let Delivery { attempts, status, .. } = detail.delivery;
        let done = attempts == count && status == DeliveryState::Delivered;
        Ok(done.then_some(()))
    })
    .await
}

async fn until<T, F: Future<Output = Outcome<Option<T>>>>(mut look: impl FnMut() -> F) -> Outcome<T> {
    let mut pauses = interval(ASK_EVERY);
    let looking = async {
        loop {
            pauses.tick().await;
            if let Some(found) = look().await? {
                return Ok(found);
            }
        }
    };
    timeout(PATIENCE, looking).await.map_err(|_| "it did not come in time")?
}
