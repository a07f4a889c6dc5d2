//! Webhooks: creating, changing, deleting, their secrets and their deliveries.

use api::{
    Problem,
    deliveries::DeliveryPage,
    webhooks::{WebhookRow, WebhookView},
};
use domain::{
    Description, EventType, FieldError, Invalid, Issue, Secret, WebhookId, WebhookName,
    limits::{SECRET_BYTES, SELECTION_MAX},
    target::TargetUrl,
};

use crate::{
    access::Grant,
    herald::Herald,
    store::{NewWebhookRow, WebhookChange},
};

/// A webhook to be, as typed.
pub(crate) struct NewWebhookRequest {
    pub(crate) event_type: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
}

/// A change, as typed; `None` stays as it is.
#[derive(Default)]
pub(crate) struct EditWebhook {
    pub(crate) enabled: Option<bool>,
    pub(crate) name: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) description: Option<String>,
}

impl Herald {
    pub(crate) async fn list_webhooks(&self, grant: &Grant) -> Result<Vec<WebhookRow>, Problem> {
        Ok(self.store.webhooks(grant.organization()?.id).await?)
    }

    pub(crate) async fn webhook(&self, grant: &Grant, id: WebhookId) -> Result<WebhookView, Problem> {
        Ok(self.store.webhook(grant.organization()?.id, id).await?)
    }

    pub(crate) async fn webhook_id(&self, grant: &Grant, name: &str) -> Result<WebhookId, Problem> {
        Ok(self.store.webhook_named(grant.organization()?.id, name).await?)
    }

    pub(crate) async fn create_webhook(
        &self,
        grant: &Grant,
        new: NewWebhookRequest,
    ) -> Result<WebhookView, Problem> {
        let mut invalid = Invalid::default();
        let event_type = invalid.check("type", new.event_type.trim().parse::<EventType>());
        let name = invalid.check("name", WebhookName::parse(&new.name));
        let url = invalid.check("url", self.check_url(&new.url).await);
        let description = invalid.check("description", Description::parse(&new.description));
        let (Some(event_type), Some(name), Some(url), Some(description)) =
            (event_type, name, url, description)
        else {
            return Err(invalid.into());
        };
        let row = NewWebhookRow {
            organization_id: grant.organization()?.id,
            event_type,
            name,
            url,
            description,
            enabled: new.enabled,
            secret: new_secret()?,
        };
        Ok(self.store.create_webhook(row).await?)
    }

    pub(crate) async fn edit_webhook(
        &self,
        grant: &Grant,
        id: WebhookId,
        edit: EditWebhook,
    ) -> Result<WebhookView, Problem> {
        let mut invalid = Invalid::default();
        let name = edit.name.map(|name| invalid.check("name", WebhookName::parse(&name)));
        let url = match edit.url {
            Some(url) => Some(invalid.check("url", self.check_url(&url).await)),
            None => None,
        };
        let description =
            edit.description.map(|text| invalid.check("description", Description::parse(&text)));
        if !invalid.errors.is_empty() {
            return Err(invalid.into());
        }
        let change = WebhookChange {
            enabled: edit.enabled,
            name: name.flatten(),
            url: url.flatten(),
            description: description.flatten(),
        };
        self.store.change_webhook(grant.organization()?.id, id, change).await?;
        self.webhook(grant, id).await
    }

    pub(crate) async fn delete_webhooks(&self, grant: &Grant, ids: Vec<WebhookId>) -> Result<u32, Problem> {
        if ids.is_empty() {
            let detail = "Select at least one webhook to delete.";
            return Err(Problem::invalid(vec![FieldError::new("ids", "required", detail)]));
        }
        if ids.len() > SELECTION_MAX {
            let detail = format!("At most {SELECTION_MAX} webhooks can be deleted at once.");
            return Err(Problem::invalid(vec![FieldError::new("ids", "too_many", detail)]));
        }
        Ok(self.store.delete_webhooks(grant.organization()?.id, ids).await?)
    }

    pub(crate) async fn secret(&self, grant: &Grant, id: WebhookId) -> Result<Secret, Problem> {
        let secret = self.store.webhook_secret(grant.organization()?.id, id).await?;
        tracing::info!(user = %grant.user()?.username, webhook_id = %id, "A webhook's secret was revealed");
        Ok(secret)
    }

    pub(crate) async fn deliveries(
        &self,
        grant: &Grant,
        webhook: WebhookId,
        cursor: Option<&str>,
    ) -> Result<DeliveryPage, Problem> {
        let before =
            cursor.filter(|cursor| !cursor.is_empty()).map(str::parse).transpose().map_err(|_| {
                let detail =
                    "This is not a cursor that Herald gave out. Leave it out to begin with the newest.";
                Problem::invalid(vec![FieldError::new("cursor", "invalid", detail)])
            })?;
        Ok(self.store.deliveries(grant.organization()?.id, webhook, before).await?)
    }

    /// The URL as it is stored, once the guard lets it through.
    async fn check_url(&self, text: &str) -> Result<String, Issue> {
        let target = TargetUrl::parse(text)?;
        self.guard.check(&target).await.map_err(domain::target::Refused::into_issue)?;
        Ok(target.as_str().to_owned())
    }
}

fn new_secret() -> Result<Secret, Problem> {
    Secret::from_bytes(&rand::random::<[u8; SECRET_BYTES]>()).map_err(|_| Problem::internal())
}
