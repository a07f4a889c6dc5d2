//! Every server function under `/fn/` x every caller: the same rights as the API's.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    Caller, Who, code,
    operations::{own_session, reset_token},
    refusal,
    support::{Answer, PASSWORD, TestHerald, fresh, login_event},
    world::{ACME, Objects, TARGET, World},
};

/// Function, who. All succeed with 200.
pub(crate) const TABLE: &[(&str, Who)] = &[
    ("organizations/read", Who::Belonging),
    ("webhooks/list", Who::Admins),
    ("webhooks/find", Who::Admins),
    ("webhooks/activity", Who::Admins),
    ("webhooks/read", Who::Admins),
    ("webhooks/create", Who::Admins),
    ("webhooks/create-and-test", Who::Admins),
    ("webhooks/check-url", Who::Admins),
    ("webhooks/edit", Who::Admins),
    ("webhooks/save", Who::Admins),
    ("webhooks/test", Who::Admins),
    ("webhooks/delete", Who::Admins),
    ("webhooks/set-enabled", Who::Admins),
    ("webhooks/secret", Who::Admins),
    ("webhooks/rotate-secret", Who::Admins),
    ("events/publish", Who::Admins),
    ("events/publish-many", Who::Admins),
    ("events/feed", Who::Admins),
    ("events/find", Who::Admins),
    ("start/read", Who::Admins),
    ("deliveries/list", Who::Admins),
    ("deliveries/newer", Who::Admins),
    ("deliveries/count-redeliverable", Who::Admins),
    ("deliveries/progress", Who::Admins),
    ("deliveries/read", Who::Admins),
    ("deliveries/show", Who::Admins),
    ("deliveries/redeliver", Who::Admins),
    ("deliveries/redeliver-selected", Who::Admins),
    ("deliveries/redeliver-many", Who::Admins),
    ("jobs/read", Who::Admins),
    ("jobs/running", Who::Admins),
    ("jobs/cancel", Who::Admins),
    ("deliveries/settle-held", Who::Admins),
    ("users/list", Who::Users),
    ("users/create", Who::Users),
    ("users/set-active", Who::Users),
    ("users/read", Who::Users),
    ("users/delete", Who::Admins),
    ("users/end-sessions", Who::Users),
    ("users/reset-password", Who::Admins),
    ("users/set-complimentary", Who::Platform),
    ("users/set-admin", Who::Platform),
    ("groups/list", Who::Users),
    ("groups/read", Who::Users),
    ("groups/create", Who::Admins),
    ("groups/set-roles", Who::Admins),
    ("groups/delete", Who::Admins),
    ("groups/add-member", Who::Users),
    ("groups/remove-member", Who::Users),
    ("audit/list", Who::Admins),
    ("organizations/list", Who::SignedIn),
    ("organizations/create", Who::Platform),
    ("organizations/set-seats", Who::Platform),
    ("organizations/allowed-targets", Who::Platform),
    ("organizations/set-allowed-targets", Who::Platform),
    ("api-keys/list", Who::SignedIn),
    ("api-keys/create", Who::SignedIn),
    ("api-keys/delete", Who::SignedIn),
    ("account/sessions", Who::SignedIn),
    ("account/end-session", Who::SignedIn),
    ("account/set-name", Who::SignedIn),
    ("account/change-password", Who::SignedIn),
    ("account/use-reset", Who::Anyone),
    ("session/read", Who::Anyone),
    ("session/sign-in", Who::Anyone),
    ("session/sign-out", Who::Anyone),
    ("first-run/read", Who::Anyone),
    // Open to who has the one-time link; without it, 409.
    ("first-run/create", Who::Anyone),
    // The last: it ends the sessions that the others need.
    ("account/end-other-sessions", Who::SignedIn),
];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(function, _)| *function)
}

#[tokio::test]
async fn the_table_has_every_function() {
    // Serving registers them.
    let herald = TestHerald::start().await;
    let served: BTreeSet<String> =
        leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let known: BTreeSet<String> = TABLE.iter().map(|(function, _)| format!("/fn/{function}")).collect();
    assert_eq!(served, known);
    herald.stop().await;
}

