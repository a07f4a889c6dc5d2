//! A webhook's pages: what it is and does, its deliveries, its secret, its form.

mod banner;
mod deliveries;
mod edit;
mod figures;
mod frame;
mod overview;
mod secret;
mod test_result;

pub(crate) use self::{
    deliveries::DeliveriesPage, edit::EditWebhookPage, overview::WebhookPage, secret::SecretPage,
};
