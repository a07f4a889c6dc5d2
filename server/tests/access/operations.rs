//! Every operation of the HTTP API x every caller.

use domain::{Method, Operation};
use serde_json::{Value, json};

use crate::{
    Caller, Who, code, refusal,
    support::{Answer, Client, PASSWORD, fresh},
    world::{ACME, Objects, TARGET, World},
};

/// The reference: operation, who, the status of success.
pub(crate) const TABLE: [(Operation, Who, u16); Operation::ALL.len()] = [
    (Operation::ListWebhooks, Who::Admins, 200),
    (Operation::CreateWebhook, Who::Admins, 200),
    (Operation::UpdateWebhook, Who::Admins, 200),
    (Operation::DeleteWebhook, Who::Admins, 204),
    (Operation::ReadSecret, Who::Admins, 200),
    (Operation::RotateSecret, Who::Admins, 200),
    (Operation::TestWebhook, Who::Admins, 200),
    (Operation::ListDeliveries, Who::Admins, 200),
    (Operation::RedeliverMany, Who::Admins, 202),
    (Operation::SettleHeld, Who::Admins, 202),
    (Operation::ReadDelivery, Who::Admins, 200),
    (Operation::RedeliverOne, Who::Admins, 202),
    (Operation::ReadJob, Who::Admins, 200),
    (Operation::CancelJob, Who::Admins, 204),
    (Operation::ListEvents, Who::Admins, 200),
    (Operation::PublishEvent, Who::Admins, 202),
    (Operation::ListPlatformWebhooks, Who::Platform, 200),
    (Operation::CreatePlatformWebhook, Who::Platform, 200),
    (Operation::UpdatePlatformWebhook, Who::Platform, 200),
    (Operation::DeletePlatformWebhook, Who::Platform, 204),
    (Operation::ReadPlatformSecret, Who::Platform, 200),
    (Operation::RotatePlatformSecret, Who::Platform, 200),
    (Operation::TestPlatformWebhook, Who::Platform, 200),
    (Operation::ListPlatformDeliveries, Who::Platform, 200),
    (Operation::RedeliverPlatformMany, Who::Platform, 202),
    (Operation::SettlePlatformHeld, Who::Platform, 202),
    (Operation::ReadPlatformDelivery, Who::Platform, 200),
    (Operation::RedeliverPlatformOne, Who::Platform, 202),
    (Operation::ReadPlatformJob, Who::Platform, 200),
    (Operation::CancelPlatformJob, Who::Platform, 204),
    (Operation::ListUsers, Who::Users, 200),
    (Operation::CreateUser, Who::Users, 200),
    (Operation::SetUserActive, Who::Users, 204),
    (Operation::SetUserAdmin, Who::Platform, 204),
    (Operation::SetUserComplimentary, Who::Platform, 204),
    (Operation::DeleteUser, Who::Admins, 204),
    (Operation::ListGroups, Who::Users, 200),
    (Operation::CreateGroup, Who::Admins, 200),
    (Operation::ReadGroup, Who::Users, 200),
    (Operation::DeleteGroup, Who::Admins, 204),
    (Operation::SetGroupRoles, Who::Admins, 200),
    (Operation::ListMembers, Who::Users, 200),
    (Operation::AddMember, Who::Users, 200),
    (Operation::RemoveMember, Who::Users, 204),
    (Operation::ReadSeats, Who::Users, 200),
    (Operation::SetSeats, Who::Platform, 200),
    (Operation::ReadAllowedTargets, Who::Platform, 200),
    (Operation::SetAllowedTargets, Who::Platform, 200),
    (Operation::ListAudit, Who::Admins, 200),
    (Operation::ExportAudit, Who::Admins, 200),
    (Operation::ListAuditActors, Who::Admins, 200),
    (Operation::ListAuditTypes, Who::SignedIn, 200),
    (Operation::ReadOrganization, Who::Belonging, 200),
    (Operation::ListOrganizations, Who::SignedIn, 200),
    (Operation::CreateOrganization, Who::Platform, 200),
    (Operation::ListSessions, Who::SignedIn, 200),
    (Operation::EndSession, Who::SignedIn, 204),
    (Operation::ConfirmPassword, Who::SignedIn, 204),
    (Operation::ChangePassword, Who::SignedIn, 204),
    (Operation::SetOwnName, Who::SignedIn, 204),
    (Operation::UsePasswordReset, Who::Anyone, 204),
    (Operation::EndUserSessions, Who::Users, 204),
    (Operation::ResetUserPassword, Who::Admins, 200),
    (Operation::ListApiKeys, Who::SignedIn, 200),
    (Operation::CreateApiKey, Who::SignedIn, 200),
    (Operation::DeleteApiKey, Who::SignedIn, 204),
    (Operation::LogIn, Who::Anyone, 204),
    (Operation::LogOut, Who::SignedIn, 200),
    (Operation::ReadSession, Who::SignedIn, 200),
    (Operation::WhoAmI, Who::SignedIn, 200),
    // The last: it ends the sessions that the other rows need.
    (Operation::EndOtherSessions, Who::SignedIn, 204),
];