#[tokio::test]
async fn every_function_is_open_to_those_whom_the_reference_names() {
    let world = World::start().await;
    let walked = TABLE.iter().copied().filter(|(function, _)| *function != "first-run/create");
    for (function, who) in walked {
        let named = names_organization(function);
        for caller in Caller::ALL {
            let answer = call_with_fresh_objects(&world, function, caller).await;
            let expected = refusal(who, caller, named);
            assert_eq!(answer.status, expected.unwrap_or(200), "{function} by {caller:?}: {}", answer.text);
            if let Some(status) = expected {
                assert_eq!(answer.json["code"], code(status), "{function} by {caller:?}");
            }
        }
    }
    world.herald.stop().await;
}

#[tokio::test]
async fn the_first_run_is_open_once_to_the_newest_link() {
    let herald = TestHerald::start().await;
    let create = async |token: &str| {
        let fields = [
            ("token", token),
            ("organization", "parallelworks"),
            ("username", "admin"),
            ("email", "a@b.c"),
            ("password", PASSWORD),
        ];
        herald.client().call("first-run/create", &fields).await.status
    };
    assert_eq!(create("").await, 409, "no link was made");
    let (old, new) = (herald.herald.open_first_run(), herald.herald.open_first_run());
    assert_eq!(create(&old).await, 409, "a newer link was made");
    assert_eq!(herald.client().call("first-run/read", &[("token", &old)]).await.ok(), false);
    assert_eq!(herald.client().call("first-run/read", &[("token", &new)]).await.ok(), true);
    assert_eq!(create(&new).await, 200);
    assert_eq!(create(&new).await, 409, "it was used");
    let later = herald.herald.open_first_run();
    assert_eq!(create(&later).await, 409, "there is a user");
    assert_eq!(herald.client().call("first-run/read", &[("token", &later)]).await.ok(), false);
    herald.stop().await;
}

fn names_organization(function: &str) -> bool {
    const OTHERS: [&str; 4] = ["session/", "first-run/", "account/", "api-keys/"];
    let own = OTHERS.iter().any(|resource| function.starts_with(resource));
    !own && !matches!(function, "organizations/list" | "organizations/create")
}

/// Whether it is about webhooks, an organization's or the platform's.
pub(crate) fn is_scoped(function: &str) -> bool {
    ["webhooks/", "deliveries/", "jobs/"].iter().any(|resource| function.starts_with(resource))
}

/// The name of the argument that says whose.
pub(crate) fn place_field(function: &str) -> &'static str {
    if is_scoped(function) { "scope" } else { "organization_id" }
}

