//! Webhooks: creating, changing, deleting, their secrets and their deliveries.

use std::time::Duration;

use api::{
    Problem,
    activity::WebhookActivity,
    webhooks::{UrlVerdict, WebhookPage, WebhookRow, WebhookView},
};
use domain::{
    Act, ActivityRange, CustomHeaders, Description, EventType, FieldError, Invalid, Issue, Secret,
    WebhookFilter, WebhookId, WebhookName,
    limits::{SECRET_BYTES, SECRET_OVERLAP, SECRET_OVERLAP_MAX, SELECTION_MAX},
    target::{Host, Refused, TargetUrl},
};

use super::outrun::Edited;
use crate::{
    access::Grant,
    herald::Herald,
    store::{NewWebhookRow, RotatedSecret, Secrets, WebhookChange},
};

/// A webhook to be, as typed.
pub(crate) struct NewWebhookRequest {
    pub(crate) event_type: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    /// As far as they could be read.
    pub(crate) headers: Result<Vec<(String, Option<String>)>, Issue>,
}

/// A change, as typed; `None` stays as it is.
#[derive(Default)]
pub(crate) struct EditWebhook {
    pub(crate) enabled: Option<bool>,
    pub(crate) name: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) description: Option<String>,
    /// A value sets, `None` removes.
    pub(crate) headers: Vec<(String, Option<String>)>,
    /// Of what the change was made from: what was changed since then is not overwritten.
    pub(crate) version: Option<String>,
}

impl Herald {
    pub(crate) async fn list_webhooks(&self, grant: &Grant) -> Result<Vec<WebhookRow>, Problem> {
        Ok(self.store.webhooks(grant.owner()?).await?)
    }

    /// `page` counts from 1.
    pub(crate) async fn find_webhooks(
        &self,
        grant: &Grant,
        filter: &WebhookFilter,
        page: u32,
    ) -> Result<WebhookPage, Problem> {
        let owner = grant.owner()?;
        let mut found = self.store.webhook_page(owner, filter, page).await?;
        let ids: Vec<WebhookId> = found.webhooks.iter().map(|row| row.webhook.id).collect();
        let day = ActivityRange::Day;
        let mut activity = self.store.activity(owner, &ids, day).await?;
        for row in &mut found.webhooks {
            let buckets = activity.remove(&row.webhook.id);
            row.activity = buckets.unwrap_or_else(|| day.empty(self.clock.now()));
        }
        Ok(found)
    }

    pub(crate) async fn webhook(&self, grant: &Grant, id: WebhookId) -> Result<WebhookView, Problem> {
        let view = self.store.webhook(grant.owner()?, id).await?;
        Ok(WebhookView { paused_until: self.paused_until(id), ..view })
    }

    pub(crate) async fn activity(
        &self,
        grant: &Grant,
        id: WebhookId,
        range: ActivityRange,
    ) -> Result<WebhookActivity, Problem> {
        let owner = grant.owner()?;
        let oldest_pending = self.store.oldest_pending(owner, id).await?;
        let found = self.store.activity(owner, &[id], range).await?.remove(&id);
        let buckets = found.unwrap_or_else(|| range.empty(self.clock.now()));
        Ok(WebhookActivity { buckets, oldest_pending })
    }

    pub(crate) async fn webhook_id(&self, grant: &Grant, name: &str) -> Result<WebhookId, Problem> {
        Ok(self.store.webhook_named(grant.owner()?, name).await?)
    }