#[test]
fn the_table_has_every_operation_once() {
    for operation in Operation::ALL {
        let rows = TABLE.iter().filter(|(known, ..)| known == operation).count();
        assert_eq!(rows, 1, "{operation:?}");
    }
    assert_eq!(TABLE.len(), Operation::ALL.len());
}

#[tokio::test]
async fn every_operation_is_open_to_those_whom_the_reference_names() {
    let world = World::start().await;
    for (operation, who, success) in TABLE {
        for caller in Caller::ALL {
            let answer = call_with_fresh_objects(&world, operation, caller).await;
            match refusal(who, caller, names_organization(operation)) {
                None => assert_eq!(answer.status, success, "{operation:?} by {caller:?}: {}", answer.text),
                Some(status) => assert_refused(&answer, status, operation, caller),
            }
        }
    }
    world.herald.stop().await;
}

#[tokio::test]
async fn who_calls_is_checked_before_the_body_and_before_what_the_path_names() {
    let world = World::start().await;
    for (operation, who, _) in TABLE {
        let path = operation.path().replace("{organization}", ACME);
        let path = path.replace("{webhook}", "none").replace("{group}", "none").replace("{user}", "none");
        for caller in Caller::ALL {
            let Some(status) = refusal(who, caller, names_organization(operation)) else {
                continue;
            };
            let client = world.client(caller);
            for body in [&b"{\"name\":"[..], b"\xff\xfe", b""] {
                let answer = client.send(method(operation), &path, body).await;
                assert_refused(&answer, status, operation, caller);
            }
        }
    }
    world.herald.stop().await;
}

#[tokio::test]
async fn an_organization_that_one_cannot_see_looks_like_one_that_is_not_there() {
    let world = World::start().await;
    let stranger = world.client(Caller::Stranger);
    for (operation, ..) in TABLE.iter().filter(|(operation, ..)| names_organization(*operation)) {
        let names = |organization: &str| {
            operation.path().replace("{organization}", organization).replace(['{', '}'], "")
        };
        let hidden = stranger.send(method(*operation), &names(ACME), "{}").await;
        let absent = stranger.send(method(*operation), &names("no-such-organization"), "{}").await;
        assert_eq!((hidden.status, &hidden.text), (absent.status, &absent.text), "{operation:?}");
        assert_eq!(hidden.status, 404, "{operation:?}");
    }
    world.herald.stop().await;
}

pub(crate) fn assert_refused(answer: &Answer, status: u16, operation: Operation, caller: Caller) {
    assert_eq!(answer.status, status, "{operation:?} by {caller:?}: {}", answer.text);
    assert_eq!(answer.json["code"], code(status), "{operation:?} by {caller:?}: {}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{operation:?}");
}

pub(crate) fn names_organization(operation: Operation) -> bool {
    operation.path().contains("{organization}")
}

