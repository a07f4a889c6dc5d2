//! The audit log.

use api::{
    AuditBackend, Problem,
    audit::{AuditPage, AuditQuery},
};
use async_trait::async_trait;
use domain::{Operation, OrganizationId, limits::PAGE_ROWS};

use super::RequestBackend;
use crate::store::AuditFilter;

#[async_trait]
impl AuditBackend for RequestBackend {
    async fn audit(
        &self,
        organization: OrganizationId,
        query: AuditQuery,
        cursor: Option<String>,
    ) -> Result<AuditPage, Problem> {
        let grant = self.grant(Operation::ListAudit, organization).await?;
        let AuditQuery { act, actor, outcome, from, to, search } = query;
        let filter = AuditFilter {
            from,
            to,
            types: act.into_iter().collect(),
            actors: actor.into_iter().collect(),
            outcome,
            search,
            ..AuditFilter::default()
        };
        let page = self.herald.audit_page(&grant, &filter, cursor.as_deref(), PAGE_ROWS).await?;
        Ok(AuditPage { events: page.events, total: page.total, next_cursor: page.next_cursor })
    }
}
