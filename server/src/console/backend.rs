//! The server functions' way into the use cases, for one request.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use api::{
    Backend, Flash, Next, Problem,
    deliveries::{Begun, DeliveryPage, HeldAction, Redelivery},
    events::{NewEvent, Published},
    organizations::OrganizationView,
    session::{FirstRun, SessionView},
    users::{NewUser, UserPage, UserQuery},
    webhooks::{NewWebhook, PreviousSecret, SecretView, WebhookEdit, WebhookRow, WebhookView},
};
use async_trait::async_trait;
use domain::{
    Delivery, DeliveryDetail, DeliveryId, Operation, OrgUser, OrganizationId, UserId, WebhookId,
    limits::PAGE_ROWS,
};

use super::{
    cookies::{end_session_cookie, session_cookie},
    publishing,
};
use crate::{
    access::{Caller, Grant},
    herald::Herald,
    store::{DeliveryFilter, JobAction, Secrets},
    usecases::{EditWebhook, NewUserRequest, NewWebhookRequest},
};

/// How a request ends, beside the value of its function.
#[derive(Clone, Default)]
pub(super) struct Ending {
    pub(super) outcome: Option<Result<Next, Problem>>,
    pub(super) flash: Flash,
    pub(super) cookies: Vec<String>,
}

impl Ending {
    pub(super) fn problem(&self) -> Option<&Problem> {
        self.outcome.as_ref().and_then(|outcome| outcome.as_ref().err())
    }
}

#[derive(Clone)]
pub(super) struct RequestBackend {
    herald: Herald,
    caller: Caller,
    ending: Arc<Mutex<Ending>>,
    /// What the caller was last allowed.
    granted: Arc<Mutex<Option<Arc<Grant>>>>,
}

impl RequestBackend {
    pub(super) fn new(herald: Herald, caller: Caller) -> Self {
        Self { herald, caller, ending: Arc::default(), granted: Arc::default() }
    }

    pub(super) fn ending(&self) -> Ending {
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
    pub(super) async fn note_failure(&self, target: &str) {
        let granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(grant), Some(problem)) = (granted, self.ending().problem()) {
            self.herald.note_failed_act(&grant, target, problem).await;
        }
    }
}

#[async_trait]
impl Backend for RequestBackend {
    fn settle(&self, outcome: Result<Next, Problem>) {
        self.end_with(|ending| ending.outcome = Some(outcome));
    }

    fn flash_secret(&self, webhook: WebhookId, secret: &SecretView) {
        self.end_with(|ending| ending.flash.secret = Some((webhook, secret.clone())));
    }

    async fn session(&self) -> Result<Option<SessionView>, Problem> {
        match &self.caller.user {
            Some(user) => self.herald.session_view(user).await.map(Some),
            None => Ok(None),
        }
    }

    async fn sign_in(&self, username: String, password: String) -> Result<(), Problem> {
        let signed_in = self.herald.sign_in(&self.caller, &username, password).await?;
        let cookie = session_cookie(&self.herald.public_url, &signed_in.token);
        self.end_with(|ending| ending.cookies.push(cookie));
        Ok(())
    }

    async fn sign_out(&self) -> Result<(), Problem> {
        self.herald.sign_out(&self.caller).await?;
        let cookie = end_session_cookie(&self.herald.public_url);
        self.end_with(|ending| ending.cookies.push(cookie));
        Ok(())
    }

    async fn first_run_is_open(&self, token: String) -> Result<bool, Problem> {
        self.herald.first_run_is_open(&token).await
    }

    async fn first_run(&self, first: FirstRun) -> Result<OrganizationId, Problem> {
        let (organization, signed_in) = self.herald.first_run(&self.caller, first).await?;
        let cookie = session_cookie(&self.herald.public_url, &signed_in.token);
        self.end_with(|ending| ending.cookies.push(cookie));
        Ok(organization)
    }

    async fn organization(&self, organization: OrganizationId) -> Result<OrganizationView, Problem> {
        let grant = self.grant(Operation::ReadOrganization, organization).await?;
        self.herald.organization_view(&grant).await
    }

    async fn webhooks(&self, organization: OrganizationId) -> Result<Vec<WebhookRow>, Problem> {
        let grant = self.grant(Operation::ListWebhooks, organization).await?;
        self.herald.list_webhooks(&grant).await
    }

    async fn webhook(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
    ) -> Result<WebhookView, Problem> {
        let grant = self.grant(Operation::ListWebhooks, organization).await?;
        self.herald.webhook(&grant, webhook).await
    }

    async fn create_webhook(
        &self,
        organization: OrganizationId,
        new: NewWebhook,
    ) -> Result<WebhookView, Problem> {
        let grant = self.grant(Operation::CreateWebhook, organization).await?;
        let NewWebhook { event_type, name, url, description, enabled } = new;
        let description = with_line_feeds(&description);
        let request = NewWebhookRequest { event_type, name, url, description, enabled, headers: Vec::new() };
        self.herald.create_webhook(&grant, request).await.map_err(at_form_fields)
    }

    async fn edit_webhook(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        edit: WebhookEdit,
    ) -> Result<WebhookView, Problem> {
        let grant = self.grant(Operation::UpdateWebhook, organization).await?;
        let WebhookEdit { name, url, description, enabled } = edit;
        let description = description.map(|text| with_line_feeds(&text));
        let edit = EditWebhook { enabled, name, url, description, headers: Vec::new() };
        self.herald.edit_webhook(&grant, webhook, edit).await
    }