    pub(crate) async fn create_webhook(
        &self,
        grant: &Grant,
        new: NewWebhookRequest,
    ) -> Result<WebhookView, Problem> {
        let mut invalid = Invalid::default();
        let event_type = invalid.check("type", new.event_type.trim().parse::<EventType>());
        let name = invalid.check("name", WebhookName::parse(&new.name));
        let url = invalid.check("url", self.check_url(grant, &new.url).await?);
        let description = invalid.check("description", Description::parse(&new.description));
        let headers = invalid.check("headers", new.headers).and_then(|headers| {
            let headers = CustomHeaders::default().with(headers);
            headers.map_err(|wrong| invalid.errors.extend(wrong.errors)).ok()
        });
        let (Some(event_type), Some(name), Some(url), Some(description), Some(headers)) =
            (event_type, name, url, description, headers)
        else {
            return Err(invalid.into());
        };
        let row = NewWebhookRow {
            owner: grant.owner()?,
            event_type,
            name,
            url,
            description,
            enabled: new.enabled,
            headers,
            secret: new_secret()?,
        };
        Ok(self.store.create_webhook(row, grant.acted_by()).await?)
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
            Some(url) => Some(invalid.check("url", self.check_url(grant, &url).await?)),
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
            headers: edit.headers,
            version: edit.version,
        };
        let owner = grant.owner()?;
        if let Err(error) = self.store.change_webhook(owner, id, change, grant.acted_by()).await {
            let (act, target) = (Act::UpdateWebhook, id.to_string());
            let edited = Edited { organization: owner.id, act, target, what: "this webhook" };
            return Err(self.edit_failed(error, edited).await);
        }
        self.webhook(grant, id).await
    }

    /// What saving would say of a URL.
    pub(crate) async fn url_verdict(&self, grant: &Grant, url: &str) -> Result<UrlVerdict, Problem> {
        Ok(match self.check_url(grant, url).await? {
            Ok(url) => {
                UrlVerdict { allowed: true, words: format!("{url} can be saved: this server may call it.") }
            }
            Err(issue) => UrlVerdict { allowed: false, words: issue.detail },
        })
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
        Ok(self.store.delete_webhooks(grant.owner()?, ids, grant.acted_by()).await?)
    }

    pub(crate) async fn secrets(&self, grant: &Grant, id: WebhookId) -> Result<Secrets, Problem> {
        Ok(self.store.reveal_secrets(grant.owner()?, id, grant.acted_by()).await?)
    }

    /// `overlap`: how long the secret before goes on signing.
    pub(crate) async fn rotate_secret(
        &self,
        grant: &Grant,
        id: WebhookId,
        overlap: Option<Duration>,
    ) -> Result<Secrets, Problem> {
        let overlap = overlap.unwrap_or(SECRET_OVERLAP);
        if overlap > SECRET_OVERLAP_MAX {
            let detail = format!(
                "“overlapSeconds” is at most {} (7 days): the old secret must not live on for ever.",
                SECRET_OVERLAP_MAX.as_secs()
            );
            return Err(Problem::invalid(vec![FieldError::new("overlapSeconds", "too_long", detail)]));
        }
        let rotated = RotatedSecret { secret: new_secret()?, overlap };
        Ok(self.store.rotate_secret(grant.owner()?, id, grant.acted_by(), rotated).await?)
    }

    /// The URL as it is stored, once the guard lets it through. Names that are refused are counted: who could ask for as many
    /// as they like would learn the inner network's by and by.
    async fn check_url(&self, grant: &Grant, text: &str) -> Result<Result<String, Issue>, Problem> {
        let target = match TargetUrl::parse(text) {
            Ok(target) => target,
            Err(issue) => return Ok(Err(issue)),
        };
        let organization = grant.owner()?;
        let is_name = matches!(target.host(), Host::Name(_));
        if is_name {
            let standing = self.limits.count_target(organization.id, self.clock.unset());
            if !standing.allowed {
                let detail = "Too many URLs were refused.";
                return Err(Problem::rate_limited(detail, standing.reset));
            }
        }
        let own = self.store.allowed_targets(organization.id).await?;
        let checked = self.guard.check(&target, own.as_deref()).await;
        if checked.is_ok() && is_name {
            self.limits.give_target_back(organization.id, self.clock.unset());
        }
        Ok(checked.map(|()| target.as_str().to_owned()).map_err(Refused::into_issue))
    }
}

fn new_secret() -> Result<Secret, Problem> {
    Secret::from_bytes(&rand::random::<[u8; SECRET_BYTES]>()).map_err(|_| Problem::internal())
}
