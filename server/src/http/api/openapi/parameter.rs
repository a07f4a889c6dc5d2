//! The parameters of paths and queries. Which ones a query may have, `parameters.rs` says.

use domain::{
    Operation,
    limits::{IDEMPOTENCY_KEY_LENGTH_MAX, PAGE_ROWS, PAGE_ROWS_MAX, SEARCH_LENGTH_MAX},
};
use serde_json::{Value, json};

use super::{hooks::states, platform, shapes::event_type};
use crate::store::SortBy;

pub(super) fn of_path(name: &str) -> Value {
    let detail = match name {
        "organization" => "The organization's name.",
        "user" => "The user name.",
        "group" => "The group's name.",
        "webhook" => "The webhook's name.",
        "name" => "The key's title or id.",
        _ => "Its id.",
    };
    json!({ "name": name, "in": "path", "required": true, "description": detail, "schema": { "type": "string", "minLength": 1 } })
}

pub(super) fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "The same key again answers the first event. Not with an array.",
        "schema": { "type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_LENGTH_MAX },
    })
}

/// An empty parameter counts as absent.
pub(super) fn of_query(operation: Operation, name: &str) -> Value {
    let operation = platform::own(operation).unwrap_or(operation);
    let mut parameter = json!({ "name": name, "in": "query", "required": false });
    if let Some((schema, detail)) = query(operation, name) {
        parameter["schema"] = schema;
        parameter["description"] = Value::from(detail);
    }
    parameter
}

fn query(operation: Operation, name: &str) -> Option<(Value, &'static str)> {
    let word = |words: &[&str], default: &str| json!({ "type": "string", "enum": words, "default": default });
    let time = || json!({ "type": "string", "format": "date-time" });
    let text = || json!({ "type": "string" });
    Some(match name {
        "limit" if operation == Operation::ListOrganizations => {
            let schema = json!({ "type": "integer", "minimum": 0, "maximum": PAGE_ROWS_MAX, "default": 0 });
            (schema, "How many there are at most; 0: all of them.")
        }
        "limit" => {
            let min = usize::from(operation != Operation::ListUsers);
            let schema =
                json!({ "type": "integer", "minimum": min, "maximum": PAGE_ROWS_MAX, "default": PAGE_ROWS });
            (schema, "How many there are on a page at most.")
        }
        "purge" => (json!({ "type": "boolean", "default": false }), "Purge the user too."),
        "skip" | "offset" => {
            let schema = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX, "default": 0 });
            (schema, "How many to leave out from the beginning.")
        }
        "from" => (time(), "From then on."),
        "to" => (time(), "Before then."),
        "cursor" => (text(), "What the page before answered."),
        "after" => (text(), "What the page before answered as `next`."),
        "status" => (states(), "Only deliveries that stand so."),
        "type" if matches!(operation, Operation::ListAudit | Operation::ExportAudit) => {
            (text(), "Only of this type, such as `webhook:create`.")
        }
        "type" => (event_type(), "Only of this type."),
        "actor" => (text(), "Only by this user name, in any case. Repeat it for several."),
        "actorType" => (text(), "Only by such actors."),
        "targetType" => (text(), "Only about such things."),
        "targetId" => (text(), "Only about what has this id."),
        "outcome" => (json!({ "type": "string", "enum": ["success", "failure"] }), "Only what went so."),
        "format" => (word(&["csv", "json"], "csv"), "In which format."),
        "search" => {
            let detail = match operation {
                Operation::ListEvents => "A user name, an e-mail or an event's id, whole, in any case.",
                _ => "A part of what is looked for, in any case.",
            };
            (json!({ "type": "string", "maxLength": SEARCH_LENGTH_MAX }), detail)
        }
        "active" => (word(&["all", "true", "false"], "all"), "Only users that are active, or not."),
        "sortBy" if operation == Operation::ListOrganizations => (
            json!({ "type": "string", "enum": ["name", "managedBy"] }),
            "`name`: by name alone. Otherwise one's own organization comes first.",
        ),
        "sortBy" => (word(&SortBy::ALL.map(SortBy::as_str), "username"), "By what they are sorted."),
        "sortDir" => (word(&["asc", "desc"], "asc"), "In which direction."),
        _ => return None,
    })
}
