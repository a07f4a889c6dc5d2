//! Webhooks, their deliveries, and events.

use domain::{
    Operation,
    limits::{BATCH_EVENTS_MAX, IDEMPOTENCY_KEY_LENGTH_MAX},
};
use serde_json::{Value, json};

use super::{
    describe::{
        Description, flag, input, list, nullable, object, optional, required, shape, text, time, words,
    },
    shapes::{STATES, event_type, types},
};

const HOOKS: &str = "Webhooks";
const DELIVERIES: &str = "Deliveries";
const EVENTS: &str = "Events";
const TAKEN: &str = "The name is taken.";

pub(super) fn describe(operation: Operation) -> Option<Description> {
    Some(match operation {
        Operation::ListWebhooks => {
            Description::new(HOOKS, "List webhooks").answers(200, "All of them.", list(&shape("Webhook")))
        }
        Operation::CreateWebhook => Description::new(HOOKS, "Create a webhook")
            .body(new_webhook(), new_webhook_example())
            .answers(200, "The webhook.", shape("Webhook"))
            .refuses(409, TAKEN),
        Operation::UpdateWebhook => Description::new(HOOKS, "Toggle or edit a webhook")
            .detail("Enabling alone leaves what was held as it is. An edited URL counts for what is pending too.")
            .body(edited_webhook(), json!({ "enabled": false }))
            .answers(200, "The webhook.", shape("Webhook"))
            .refuses(409, TAKEN),
        Operation::DeleteWebhook => Description::new(HOOKS, "Delete a webhook")
            .detail("What is pending or held is cancelled; its history stays until the retention ends.")
            .done(204, "It is gone."),
        Operation::ReadSecret => Description::new(HOOKS, "Read a webhook's secret")
            .detail("Noted in the audit log.")
            .answers(200, "What signs.", shape("Secret")),
        Operation::RotateSecret => Description::new(HOOKS, "Rotate a webhook's secret")
            .detail("Until the overlap ends both secrets sign.")
            .optional_body(rotation(), json!({ "overlapSeconds": 86400 }))
            .answers(200, "The new one, and the one before.", shape("Secret")),
        Operation::TestWebhook => Description::new(HOOKS, "Send a test")
            .detail("At once, and never again. It takes no place in the feed.")
            .optional_body(input([]), json!({}))
            .answers(200, "What came of it.", test_send()),
        Operation::ListDeliveries => Description::new(DELIVERIES, "List a webhook's deliveries")
            .detail("Newest first. `nextCursor` is there while there are more.")
            .answers(200, "A page of them.", page("deliveries", "Delivery", "nextCursor")),
        Operation::RedeliverMany => Description::new(DELIVERIES, "Deliver many again")
            .detail("Those that failed; with `since` alone, all that have ended since then. `dryRun` only counts.")
            .optional_body(redelivery(), json!({ "dryRun": true }))
            .answers(202, "A job does it.", shape("Bulk"))
            .answers(200, "How many it would be.", shape("Bulk"))
            .refuses(409, "The webhook has too many jobs already."),
        Operation::SettleHeld => Description::new(DELIVERIES, "Release or discard what was held")
            .body(
                input([required("action", words(&["release", "discard"], "What becomes of it."))]),
                json!({ "action": "release" }),
            )
            .answers(202, "A job does it.", shape("Bulk"))
            .refuses(409, "The webhook is disabled, or has too many jobs already."),
        Operation::ReadDelivery => Description::new(DELIVERIES, "Read a delivery")
            .answers(200, "With its attempts.", shape("DeliveryDetail")),
        Operation::RedeliverOne => Description::new(DELIVERIES, "Deliver one again")
            .optional_body(input([]), json!({}))
            .answers(202, "It is pending.", shape("Delivery"))
            .refuses(409, "It is pending already, or its webhook cannot take it."),
        Operation::ReadJob => {
            Description::new(DELIVERIES, "Read a job").answers(200, "How far it is.", shape("Job"))
        }
        Operation::CancelJob => Description::new(DELIVERIES, "Cancel a job")
            .detail("What it did stays done.")
            .done(204, "It does no more.")
            .refuses(409, "It has ended, or may not be cancelled."),
        Operation::ListEvents => Description::new(EVENTS, "Read the feed of events")
            .detail(FEED)
            .answers(200, "A page of the feed.", page("events", "Event", "next"))
            .refuses(410, "What follows `after` was removed by the retention."),
        Operation::PublishEvent => Description::new(EVENTS, "Publish events")
            .detail(PUBLISH)
            .body(publication(), event_example())
            .answers(202, "It is stored durably.", shape("Published"))
            .answers(200, "The key came before: the first answer again. Of a batch: a list in its order.", published())
            .refuses(409, "The key came before with another event."),
        _ => return None,
    })
}

