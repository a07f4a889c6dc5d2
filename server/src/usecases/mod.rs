//! The use cases: validation and the store's operations, each behind a [`Grant`](crate::access::Grant).

mod account;
mod allowed_targets;
mod api_keys;
mod audit;
mod deliveries;
mod find;
mod groups;
mod organizations;
mod outrun;
mod passwords;
mod problems;
mod redelivery;
mod session;
mod sessions;
mod users;
mod webhooks;

pub(crate) use api_keys::NewKeyRequest;
pub(crate) use deliveries::{PublishRequest, check_key};
pub(crate) use groups::{MemberRequest, NewGroupRequest};
pub(crate) use organizations::OrganizationFilter;
pub(crate) use passwords::PasswordChange;
pub(crate) use session::first_admin;
pub(crate) use users::NewUserRequest;
pub(crate) use webhooks::{EditWebhook, NewWebhookRequest};
