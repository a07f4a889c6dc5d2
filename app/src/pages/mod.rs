//! The pages, one folder or file each, named after what the admin sees.

mod first_run;
mod organization;
mod refused;
mod sign_in;
mod start;

pub(crate) use first_run::FirstRunPage;
pub(crate) use organization::{
    delivery::DeliveryPage,
    general::GeneralPage,
    new_user::NewUserPage,
    users::UsersPage,
    webhooks::{
        detail::{DeliveriesPage, SecretPage, WebhookPage},
        list::WebhooksPage,
        new::NewWebhookPage,
    },
};
pub(crate) use refused::{NotFoundPage, refused};
pub(crate) use sign_in::SignInPage;
pub(crate) use start::StartPage;
