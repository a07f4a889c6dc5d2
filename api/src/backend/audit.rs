//! The audit log.

use async_trait::async_trait;
use domain::OrganizationId;

use crate::{
    Problem,
    audit::{AuditPage, AuditQuery},
};

#[async_trait]
pub trait AuditBackend: Send + Sync {
    async fn audit(
        &self,
        organization: OrganizationId,
        query: AuditQuery,
        cursor: Option<String>,
    ) -> Result<AuditPage, Problem>;
}
