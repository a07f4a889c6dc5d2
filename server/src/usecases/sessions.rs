//! A user's sessions: seen and ended by themself, ended by their admins.

use api::Problem;
use domain::{SessionId, UserId};

use crate::{access::Grant, herald::Herald, store::StoredSession};

impl Herald {
    pub(crate) async fn list_sessions(&self, grant: &Grant) -> Result<Vec<StoredSession>, Problem> {
        Ok(self.store.sessions(grant.user()?.id).await?)
    }

    /// Ends one of the caller's own.
    pub(crate) async fn end_session(&self, grant: &Grant, id: &str) -> Result<(), Problem> {
        let session: SessionId = id.parse().map_err(|_| Problem::not_found("session"))?;
        Ok(self.store.end_own_session(grant.user()?.id, session, grant.acted_by()).await?)
    }

    /// Ends all of the caller's own but the one that calls.
    pub(crate) async fn end_other_sessions(&self, grant: &Grant) -> Result<(), Problem> {
        let session = grant.caller().session;
        Ok(self.store.end_other_sessions(grant.user()?.id, session, grant.acted_by()).await?)
    }

    pub(crate) async fn end_user_sessions(&self, grant: &Grant, user: UserId) -> Result<(), Problem> {
        let (organization, by_platform_admin) = (grant.organization()?.id, grant.user()?.platform_admin);
        self.store.end_user_sessions(organization, user, by_platform_admin, grant.acted_by()).await?;
        tracing::info!(by = %grant.user()?.id, %user, "A user's sessions were ended by an admin");
        Ok(())
    }
}
