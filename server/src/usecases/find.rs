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
        Ok(self.store.find_events(grant.organization()?.id, platform, text, cursor).await?)
    }

    pub(crate) async fn start(&self, grant: &Grant) -> Result<Overview, Problem> {
        Ok(self.store.start(grant.organization()?.id).await?)
    }
}
