//! Which parameters the query of each operation may have: others are refused by name before the operation begins.

use domain::Operation;

/// What the audit log can be filtered by, and what else there is.
macro_rules! audit_filters {
    ($($more:literal),*) => {
        &["from", "to", "type", "actor", "actorType", "targetType", "targetId", "outcome", "search", $($more),*]
    };
}

pub(super) const fn of(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::ListDeliveries | Operation::ListPlatformDeliveries => {
            &["status", "type", "from", "to", "cursor", "limit"]
        }
        Operation::ListEvents => &["after", "from", "to", "type", "search", "limit"],
        Operation::ListAudit => audit_filters!("limit", "cursor"),
        Operation::ExportAudit => audit_filters!("format"),
        Operation::ListAuditActors => &["from", "to"],
        Operation::ListUsers => &["limit", "skip", "search", "active", "sortBy", "sortDir"],
        Operation::ListOrganizations => &["limit", "offset", "search", "sortBy", "sortDir"],
        Operation::DeleteUser => &["purge"],
        _ => &[],
    }
}

/// Known to the original's API and of no meaning here: accepted and ignored. Its client sends some of them unasked.
pub(super) const fn ignored(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::ListGroups => &["limit", "skip", "csp"],
        Operation::ListAudit => &["sessionId"],
        _ => &[],
    }
}

/// Whether a parameter may stand in the query more than once: any of its values will do then.
pub(super) fn may_repeat(operation: Operation, name: &str) -> bool {
    matches!(operation, Operation::ListAudit | Operation::ExportAudit) && matches!(name, "type" | "actor")
}
