//! The addresses of the console's pages, so that nobody puts one together by hand.

use domain::{DeliveryId, GroupId, OrganizationId, UserId, WebhookId};

pub const START: &str = "/";
pub const SIGN_IN: &str = "/sign-in";
pub const FIRST_RUN: &str = "/first-run";
pub const ACCOUNT: &str = "/account";
pub const PASSWORD_RESET: &str = "/password-reset";
pub const PLATFORM: &str = "/platform";
pub const PLATFORM_WEBHOOKS: &str = "/platform/webhooks";
pub const NEW_PLATFORM_WEBHOOK: &str = "/platform/webhooks/new";

#[must_use]
pub fn first_run(token: &str) -> String {
    format!("{FIRST_RUN}/{token}")
}

/// The General tab of Organization settings.
#[must_use]
pub fn organization(organization: OrganizationId) -> String {
    format!("/organizations/{organization}")
}

/// Finding an event, with `?q=`.
#[must_use]
pub fn find(organization: OrganizationId) -> String {
    format!("/organizations/{organization}/find")
}

#[must_use]
pub fn users(organization: OrganizationId) -> String {
    format!("/organizations/{organization}/users")
}

#[must_use]
pub fn new_user(organization: OrganizationId) -> String {
    format!("/organizations/{organization}/users/new")
}

#[must_use]
pub fn user(organization: OrganizationId, user: UserId) -> String {
    format!("/organizations/{organization}/users/{user}")
}

#[must_use]
pub fn groups(organization: OrganizationId) -> String {
    format!("/organizations/{organization}/groups")
}

#[must_use]
pub fn new_group(organization: OrganizationId) -> String {
    format!("/organizations/{organization}/groups/new")
}

#[must_use]
pub fn group(organization: OrganizationId, group: GroupId) -> String {
    format!("/organizations/{organization}/groups/{group}")
}

#[must_use]
pub fn api_keys(organization: OrganizationId) -> String {
    format!("/organizations/{organization}/api-keys")
}

#[must_use]
pub fn new_api_key(organization: OrganizationId) -> String {
    format!("/organizations/{organization}/api-keys/new")
}

#[must_use]
pub fn audit(organization: OrganizationId) -> String {
    format!("/organizations/{organization}/audit-log")
}

#[must_use]
pub fn webhooks(organization: OrganizationId) -> String {
    format!("/organizations/{organization}/webhooks")
}

#[must_use]
pub fn new_webhook(organization: OrganizationId) -> String {
    format!("/organizations/{organization}/webhooks/new")
}

#[must_use]
pub fn webhook(organization: OrganizationId, webhook: WebhookId) -> String {
    format!("/organizations/{organization}/webhooks/{webhook}")
}

/// The webhook's page with what came of a test.
#[must_use]
pub fn webhook_test(organization: OrganizationId, webhook: WebhookId, delivery: DeliveryId) -> String {
    format!("/organizations/{organization}/webhooks/{webhook}?test={delivery}")
}

#[must_use]
pub fn webhook_deliveries(organization: OrganizationId, webhook: WebhookId) -> String {
    format!("/organizations/{organization}/webhooks/{webhook}/deliveries")
}

#[must_use]
pub fn edit_webhook(organization: OrganizationId, webhook: WebhookId) -> String {
    format!("/organizations/{organization}/webhooks/{webhook}/edit")
}

#[must_use]
pub fn webhook_secret(organization: OrganizationId, webhook: WebhookId) -> String {
    format!("/organizations/{organization}/webhooks/{webhook}/secret")
}

#[must_use]
pub fn delivery(organization: OrganizationId, delivery: DeliveryId) -> String {
    format!("/organizations/{organization}/deliveries/{delivery}")
}
