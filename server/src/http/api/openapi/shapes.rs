//! The shapes that several operations answer.

use domain::EventType;
use serde_json::{Map, Value, json};

use super::describe::{count, flag, id, list, object, optional, required, shape, text, time, words};

pub(super) const STATES: [&str; 5] = ["pending", "delivered", "failed", "held", "cancelled"];

pub(super) fn types() -> Vec<&'static str> {
    EventType::ALL.map(EventType::as_str).to_vec()
}

pub(super) fn event_type() -> Value {
    words(&types(), "What it is about.")
}

/// A JSON member that only some answers have, so that `nullable` is not needed.
fn own_headers() -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": "The names of its own request headers; their values are never answered." })
}

/// All of them, by the names that the document refers to.
pub(super) fn all() -> Map<String, Value> {
    let shapes = [
        ("Problem", problem()),
        ("AuditEvent", super::audit::event()),
        ("Webhook", webhook()),
        ("Secret", secret()),
        ("Delivery", object(delivery())),
        ("DeliveryDetail", delivery_detail()),
        ("Attempt", attempt()),
        ("Bulk", bulk()),
        ("Job", job()),
        ("Event", event()),
        ("Payload", payload()),
        ("Published", published()),
        ("User", user()),
        ("Group", object(group(count("How many members it has.")))),
        ("GroupWithMembers", object(group(list(&shape("Member"))))),
        ("Member", member()),
        ("Organization", object(organization())),
        ("ListedOrganization", listed_organization()),
        ("Seats", seats()),
        ("AllowedTargets", allowed_targets()),
        ("Session", session()),
        ("OwnSession", own_session()),
        ("ApiKey", object(api_key())),
        ("NewApiKey", new_api_key()),
    ];
    shapes.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect()
}

pub(super) const CODES: [&str; 8] = [
    "unauthenticated",
    "forbidden",
    "not_found",
    "conflict",
    "invalid_request",
    "rate_limited",
    "unavailable",
    "internal",
];

fn problem() -> Value {
    let error = object([
        required("code", text("Stable, for programs.")),
        required("detail", text("A sentence.")),
        required(
            "pointer",
            text("A JSON Pointer fragment, such as `#/url`; a parameter of the query by its name."),
        ),
    ]);
    object([
        required("type", text("`about:blank`")),
        required("title", text("The code in words.")),
        required("status", json!({ "type": "integer", "minimum": 400, "maximum": 599 })),
        required("detail", text("What went wrong, in a sentence.")),
        required("code", words(&CODES, "Stable, for programs.")),
        required("errors", list(&error)),
        required("error", json!({ "const": true, "description": "For older clients." })),
        required("message", text("`detail` again, for older clients.")),
    ])
}

fn webhook() -> Value {
    object([
        required("id", id("")),
        required("name", text("Unique in its organization, in any case.")),
        required("type", event_type()),
        required("url", text("Where it is sent.")),
        required("enabled", flag("While it is not, what happens is held.")),
        required("createdAt", time("")),
        optional("description", text("")),
        optional("headers", own_headers()),
        optional("disabledReason", text("Why Herald disabled it, in a sentence; only where Herald did.")),
        optional("disabledAt", time("When Herald disabled it, as long as the audit log knows.")),
    ])
}

fn secret() -> Value {
    let previous =
        object([required("secret", text("")), required("expiresAt", time("Until then it signs as well."))]);
    object([required("secret", text("`whsec_` and base64: what signs.")), optional("previous", previous)])
}

fn delivery() -> Vec<super::describe::Member> {
    vec![
        required("id", id("Also the `webhook-id` of its requests.")),
        required("eventId", id("")),
        required("type", event_type()),
        required("webhookId", id("")),
        required("status", words(&STATES, "How it stands.")),
        required("test", flag("Made by a test send.")),
        required(
            "attempts",
            json!({ "type": "integer", "minimum": 0, "description": "How many were made." }),
        ),
        optional("nextAttemptAt", time("While it is pending.")),
        required("createdAt", time("")),
        optional("deliveredAt", time("")),
        optional("purged", purged()),
    ]
}

fn purged() -> Value {
    json!({ "const": true, "description": "The user was purged: what was about them is empty." })
}

fn delivery_detail() -> Value {
    let mut members = delivery();
    members.retain(|(name, ..)| *name != "attempts");
    members.push(required("body", text("Byte for byte as it is sent.")));
    members.push(required("attempts", list(&shape("Attempt"))));
    object(members)
}

fn headers() -> Value {
    json!({ "type": "object", "additionalProperties": { "type": "string" } })
}

fn attempt() -> Value {
    let request = object([
        required("method", json!({ "const": "POST" })),
        required("url", text("")),
        required("headers", headers()),
    ]);
    let response = object([
        required("headers", headers()),
        required("body", text("What was kept of it.")),
        required("truncated", flag("Whether there was more.")),
    ]);
    object([
        required("number", count("From 1.")),
        required("trigger", words(&["scheduled", "manual", "test"], "What it was made for.")),
        required("startedAt", time("")),
        required("durationMs", count("")),
        optional("status", json!({ "type": "integer", "description": "The receiver's, where it answered." })),
        optional("errorClass", text("Why it failed, for programs.")),
        optional("errorText", text("Why it failed.")),
        required("request", request),
        optional("response", response),
    ])
}

