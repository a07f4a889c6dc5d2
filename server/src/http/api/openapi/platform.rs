//! The platform's webhooks: each operation is as the one for an organization's own.

use domain::Operation;

use super::{describe::Description, hooks};

pub(super) fn describe(operation: Operation) -> Option<Description> {
    let own = hooks::describe(own(operation)?)?;
    Some(Description { tag: "Platform webhooks", ..own })
}

/// The operation for an organization's own webhooks that works the same.
pub(super) const fn own(operation: Operation) -> Option<Operation> {
    Some(match operation {
        Operation::ListPlatformWebhooks => Operation::ListWebhooks,
        Operation::CreatePlatformWebhook => Operation::CreateWebhook,
        Operation::UpdatePlatformWebhook => Operation::UpdateWebhook,
        Operation::DeletePlatformWebhook => Operation::DeleteWebhook,
        Operation::ReadPlatformSecret => Operation::ReadSecret,
        Operation::RotatePlatformSecret => Operation::RotateSecret,
        Operation::TestPlatformWebhook => Operation::TestWebhook,
        Operation::ListPlatformDeliveries => Operation::ListDeliveries,
        Operation::RedeliverPlatformMany => Operation::RedeliverMany,
        Operation::SettlePlatformHeld => Operation::SettleHeld,
        Operation::ReadPlatformDelivery => Operation::ReadDelivery,
        Operation::RedeliverPlatformOne => Operation::RedeliverOne,
        Operation::ReadPlatformJob => Operation::ReadJob,
        Operation::CancelPlatformJob => Operation::CancelJob,
        _ => return None,
    })
}
