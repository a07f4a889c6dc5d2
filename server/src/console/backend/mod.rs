//! The server functions' way into the use cases, for one request. One file a resource.

mod deliveries;
mod events;
mod organizations;
mod session;
mod users;
mod webhooks;

use std::sync::{Arc, Mutex, PoisonError};

use api::{Backend, Flash, Next, Problem, webhooks::SecretView};
use domain::{Operation, OrganizationId, WebhookId};

use crate::{
    access::{Caller, Grant},
    herald::Herald,
};

/// How a request ends, beside the value of its function.
#[derive(Clone, Default)]
pub(in crate::console) struct Ending {
    pub(in crate::console) outcome: Option<Result<Next, Problem>>,
    pub(in crate::console) flash: Flash,
    pub(in crate::console) cookies: Vec<String>,
}

impl Ending {
    pub(in crate::console) fn problem(&self) -> Option<&Problem> {
        self.outcome.as_ref().and_then(|outcome| outcome.as_ref().err())
    }
}

#[derive(Clone)]
pub(in crate::console) struct RequestBackend {
    herald: Herald,
    caller: Caller,
    ending: Arc<Mutex<Ending>>,
    /// What the caller was last allowed.
    granted: Arc<Mutex<Option<Arc<Grant>>>>,
}

impl RequestBackend {
    pub(in crate::console) fn new(herald: Herald, caller: Caller) -> Self {
        Self { herald, caller, ending: Arc::default(), granted: Arc::default() }
    }

    pub(in crate::console) fn ending(&self) -> Ending {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn end_with(&self, change: impl FnOnce(&mut Ending)) {
        change(&mut self.ending.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The same check as every route's.
    async fn grant(&self, operation: Operation, organization: OrganizationId) -> Result<Arc<Grant>, Problem> {
        let organization = self.herald.store.organization(organization).await?;
        let grant = self.herald.authorize(&self.caller, operation, Some(organization)).await?;
        let grant = Arc::new(grant);
        *self.granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&grant));
        Ok(grant)
    }

    /// Notes in the audit log where an act that was allowed failed.
    pub(in crate::console) async fn note_failure(&self, target: &str) {
        let granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(grant), Some(problem)) = (granted, self.ending().problem()) {
            self.herald.note_failed_act(&grant, target, problem).await;
        }
    }
}

impl Backend for RequestBackend {
    fn settle(&self, outcome: Result<Next, Problem>) {
        self.end_with(|ending| ending.outcome = Some(outcome));
    }

    fn flash_secret(&self, webhook: WebhookId, secret: &SecretView) {
        self.end_with(|ending| ending.flash.secret = Some((webhook, secret.clone())));
    }
}
