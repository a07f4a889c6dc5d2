//! Objects are checked, not only routes: what belongs to organization B cannot be reached through A.

use serde_json::json;

use crate::{
    Caller,
    functions::place_field,
    support::{Client, fresh},
    world::{ACME, OTHER, Objects, World},
};

/// Those who may do everything in `acme`; the platform admin may do everything in both, but not through the wrong one.
const INSIDERS: [Caller; 2] = [Caller::Admin, Caller::PlatformAdmin];

#[tokio::test]
async fn names_of_another_organizations_objects_are_not_found() {
    let world = World::start().await;
    let foreign = world.objects_in(OTHER).await;
    let before = picture(&world, &foreign).await;
    for caller in INSIDERS {
        let client = world.client(caller);
        for (method, path, body) in foreign_requests(&foreign) {
            let path = format!("/api/organizations/{ACME}/{path}");
            let answer = client.send(method, &path, body.to_string()).await;
            assert_eq!(answer.status, 404, "{method} {path} by {caller:?}: {}", answer.text);
        }
    }
    assert_eq!(picture(&world, &foreign).await, before, "nothing changed");
    for (method, path, body) in foreign_requests(&foreign) {
        let path = format!("/api/organizations/{OTHER}/{path}");
        let answer = world.admin.send(method, &path, body.to_string()).await;
        assert!((200..300).contains(&answer.status), "{method} {path} is valid: {}", answer.text);
    }
    world.herald.stop().await;
}

/// What reads comes first, what deletes last, so that all can be done in this order.
fn foreign_requests(foreign: &Objects) -> Vec<(&'static str, String, serde_json::Value)> {
    let Objects { webhook, group, group_member, user, .. } = foreign;
    vec![
        ("GET", format!("webhooks/{webhook}/secret"), json!({})),
        ("GET", format!("webhooks/{webhook}/deliveries"), json!({})),
        ("POST", format!("webhooks/{webhook}/secret/rotate"), json!({})),
        ("POST", format!("webhooks/{webhook}/test"), json!({})),
        ("POST", format!("webhooks/{webhook}/redeliver"), json!({})),
        ("POST", format!("webhooks/{webhook}/held"), json!({ "action": "release" })),
        ("PATCH", format!("webhooks/{webhook}"), json!({ "enabled": false })),
        ("GET", format!("groups/{group}"), json!({})),
        ("GET", format!("groups/{group}/members"), json!({})),
        ("PATCH", format!("groups/{group}/roles"), json!({ "roles": ["org:users"] })),
        ("POST", format!("groups/{group}/members"), json!({ "username": user })),
        ("DELETE", format!("groups/{group}/members"), json!({ "username": group_member })),
        ("PUT", format!("users/{user}/active"), json!({ "active": false })),
        ("DELETE", format!("users/{user}"), json!({})),
        ("DELETE", format!("groups/{group}"), json!({})),
        ("DELETE", format!("webhooks/{webhook}"), json!({})),
    ]
}

#[tokio::test]
async fn ids_of_another_organizations_objects_are_not_found_by_any_function() {
    let world = World::start().await;
    let foreign = world.objects_in(OTHER).await;
    let before = picture(&world, &foreign).await;
    for caller in INSIDERS {
        let client = world.client(caller);
        for (function, field, id) in foreign_calls(&foreign) {
            let answer = client.call(function, &[(place_field(function), &world.acme_id), (field, id)]).await;
            assert_eq!(answer.status, 404, "{function} by {caller:?}: {}", answer.text);
            assert_eq!(answer.json["code"], "not_found", "{function} by {caller:?}");
        }
    }
    let edit = |organization: &str| {
        json!({
            "scope": organization, "webhook_id": foreign.webhook_id, "edit": { "name": "mine" },
        })
    };
    assert_eq!(world.admin.call_json("webhooks/edit", edit(&world.acme_id)).await.status, 404);
    assert_eq!(picture(&world, &foreign).await, before, "nothing changed");
    assert_eq!(world.admin.call_json("webhooks/edit", edit(&world.other_id)).await.status, 200);
    for (function, field, id) in foreign_calls(&foreign) {
        let answer =
            world.admin.call(function, &[(place_field(function), &world.other_id), (field, id)]).await;
        assert_eq!(answer.status, 200, "{function} is valid: {}", answer.text);
    }
    world.herald.stop().await;
}