pub(crate) fn method(operation: Operation) -> &'static str {
    match operation.method() {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

async fn call_with_fresh_objects(world: &World, operation: Operation, caller: Caller) -> Answer {
    let objects = world.objects().await;
    let client = caller_of(world, operation, caller).await;
    if operation == Operation::DeleteApiKey && caller != Caller::Nobody {
        client.post("/api/apikeys", json!({ "title": "to-delete" })).await.ok();
    }
    let session = match operation {
        Operation::EndSession if caller != Caller::Nobody => own_session(&client).await,
        _ => "none".to_owned(),
    };
    let token = match operation {
        Operation::UsePasswordReset => reset_token(world, &objects.user).await,
        _ => String::new(),
    };
    let is_platform = operation.is_platform();
    let path = operation
        .path()
        .replace("{organization}", ACME)
        .replace("{webhook}", &objects.webhook)
        .replace("{group}", &objects.group)
        .replace("{user}", &objects.user)
        .replace("{delivery}", if is_platform { &world.platform_delivery } else { &world.delivery })
        .replace("{job}", if is_platform { &world.platform_job } else { &world.job })
        .replace("{name}", "to-delete")
        .replace("{session}", &session);
    match valid_body(operation, &objects, &token) {
        Some(body) => client.send(method(operation), &path, body.to_string()).await,
        None => Client::answer(client.request(method(operation), &path)).await,
    }
}

pub(crate) async fn own_session(client: &Client) -> String {
    let sessions = client.get("/api/auth/sessions").await.ok();
    let current = sessions.as_array().expect("a list").iter().find(|session| session["current"] == true);
    current.expect("the own session")["id"].as_str().expect("an id").to_owned()
}

pub(crate) async fn reset_token(world: &World, user: &str) -> String {
    let path = format!("/api/organizations/{ACME}/users/{user}/password-reset");
    world.admin.post(&path, json!({})).await.ok()["token"].as_str().expect("a token").to_owned()
}

/// Of the user whose sessions these end, there are sessions that others need.
fn ends_sessions(operation: Operation) -> bool {
    use Operation::{ChangePassword, ConfirmPassword, EndOtherSessions, EndSession, LogIn, LogOut};
    matches!(operation, LogIn | LogOut | EndSession | EndOtherSessions | ConfirmPassword | ChangePassword)
}

/// What ends a session is called in one that nobody else needs.
async fn caller_of(world: &World, operation: Operation, caller: Caller) -> Client {
    match operation {
        _ if ends_sessions(operation) => world.fresh_session(caller).await,
        _ => world.client(caller),
    }
}

pub(crate) fn valid_body(operation: Operation, objects: &Objects, token: &str) -> Option<Value> {
    let body = match operation {
        Operation::CreateWebhook | Operation::CreatePlatformWebhook => {
            json!({ "enabled": false, "name": fresh("new"), "type": "USER_LOGIN", "url": TARGET })
        }
        Operation::UpdateWebhook | Operation::UpdatePlatformWebhook => json!({ "enabled": false }),
        Operation::SettleHeld | Operation::SettlePlatformHeld => json!({ "action": "discard" }),
        Operation::PublishEvent => {
            let user = "653c787c8e048caa7cb4e554";
            let payload =
                json!({ "username": "demo", "email": "d@e.f", "userId": user, "organization": ACME });
            json!({ "type": "USER_DISABLED", "payload": payload })
        }
        Operation::CreateUser => {
            let username = fresh("new");
            json!({ "username": username, "email": format!("{username}@example.com"), "name": "New" })
        }
        Operation::SetUserActive => json!({ "active": false }),
        Operation::SetUserAdmin => json!({ "admin": true }),
        Operation::SetUserComplimentary => json!({ "complimentary": true }),
        Operation::CreateGroup => json!({ "name": fresh("new"), "roles": ["org:users"] }),
        Operation::SetGroupRoles => json!({ "roles": ["org:users"] }),
        Operation::AddMember => json!({ "username": objects.user }),
        Operation::RemoveMember => json!({ "username": objects.group_member }),
        Operation::SetSeats => json!({ "seats": 10_000 }),
        Operation::SetAllowedTargets => json!({ "allowedTargets": null }),
        Operation::CreateOrganization => json!({ "organizationName": fresh("new") }),
        Operation::ConfirmPassword => json!({ "password": PASSWORD }),
        Operation::ChangePassword => {
            json!({ "currentPassword": PASSWORD, "password": PASSWORD, "endOthers": false })
        }
        Operation::SetOwnName => json!({ "name": fresh("Somebody") }),
        Operation::UsePasswordReset => json!({ "token": token, "password": "another pass phrase" }),
        Operation::LogIn => json!({ "username": "member", "password": PASSWORD }),
        _ => return None,
    };
    Some(body)
}
