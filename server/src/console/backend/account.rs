//! The caller's own account.

use api::{
    AccountBackend, Problem,
    account::{PasswordChange, SessionRow},
};
use async_trait::async_trait;
use domain::{Operation, SessionId};

use super::{RequestBackend, at_field};
use crate::usecases;

#[async_trait]
impl AccountBackend for RequestBackend {
    async fn sessions(&self) -> Result<Vec<SessionRow>, Problem> {
        let grant = self.own(Operation::ListSessions).await?;
        let current = grant.caller().session;
        let rows = self.herald.list_sessions(&grant).await?.into_iter().map(|session| SessionRow {
            id: session.id,
            current: current == Some(session.token_hash),
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            address: session.address,
            user_agent: session.user_agent,
        });
        Ok(rows.collect())
    }

    async fn end_session(&self, session: SessionId) -> Result<(), Problem> {
        let grant = self.own(Operation::EndSession).await?;
        self.herald.end_session(&grant, &session.to_string()).await
    }

    async fn end_other_sessions(&self) -> Result<(), Problem> {
        let grant = self.own(Operation::EndOtherSessions).await?;
        self.herald.end_other_sessions(&grant).await
    }

    async fn set_own_name(&self, name: String) -> Result<(), Problem> {
        let grant = self.own(Operation::SetOwnName).await?;
        self.herald.set_own_name(&grant, &name).await
    }

    async fn change_password(&self, change: PasswordChange) -> Result<(), Problem> {
        let grant = self.own(Operation::ChangePassword).await?;
        let PasswordChange { current, new, end_others } = change;
        let change = usecases::PasswordChange { current, new, end_others };
        let done = self.herald.change_password(&grant, change).await;
        done.map_err(|problem| at_field(problem, "currentPassword", "current_password"))
    }

    async fn use_password_reset(&self, token: String, password: String) -> Result<(), Problem> {
        let grant = self.own(Operation::UsePasswordReset).await?;
        self.herald.use_reset(grant.caller(), token.trim(), &password).await
    }
}