fn foreign_calls(foreign: &Objects) -> [(&'static str, &'static str, &str); 10] {
    [
        ("webhooks/read", "webhook_id", &foreign.webhook_id),
        ("webhooks/activity", "webhook_id", &foreign.webhook_id),
        ("webhooks/secret", "webhook_id", &foreign.webhook_id),
        ("webhooks/rotate-secret", "webhook_id", &foreign.webhook_id),
        ("webhooks/test", "webhook_id", &foreign.webhook_id),
        ("deliveries/redeliver-many", "webhook_id", &foreign.webhook_id),
        ("deliveries/list", "webhook_id", &foreign.webhook_id),
        ("webhooks/set-enabled", "webhook_id", &foreign.webhook_id),
        ("users/set-active", "user_id", &foreign.user_id),
        ("webhooks/delete", "ids[0]", &foreign.webhook_id),
    ]
}

#[tokio::test]
async fn one_foreign_id_among_several_deletes_none() {
    let world = World::start().await;
    let (own, foreign) = (world.objects().await, world.objects_in(OTHER).await);
    let admin = world.client(Caller::Admin);
    let fields =
        [("scope", world.acme_id.as_str()), ("ids[0]", &own.webhook_id), ("ids[1]", &foreign.webhook_id)];
    assert_eq!(admin.call("webhooks/delete", &fields).await.status, 404);
    assert!(names(&admin, ACME).await.contains(&own.webhook));
    assert_eq!(names(&world.admin, OTHER).await, [foreign.webhook]);
    assert_eq!(admin.call("webhooks/delete", &fields[..2]).await.ok(), 1);
    assert!(!names(&admin, ACME).await.contains(&own.webhook));
    world.herald.stop().await;
}

/// A role holds in the organization of its group only, also for one who is a member of groups of two organizations.
#[tokio::test]
async fn a_role_of_one_organization_gives_nothing_in_another() {
    let world = World::start().await;
    let guests = fresh("guests");
    world.admin.create_group(ACME, &guests, &[]).await;
    let stranger = world.client(Caller::Stranger);
    let path = format!("/api/organizations/{ACME}/webhooks");
    assert_eq!(stranger.get(&path).await.status, 404);
    world.admin.add_member(ACME, &guests, "stranger").await;
    assert_eq!(stranger.get(&path).await.status, 403, "now they see the organization, and no more");
    assert_eq!(stranger.get(&format!("/api/organizations/{OTHER}/webhooks")).await.status, 200);
    world.admin.remove_member(ACME, &guests, "stranger").await;
    assert_eq!(stranger.get(&path).await.status, 404);
    world.herald.stop().await;
}

async fn names(client: &Client, organization: &str) -> Vec<String> {
    let list = client.get(&format!("/api/organizations/{organization}/webhooks")).await.ok();
    let rows = list.as_array().expect("a list").iter();
    rows.map(|row| row["name"].as_str().expect("a name").to_owned()).collect()
}

/// Everything of `other` that the requests here could change.
async fn picture(world: &World, foreign: &Objects) -> Vec<String> {
    let mut picture = Vec::new();
    for path in ["webhooks", "users", "groups", &format!("groups/{}", foreign.group)] {
        let answer = world.admin.get(&format!("/api/organizations/{OTHER}/{path}")).await;
        assert_eq!(answer.status, 200);
        picture.push(answer.text);
    }
    picture
}