    async fn delete_webhooks(
        &self,
        organization: OrganizationId,
        webhooks: Vec<WebhookId>,
    ) -> Result<u32, Problem> {
        let grant = self.grant(Operation::DeleteWebhook, organization).await?;
        self.herald.delete_webhooks(&grant, webhooks).await
    }

    async fn set_webhook_enabled(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        enabled: bool,
    ) -> Result<(), Problem> {
        let grant = self.grant(Operation::UpdateWebhook, organization).await?;
        let edit = EditWebhook { enabled: Some(enabled), ..EditWebhook::default() };
        self.herald.edit_webhook(&grant, webhook, edit).await.map(drop)
    }

    async fn secret(&self, organization: OrganizationId, webhook: WebhookId) -> Result<SecretView, Problem> {
        let grant = self.grant(Operation::ReadSecret, organization).await?;
        self.herald.secrets(&grant, webhook).await.map(secret_view)
    }

    async fn rotate_secret(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        overlap_seconds: Option<u64>,
    ) -> Result<SecretView, Problem> {
        let grant = self.grant(Operation::RotateSecret, organization).await?;
        let overlap = overlap_seconds.map(Duration::from_secs);
        self.herald.rotate_secret(&grant, webhook, overlap).await.map(secret_view)
    }

    async fn test_webhook(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
    ) -> Result<DeliveryDetail, Problem> {
        let grant = self.grant(Operation::TestWebhook, organization).await?;
        self.herald.test_webhook(&grant, webhook).await
    }

    async fn publish(&self, organization: OrganizationId, event: NewEvent) -> Result<Published, Problem> {
        let grant = self.grant(Operation::PublishEvent, organization).await?;
        publishing::publish(&self.herald, &grant, event).await
    }

    async fn publish_many(
        &self,
        organization: OrganizationId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Result<Published, Problem>>, Problem> {
        let grant = self.grant(Operation::PublishEvent, organization).await?;
        publishing::publish_many(&self.herald, &grant, events).await
    }

    async fn deliveries(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        cursor: Option<String>,
    ) -> Result<DeliveryPage, Problem> {
        let grant = self.grant(Operation::ListDeliveries, organization).await?;
        let filter = DeliveryFilter::default();
        self.herald.deliveries(&grant, webhook, &filter, cursor.as_deref(), PAGE_ROWS).await
    }

    async fn delivery(
        &self,
        organization: OrganizationId,
        delivery: DeliveryId,
    ) -> Result<DeliveryDetail, Problem> {
        let grant = self.grant(Operation::ReadDelivery, organization).await?;
        self.herald.delivery(&grant, &delivery.to_string()).await
    }

    async fn redeliver(
        &self,
        organization: OrganizationId,
        delivery: DeliveryId,
    ) -> Result<Delivery, Problem> {
        let grant = self.grant(Operation::RedeliverOne, organization).await?;
        self.herald.redeliver(&grant, &delivery.to_string()).await
    }

    async fn redeliver_many(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        which: Redelivery,
    ) -> Result<Begun, Problem> {
        let grant = self.grant(Operation::RedeliverMany, organization).await?;
        let Redelivery { since, status, dry_run } = which;
        self.herald.redeliver_many(&grant, webhook, since, status, dry_run).await
    }

    async fn settle_held(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        action: HeldAction,
    ) -> Result<Begun, Problem> {
        let grant = self.grant(Operation::SettleHeld, organization).await?;
        let action = match action {
            HeldAction::Release => JobAction::Release,
            HeldAction::Discard => JobAction::Discard,
        };
        self.herald.settle_held(&grant, webhook, action).await
    }

    async fn users(&self, organization: OrganizationId, query: UserQuery) -> Result<UserPage, Problem> {
        let grant = self.grant(Operation::ListUsers, organization).await?;
        self.herald.user_page(&grant, &query).await
    }

    async fn create_user(&self, organization: OrganizationId, new: NewUser) -> Result<OrgUser, Problem> {
        let grant = self.grant(Operation::CreateUser, organization).await?;
        let NewUser { username, email, name, password } = new;
        let password = Some(password).filter(|password| !password.is_empty());
        let request = NewUserRequest { username, email, name, active: true, password };
        self.herald.create_user(&grant, request).await
    }

    async fn set_user_active(
        &self,
        organization: OrganizationId,
        user: UserId,
        active: bool,
    ) -> Result<(), Problem> {
        let grant = self.grant(Operation::SetUserActive, organization).await?;
        self.herald.set_user_active(&grant, user, active).await
    }
}

/// A browser sends a text area's line breaks as CR LF.
fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn secret_view(secrets: Secrets) -> SecretView {
    let previous =
        secrets.previous.map(|(secret, expires_at)| PreviousSecret { secret: secret.reveal(), expires_at });
    SecretView { secret: secrets.secret.reveal(), previous }
}

/// The form's field for the type is `event_type`: `type` is no name for a Rust argument.
fn at_form_fields(mut problem: Problem) -> Problem {
    for error in problem.errors.iter_mut().filter(|error| error.pointer == "#/type") {
        "#/event_type".clone_into(&mut error.pointer);
    }
    problem
}
