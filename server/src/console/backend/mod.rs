//! The server functions' way into the use cases, for one request. One file a resource.

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

use std::sync::{Arc, Mutex, PoisonError};

use api::{Backend, Flash, Next, Problem, Told, webhooks::SecretView};
use domain::{Operation, OrganizationId, Scope, WebhookId};

use crate::{
    access::{Caller, Grant, PASSWORD_NEEDED},
    console::cookies::session_cookie,
    herald::Herald,
    tokens::token_hash,
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
    caller: Result<Caller, Problem>,
    ending: Arc<Mutex<Ending>>,
    /// What the caller was last allowed.
    granted: Arc<Mutex<Option<Arc<Grant>>>>,
}

impl RequestBackend {
    /// Where it could not be found out who calls, whatever is asked is answered with why.
    pub(in crate::console) fn new(herald: Herald, caller: Result<Caller, Problem>) -> Self {
        Self { herald, caller, ending: Arc::default(), granted: Arc::default() }
    }

    fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().map_err(Clone::clone)
    }

    pub(in crate::console) fn ending(&self) -> Ending {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn end_with(&self, change: impl FnOnce(&mut Ending)) {
        change(&mut self.ending.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The same check as every route's.
    async fn grant(&self, operation: Operation, organization: OrganizationId) -> Result<Arc<Grant>, Problem> {
        self.grant_to(self.caller()?, operation, Some(organization)).await
    }

    /// For webhooks, an organization's or the platform's.
    async fn grant_in(&self, operation: Operation, scope: Scope) -> Result<Arc<Grant>, Problem> {
        match scope {
            Scope::Organization(organization) => self.grant(operation, organization).await,
            Scope::Platform => {
                let of_platform = operation.within(scope).ok_or_else(Problem::internal)?;
                self.own(of_platform).await
            }
        }
    }

    /// For what names no organization.
    async fn own(&self, operation: Operation) -> Result<Arc<Grant>, Problem> {
        self.grant_to(self.caller()?, operation, None).await
    }

    async fn grant_to(
        &self,
        caller: &Caller,
        operation: Operation,
        organization: Option<OrganizationId>,
    ) -> Result<Arc<Grant>, Problem> {
        let organization = match organization {
            Some(organization) => Some(self.herald.store.organization(organization).await?),
            None => None,
        };
        let grant = Arc::new(self.herald.authorize(caller, operation, organization).await?);
        *self.granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&grant));
        Ok(grant)
    }

    /// For what asks for the caller's password where it was given long ago. Given with the form it is taken first, and the
    /// session goes on under another token.
    async fn confirmed(
        &self,
        operation: Operation,
        organization: Option<OrganizationId>,
        password: String,
    ) -> Result<Arc<Grant>, Problem> {
        let caller = self.caller()?;
        if password.is_empty() || caller.session.is_none() {
            return self.grant_to(caller, operation, organization).await.map_err(in_form_words);
        }
        let grant = self.own(Operation::ConfirmPassword).await?;
        let renewed = self.herald.confirm_password(&grant, password).await?;
        let cookie = session_cookie(&self.herald.public_url, &renewed.token);
        self.end_with(|ending| ending.cookies.push(cookie));
        let now = Some(self.herald.clock.now());
        let session = Some(token_hash(&renewed.token));
        let caller = Caller { session, password_at: now, ..caller.clone() };
        self.grant_to(&caller, operation, organization).await
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

    fn tell_once(&self, told: Told) {
        self.end_with(|ending| ending.flash.told = Some(told));
    }
}

/// A browser sends a text area's line breaks as CR LF.
fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// What asks for the password again stands in the same form.
fn in_form_words(mut problem: Problem) -> Problem {
    if let Some(error) = problem.errors.iter_mut().find(|error| error.code == PASSWORD_NEEDED) {
        "Enter your password again: you gave it more than 15 minutes ago.".clone_into(&mut error.detail);
    }
    problem
}

/// Of what a form was made from; one that says nothing saves whatever is stored.
fn made_from(version: String) -> Option<String> {
    Some(version).filter(|version| !version.is_empty())
}

/// A form's field may have another name than the member of the API.
fn at_field(mut problem: Problem, member: &str, field: &str) -> Problem {
    for error in problem.errors.iter_mut().filter(|error| error.field() == member) {
        error.pointer = format!("#/{field}");
    }
    problem
}