async fn call_with_fresh_objects(world: &World, function: &str, caller: Caller) -> Answer {
    let objects = world.objects_in(ACME).await;
    let client = match function {
        "session/sign-in" | "session/sign-out" => world.fresh_session(caller).await,
        _ if function.starts_with("account/") => world.fresh_session(caller).await,
        _ => world.client(caller),
    };
    if let Some((name, argument)) = json_argument(function) {
        let arguments = json!({
            (place_field(function)): world.acme_id, "webhook_id": objects.webhook_id, name: argument,
        });
        return client.call_json(function, arguments).await;
    }
    let mut fields = fields(function, world, &objects);
    match function {
        "account/end-session" if caller != Caller::Nobody => {
            fields.push(("session_id", own_session(&client).await));
        }
        "account/end-session" => fields.push(("session_id", objects.user_id.clone())),
        "account/use-reset" => fields.push(("token", reset_token(world, &objects.user).await)),
        "api-keys/delete" if caller != Caller::Nobody => {
            let made = client.post("/api/apikeys", json!({})).await.ok();
            fields.push(("api_key_id", made["id"].as_str().expect("an id").to_owned()));
        }
        "api-keys/delete" => fields.push(("api_key_id", objects.user_id.clone())),
        _ => {}
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.call(function, &fields).await
}

fn event() -> Value {
    let mut event = login_event("demo");
    event["idempotencyKey"] = fresh("key").into();
    event
}

/// Of the functions that take JSON, and no form.
pub(crate) fn json_argument(function: &str) -> Option<(&'static str, Value)> {
    match function {
        "events/publish" => Some(("event", event())),
        "events/publish-many" => Some(("events", json!([event(), event()]))),
        "webhooks/edit" => Some(("edit", json!({ "name": fresh("renamed") }))),
        _ => None,
    }
}

pub(crate) fn fields(function: &str, world: &World, objects: &Objects) -> Vec<(&'static str, String)> {
    let mut fields = match function {
        "session/read" | "session/sign-out" => return Vec::new(),
        "account/change-password" => {
            return vec![("current_password", PASSWORD.into()), ("password", PASSWORD.into())];
        }
        "account/set-name" => return vec![("name", fresh("Somebody"))],
        "account/use-reset" => return vec![("password", "another pass phrase".into())],
        "api-keys/create" => return vec![("title", fresh("key"))],
        "organizations/create" => return vec![("name", fresh("new"))],
        "organizations/set-allowed-targets" => vec![("all", "true".into())],
        "organizations/set-seats" => vec![("seats", "10000".into())],
        "groups/read" | "groups/delete" => vec![("group_id", objects.group_id.clone())],
        "groups/create" => vec![("name", fresh("new")), ("roles[0]", "org:users".into())],
        "groups/set-roles" => {
            vec![("group_id", objects.group_id.clone()), ("roles[0]", "org:users".into())]
        }
        "groups/add-member" => {
            vec![("group_id", objects.group_id.clone()), ("username", objects.user.clone())]
        }
        "groups/remove-member" => {
            vec![("group_id", objects.group_id.clone()), ("username", objects.group_member.clone())]
        }
        "session/sign-in" => return vec![("username", "member".into()), ("password", PASSWORD.into())],
        "first-run/read" => return vec![("token", "a".into())],
        "webhooks/read"
        | "webhooks/activity"
        | "webhooks/set-enabled"
        | "webhooks/test"
        | "webhooks/secret"
        | "webhooks/rotate-secret"
        | "deliveries/list"
        | "deliveries/newer"
        | "deliveries/count-redeliverable"
        | "jobs/running"
        | "deliveries/redeliver-many" => vec![("webhook_id", objects.webhook_id.clone())],
        "deliveries/progress" | "deliveries/read" | "deliveries/show" | "deliveries/redeliver" => {
            vec![("delivery_id", world.delivery.clone())]
        }
        "events/find" => vec![("text", "demo".into())],
        "jobs/read" | "jobs/cancel" => vec![("job_id", world.job.clone())],
        "deliveries/redeliver-selected" => {
            vec![("webhook_id", objects.webhook_id.clone()), ("ids[0]", world.delivery.clone())]
        }
        "deliveries/settle-held" => {
            vec![("webhook_id", objects.webhook_id.clone()), ("action", "discard".into())]
        }
        "webhooks/check-url" => vec![("url", TARGET.into())],
        "webhooks/save" => {
            vec![("webhook_id", objects.webhook_id.clone()), ("name", fresh("saved")), ("url", TARGET.into())]
        }
        "webhooks/create" | "webhooks/create-and-test" => vec![
            ("event_type", "USER_CREATED".into()),
            ("name", fresh("new")),
            ("url", TARGET.into()),
            ("enabled", "true".into()),
        ],
        "webhooks/delete" => vec![("ids[0]", objects.webhook_id.clone())],
        "users/create" => {
            let username = fresh("new");
            let email = format!("{username}@example.com");
            vec![("username", username), ("email", email), ("name", "New".into())]
        }
        "users/set-admin" => vec![("user_id", objects.user_id.clone()), ("admin", "true".into())],
        "users/set-complimentary" => {
            vec![("user_id", objects.user_id.clone()), ("complimentary", "true".into())]
        }
        "users/set-active"
        | "users/read"
        | "users/delete"
        | "users/end-sessions"
        | "users/reset-password" => {
            vec![("user_id", objects.user_id.clone())]
        }
        _ => Vec::new(),
    };
    fields.push((place_field(function), world.acme_id.clone()));
    fields
}
