//! Finding an event, and how an organization's webhooks stand.

use api::{Problem, find::Found, start::Overview};
use domain::{FieldError, limits::SEARCH_LENGTH_MAX};

use crate::{access::Grant, herald::Herald};

impl Herald {
    /// What is the platform's own is shown to its admins only.
    pub(crate) async fn find_events(
        &self,
        grant: &Grant,
        text: &str,
        cursor: Option<&str>,
    ) -> Result<Found, Problem> {
        let text = text.trim();
        if text.is_empty() {
            let detail = "Give a user name, an e-mail or an id.";
            return Err(Problem::invalid(vec![FieldError::new("text", "required", detail)]));
        }
        if text.chars().count() > SEARCH_LENGTH_MAX {
            let detail = format!("What is searched for has at most {SEARCH_LENGTH_MAX} characters.");
            return Err(Problem::invalid(vec![FieldError::new("text", "too_long", detail)]));
        }
        let platform = grant.user()?.platform_admin;
        let mut found = self.store.find_events(grant.organization()?.id, platform, text, cursor).await?;
        if let Found::Events(found) = &mut found {
            for told in found.events.iter_mut().flat_map(|event| &mut event.told) {
                told.paused_until = self.paused_until(told.delivery.webhook_id);
            }
        }
        Ok(found)
    }

    pub(crate) async fn start(&self, grant: &Grant) -> Result<Overview, Problem> {
        let mut overview = self.store.start(grant.organization()?.id).await?;
        for waiting in &mut overview.waiting {
            waiting.paused_until = self.paused_until(waiting.id);
        }
        Ok(overview)
    }
}