fn bulk() -> Value {
    object([
        required(
            "matched",
            count(
                "How many deliveries it is for, in each state counted up to 1,000,000; 0 where counting would take too long.",
            ),
        ),
        optional("job", id("What does it, where it was not only counted.")),
    ])
}

fn job() -> Value {
    object([
        required("id", id("")),
        required("webhookId", id("")),
        required("action", words(&["redeliver", "release", "discard", "hold", "cancel"], "")),
        required("status", words(&["running", "done", "cancelled"], "")),
        required("matched", count("")),
        required("done", count("")),
        required("createdAt", time("")),
        optional("endedAt", time("")),
    ])
}

fn event() -> Value {
    object([
        required("id", id("The `herald-event-id` of its requests.")),
        required("type", event_type()),
        required(
            "sequence",
            json!({ "type": "integer", "minimum": 1, "description": "Grows by one within the organization." }),
        ),
        required("happenedAt", time("")),
        required("payload", shape("Payload")),
        optional("purged", purged()),
    ])
}

/// Which members there are depends on the type.
pub(super) fn payload() -> Value {
    let mut payload = object([
        required("username", text("")),
        required("email", text("")),
        required("userId", id("")),
        required("organization", text("The user's.")),
        optional(
            "remainingSeats",
            json!({ "type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX, "description": "`USER_CREATED` only, and always there then; null without a limit." }),
        ),
        optional("groupName", text("`USER_REMOVED_FROM_GROUP` only, and always there then.")),
    ]);
    payload["additionalProperties"] = json!(false);
    payload
}

fn published() -> Value {
    object([
        required("id", id("The event's.")),
        required("type", event_type()),
        required("deliveries", count("How many webhooks are told.")),
    ])
}

fn user() -> Value {
    object([
        required("id", id("")),
        required("username", text("")),
        required("email", text("")),
        required("name", text("")),
        required("organization", text("")),
        required("active", flag("")),
        required("admin", flag("A platform admin.")),
        required("billingAdmin", json!({ "const": false })),
        required("complimentary", flag("Takes no seat.")),
        required("licenseStatus", words(&["active", "complimentary", "inactive"], "")),
        required("createdAt", time("")),
        optional("lastLogin", time("")),
    ])
}

fn roles() -> Value {
    list(&words(&["org:admin", "org:users"], "Every member holds it."))
}

fn group(members: Value) -> Vec<super::describe::Member> {
    vec![
        required("id", id("")),
        required("name", text("")),
        required("description", text("")),
        required("members", members),
        required("organization", text("Members may be of another.")),
        required("roles", roles()),
        required("createdAt", time("")),
    ]
}

fn member() -> Value {
    object([required("id", id("")), required("username", text("")), required("email", text(""))])
}

fn organization() -> Vec<super::describe::Member> {
    vec![
        required("id", id("")),
        required("name", text("")),
        required("displayName", text("")),
        required("partner", json!({ "const": false })),
    ]
}

fn listed_organization() -> Value {
    let mut members = organization();
    members.push(required("members", count("Its users.")));
    members.push(required("selfService", json!({ "const": false })));
    object(members)
}

fn allowed_targets() -> Value {
    let own = json!({
        "type": ["array", "null"], "items": { "type": "string" }, "description": "null: all that the server allows.",
    });
    let server = json!({
        "type": "array", "items": { "type": "string" }, "description": "What the server allows: `CIDR`, `CIDR:port`, `host:port`.",
    });
    object([required("allowedTargets", own), required("serverTargets", server)])
}

fn seats() -> Value {
    object([
        required(
            "seats",
            json!({ "type": ["integer", "null"], "minimum": 0, "description": "null: no limit." }),
        ),
        required("usedSeats", count("Active users that are not complimentary.")),
    ])
}

fn session() -> Value {
    object([
        required("id", id("")),
        required("username", text("")),
        required("email", text("")),
        required("name", text("")),
        required("organization", text("")),
        required("admin", flag("A platform admin.")),
        required("billingAdmin", json!({ "const": false })),
        required("organizationAdmin", flag("")),
        required("organizationOwner", json!({ "const": false })),
        required("organizationRoles", roles()),
        required("partner", json!({ "const": false })),
        required("previews", list(&json!({ "type": "string" }))),
        required("safeUsername", text("")),
        required("sidebarOptions", list(&json!({ "type": "string" }))),
        required("allocationSystem", json!({ "const": "legacy" })),
    ])
}

fn own_session() -> Value {
    object([
        required("id", id("")),
        required("current", flag("The one that asks.")),
        required("createdAt", time("")),
        required("lastSeenAt", time("")),
        required("address", json!({ "type": ["string", "null"] })),
        required("userAgent", json!({ "type": ["string", "null"] })),
    ])
}

fn api_key() -> Vec<super::describe::Member> {
    vec![
        required("id", id("")),
        required("title", text("Unique among one's own.")),
        required("type", json!({ "const": "platform" })),
        required("created", time("")),
        required("keyHint", text("Its last characters.")),
        optional("expiration", time("")),
        optional("lastUsedAt", time("")),
    ]
}

fn new_api_key() -> Value {
    let mut members = api_key();
    members.push(required("key", text("Told this once.")));
    object(members)
}
