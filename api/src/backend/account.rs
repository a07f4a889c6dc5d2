//! The caller's own account.

use async_trait::async_trait;
use domain::SessionId;

use crate::{
    Problem,
    account::{PasswordChange, SessionRow},
};

#[async_trait]
pub trait AccountBackend: Send + Sync {
    async fn sessions(&self) -> Result<Vec<SessionRow>, Problem>;
    async fn end_session(&self, session: SessionId) -> Result<(), Problem>;
    async fn end_other_sessions(&self) -> Result<(), Problem>;
    async fn set_own_name(&self, name: String) -> Result<(), Problem>;
    async fn change_password(&self, change: PasswordChange) -> Result<(), Problem>;
    async fn use_password_reset(&self, token: String, password: String) -> Result<(), Problem>;
}
