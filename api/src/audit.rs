//! The audit log: who did what to what, and how it ended.

use domain::{ActOutcome, AuditEvent, OrganizationId, Timestamp};
use serde::{Deserialize, Serialize};
use server_fn_macro_default::server;

#[cfg(feature = "ssr")]
use crate::backend;
use crate::{Problem, transport::Repeatable};

/// Which entries are asked for. What is `None` or empty does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// `subject:action`
    pub act: Option<String>,
    /// The name of who did it, in any case.
    pub actor: Option<String>,
    pub outcome: Option<ActOutcome>,
    /// From then on.
    pub from: Option<Timestamp>,
    /// Up to then.
    pub to: Option<Timestamp>,
    /// Part of the actor's name, the target's or the request's id; or an entry's id.
    pub search: Option<String>,
}

/// One page, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditPage {
    pub events: Vec<AuditEvent>,
    /// How many match, up to a limit.
    pub total: u32,
    /// Where the next page begins, when there is one.
    pub next_cursor: Option<String>,
}

#[server(prefix = "/fn", endpoint = "audit/list", client = Repeatable)]
pub async fn list_audit(
    organization_id: OrganizationId,
    #[server(default)] query: AuditQuery,
    cursor: Option<String>,
) -> Result<AuditPage, Problem> {
    backend()?.audit(organization_id, query, cursor).await
}
