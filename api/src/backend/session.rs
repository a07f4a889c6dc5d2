//! Signing in and out, the first run, and who one is.

use async_trait::async_trait;
use domain::OrganizationId;

use crate::{
    Problem,
    session::{FirstRun, SessionView},
};

#[async_trait]
pub trait SessionBackend: Send + Sync {
    async fn session(&self) -> Result<Option<SessionView>, Problem>;
    async fn sign_in(&self, username: String, password: String) -> Result<(), Problem>;
    async fn sign_out(&self) -> Result<(), Problem>;
    async fn first_run_is_open(&self, token: String) -> Result<bool, Problem>;
    async fn first_run(&self, first: FirstRun) -> Result<OrganizationId, Problem>;
}
