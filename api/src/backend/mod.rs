//! What the server implements: one request's way into the use cases. One trait a resource.

mod account;
mod api_keys;
mod audit;
mod deliveries;
mod events;
mod find;
mod groups;
mod jobs;
mod organizations;
mod session;
mod users;
mod webhooks;

use std::sync::Arc;

use domain::WebhookId;

use crate::{Next, Problem, Told, webhooks::SecretView};

pub use account::AccountBackend;
pub use api_keys::ApiKeyBackend;
pub use audit::AuditBackend;
pub use deliveries::DeliveryBackend;
pub use events::EventBackend;
pub use find::FindBackend;
pub use groups::GroupBackend;
pub use jobs::JobBackend;
pub use organizations::OrganizationBackend;
pub use session::SessionBackend;
pub use users::UserBackend;
pub use webhooks::WebhookBackend;

/// The use cases, as the caller of this request may have them: every method checks who calls.
pub trait Backend:
    SessionBackend
    + AccountBackend
    + OrganizationBackend
    + UserBackend
    + GroupBackend
    + WebhookBackend
    + EventBackend
    + DeliveryBackend
    + JobBackend
    + FindBackend
    + ApiKeyBackend
    + AuditBackend
{
    /// Tells the server how the function ended: a plain form is redirected to `Next` or shown again with the problem.
    fn settle(&self, outcome: Result<Next, Problem>);
    /// Keeps a secret for the page that a plain form is redirected to, to be shown there once.
    fn flash_secret(&self, webhook: WebhookId, secret: &SecretView);
    /// Keeps something else for that page, to be shown there once.
    fn tell_once(&self, told: Told);
}

/// The backend of the request that is being answered.
pub(crate) fn backend() -> Result<Arc<dyn Backend>, Problem> {
    leptos::prelude::use_context::<Arc<dyn Backend>>().ok_or_else(Problem::internal)
}

/// Ends a function that changes something: `next` says where a plain form goes from here.
pub(crate) fn settle<T>(
    backend: &Arc<dyn Backend>,
    outcome: Result<T, Problem>,
    next: impl FnOnce(&T) -> Next,
) -> Result<T, Problem> {
    backend.settle(outcome.as_ref().map(next).map_err(Clone::clone));
    outcome
}
