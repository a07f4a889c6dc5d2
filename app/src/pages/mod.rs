//! The pages, one folder or file each, named after what the admin sees.

mod account;
mod delivery;
mod first_run;
mod organization;
mod password_reset;
mod platform;
mod refused;
mod sign_in;
mod start;
mod webhooks;

pub(crate) use account::AccountPage;
pub(crate) use delivery::DeliveryPage;
pub(crate) use first_run::FirstRunPage;
pub(crate) use organization::{
    api_keys::{ApiKeysPage, new::NewApiKeyPage},
    audit::AuditLogPage,
    find::FindPage,
    general::GeneralPage,
    groups::{GroupsPage, detail::GroupPage, new::NewGroupPage},
    new_user::NewUserPage,
    users::{UsersPage, detail::UserPage},
};
pub(crate) use password_reset::PasswordResetPage;
pub(crate) use platform::organizations::PlatformPage;
pub(crate) use refused::{NotFoundPage, refused};
pub(crate) use sign_in::SignInPage;
pub(crate) use start::StartPage;
pub(crate) use webhooks::{
    detail::{DeliveriesPage, EditWebhookPage, SecretPage, WebhookPage},
    list::WebhooksPage,
    new::NewWebhookPage,
};