const FEED: &str = "Ascending by sequence, without a gap. Keep `next` and send it as `after`: nothing is missed and nothing comes \
    twice. `next` is there whenever there is something to go on from, also on a page that is empty because nothing of what was \
    looked through matches; where it is absent, the `after` that you have stays good: ask again later. It belongs to the filters \
    that it was given out with. Without `after` the feed begins with the oldest event that is kept. Test sends are not in it.";
const PUBLISH: &str = "One event, or an array of up to 100. The header `Idempotency-Key` makes it safe to send one again; in an \
    array each event has its own `idempotencyKey`. One bad member of an array does not stop the others. Publishing does not act on \
    the directory.";

fn new_webhook() -> Value {
    input([
        required("enabled", flag("")),
        required("name", text("1 to 100 characters, no `/`.")),
        required("type", event_type()),
        required("url", text("https; http only where the operator allows it.")),
        optional("description", nullable(text("Up to 1,000 characters."))),
        optional("headers", own_headers()),
    ])
}

fn new_webhook_example() -> Value {
    json!({ "enabled": true, "name": "demo", "type": "USER_CREATED", "url": "https://hooks.example.com/herald" })
}

fn edited_webhook() -> Value {
    input([
        optional("enabled", nullable(flag(""))),
        optional("name", nullable(text(""))),
        optional("url", nullable(text(""))),
        optional("description", nullable(text(""))),
        optional("headers", own_headers()),
    ])
}

fn own_headers() -> Value {
    json!({
        "type": ["object", "null"],
        "additionalProperties": { "type": ["string", "null"] },
        "description": "Request headers of its own by name; null removes one.",
    })
}

fn rotation() -> Value {
    input([optional(
        "overlapSeconds",
        json!({ "type": ["integer", "null"], "minimum": 0, "default": 86400 }),
    )])
}

fn test_send() -> Value {
    object([required("delivery", shape("Delivery")), required("attempt", shape("Attempt"))])
}

fn redelivery() -> Value {
    input([
        optional("since", nullable(time("Only those made from then on."))),
        optional("status", nullable(words(&["delivered", "failed", "cancelled"], "Only those."))),
        optional("dryRun", nullable(flag("Only count."))),
    ])
}

fn page(member: &'static str, of: &str, next: &'static str) -> Value {
    object([required(member, list(&shape(of))), optional(next, text("Where the next page begins."))])
}

fn publication() -> Value {
    let event = |more: Option<super::describe::Member>| {
        let own = [required("type", event_type()), required("payload", shape("Payload"))];
        input(own.into_iter().chain(more))
    };
    let key = json!({ "type": ["string", "null"], "minLength": 1, "maxLength": IDEMPOTENCY_KEY_LENGTH_MAX });
    let batch = event(Some(optional("idempotencyKey", key)));
    json!({ "oneOf": [
        event(None),
        { "type": "array", "items": batch, "minItems": 1, "maxItems": BATCH_EVENTS_MAX },
    ] })
}

fn event_example() -> Value {
    json!({ "type": types()[3], "payload": {
        "username": "demo", "email": "demo@parallelworks.com", "userId": "653c787c8e048caa7cb4e554",
        "organization": "parallelworks",
    } })
}

fn published() -> Value {
    let one = object([
        required("status", json!({ "type": "integer" })),
        required("id", json!({ "type": "string" })),
        required("type", event_type()),
        required("deliveries", json!({ "type": "integer" })),
    ]);
    json!({ "oneOf": [shape("Published"), { "type": "array", "items": { "oneOf": [one, shape("Problem")] } }] })
}

/// The words of a filter by states.
pub(super) fn states() -> Value {
    words(&STATES, "Only deliveries that stand so.")
}
