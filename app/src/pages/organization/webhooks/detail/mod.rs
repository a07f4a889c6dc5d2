//! A webhook's pages: what it is and does, its deliveries, its secret.

mod banner;
mod deliveries;
mod frame;
mod overview;
mod secret;

pub(crate) use self::{deliveries::DeliveriesPage, overview::WebhookPage, secret::SecretPage};
