//! The audit log.

use domain::Operation;
use serde_json::{Value, json};

use super::describe::{Description, flag, id, list, object, optional, required, shape, text, time, words};

const AUDIT: &str = "Audit log";

pub(super) fn describe(operation: Operation) -> Option<Description> {
    Some(match operation {
        Operation::ListAudit => Description::new(AUDIT, "Read the audit log")
            .detail(
                "Newest first. `type` and `actor` may stand there more than once: any of the values will do.",
            )
            .answers(200, "A page of it.", page()),
        Operation::ListAuditActors => Description::new(AUDIT, "List who stands in the audit log").answers(
            200,
            "Everybody who did something, by name.",
            object([required("actors", list(&object([required("username", text(""))])))]),
        ),
        Operation::ListAuditTypes => Description::new(AUDIT, "List what can stand in the audit log").answers(
            200,
            "All types.",
            object([required("types", list(&kind()))]),
        ),
        Operation::ExportAudit => {
            let csv = ("text/csv; charset=utf-8", json!({ "type": "string" }));
            let json = ("application/json", list(&shape("AuditEvent")));
            Description::new(AUDIT, "Export the audit log").detail("The whole list as a file.").file(
                200,
                "In the format asked for.",
                vec![csv, json],
            )
        }
        _ => return None,
    })
}

fn kind() -> Value {
    object([
        required("type", text("`subject:action`.")),
        required("subject", text("What it is done to.")),
        required("action", text("What is done.")),
        required("description", text("A sentence.")),
    ])
}

fn page() -> Value {
    object([
        required("events", list(&shape("AuditEvent"))),
        required("hasMore", flag("")),
        required(
            "total",
            json!({ "type": "integer", "minimum": 0, "description": "How many match; it is not counted without end." }),
        ),
        optional("nextCursor", text("Where the next page begins.")),
    ])
}

pub(super) fn event() -> Value {
    let actor = object([
        optional("id", text("")),
        required("type", text("`user`, `apikey`, `anonymous`, `command`, `system` or `scim`.")),
        required("username", text("")),
    ]);
    let target = object([required("type", text("")), optional("id", text("")), required("name", text(""))]);
    let payload = object([
        required("kind", json!({ "const": "diff" })),
        required(
            "data",
            json!({ "type": "object", "description": "Each member with what it was and is; secrets are masked." }),
        ),
    ]);
    object([
        required("id", id("")),
        required("type", text("`subject:action`.")),
        required("actor", actor),
        required("target", target),
        required("organization", object([required("id", id("")), required("name", text(""))])),
        required("outcome", words(&["success", "failure"], "")),
        required("createdAt", time("")),
        required("schemaVersion", json!({ "const": 1 })),
        optional("requestId", text("As the header `x-request-id` of the answer has it.")),
        optional("source", object([required("ip", text("The caller's address."))])),
        optional("payload", payload),
        optional("error", text("Why it failed.")),
    ])
}
