//! Signing in and out, the first run, and who one is.

use api::{
    Problem, SessionBackend,
    session::{FirstRun, SessionView},
};
use async_trait::async_trait;
use domain::OrganizationId;

use super::RequestBackend;
use crate::console::cookies::{end_session_cookie, session_cookie};

#[async_trait]
impl SessionBackend for RequestBackend {
    async fn session(&self) -> Result<Option<SessionView>, Problem> {
        match &self.caller()?.user {
            Some(user) => self.herald.session_view(user).await.map(Some),
            None => Ok(None),
        }
    }

    async fn sign_in(&self, username: String, password: String) -> Result<(), Problem> {
        let signed_in = self.herald.sign_in(self.caller()?, &username, password).await?;
        let cookie = session_cookie(&self.herald.public_url, &signed_in.token);
        self.end_with(|ending| ending.cookies.push(cookie));
        Ok(())
    }

    async fn sign_out(&self) -> Result<(), Problem> {
        self.herald.sign_out(self.caller()?).await?;
        let cookie = end_session_cookie(&self.herald.public_url);
        self.end_with(|ending| ending.cookies.push(cookie));
        Ok(())
    }

    async fn first_run_is_open(&self, token: String) -> Result<bool, Problem> {
        self.herald.first_run_is_open(&token).await
    }

    async fn first_run(&self, first: FirstRun) -> Result<OrganizationId, Problem> {
        let (organization, signed_in) = self.herald.first_run(self.caller()?, first).await?;
        let cookie = session_cookie(&self.herald.public_url, &signed_in.token);
        self.end_with(|ending| ending.cookies.push(cookie));
        Ok(organization)
    }
}
