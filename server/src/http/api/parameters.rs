//! Which parameters the query of each operation may have: others are refused by name before the operation begins.

use domain::Operation;

pub(super) const fn of(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::ListDeliveries => &["status", "type", "from", "to", "cursor", "limit"],
        Operation::ListEvents => &["after", "from", "to", "type", "search", "limit"],
        Operation::ListUsers => &["limit", "skip", "search", "active", "sortBy", "sortDir"],
        _ => &[],
    }
}
