//! The addresses of the console's pages, so that nobody puts one together by hand.

use domain::{DeliveryId, GroupId, OrganizationId, Scope, UserId, WebhookId};

pub const START: &str = "/";
pub const SIGN_IN: &str = "/sign-in";
pub const FIRST_RUN: &str = "/first-run";
pub const ACCOUNT: &str = "/account";
pub const PASSWORD_RESET: &str = "/password-reset";
pub const PLATFORM: &str = "/platform";

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

/// What the webhooks of a scope have their pages below.
fn base(scope: impl Into<Scope>) -> String {
    match scope.into() {
        Scope::Organization(organization) => self::organization(organization),
        Scope::Platform => PLATFORM.to_owned(),
    }
}

#[must_use]
pub fn webhooks(scope: impl Into<Scope>) -> String {
    format!("{}/webhooks", base(scope))
}

#[must_use]
pub fn new_webhook(scope: impl Into<Scope>) -> String {
    format!("{}/webhooks/new", base(scope))
}

#[must_use]
pub fn webhook(scope: impl Into<Scope>, webhook: WebhookId) -> String {
    format!("{}/webhooks/{webhook}", base(scope))
}

/// The webhook's page with what came of a test.
#[must_use]
pub fn webhook_test(scope: impl Into<Scope>, webhook: WebhookId, delivery: DeliveryId) -> String {
    format!("{}/webhooks/{webhook}?test={delivery}", base(scope))
}

#[must_use]
pub fn webhook_deliveries(scope: impl Into<Scope>, webhook: WebhookId) -> String {
    format!("{}/webhooks/{webhook}/deliveries", base(scope))
}

#[must_use]
pub fn edit_webhook(scope: impl Into<Scope>, webhook: WebhookId) -> String {
    format!("{}/webhooks/{webhook}/edit", base(scope))
}

#[must_use]
pub fn webhook_secret(scope: impl Into<Scope>, webhook: WebhookId) -> String {
    format!("{}/webhooks/{webhook}/secret", base(scope))
}

#[must_use]
pub fn delivery(scope: impl Into<Scope>, delivery: DeliveryId) -> String {
    format!("{}/deliveries/{delivery}", base(scope))
}
