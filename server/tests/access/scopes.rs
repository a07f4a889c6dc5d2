//! Every server function about webhooks, with the platform's in place of an organization's.

use serde_json::json;

use crate::{
    Caller, Who,
    functions::{TABLE, fields, is_scoped, json_argument},
    refusal,
    support::{Answer, Client},
    world::{ACME, Objects, World},
};

#[tokio::test]
async fn what_is_the_platforms_is_open_to_its_admins_only() {
    let world = World::start().await;
    let mut walked = 0;
    for (function, _) in TABLE.iter().copied().filter(|(function, _)| is_scoped(function)) {
        for caller in Caller::ALL {
            let objects = world.objects_in(ACME).await;
            let answer = call_of_platform(&world, &world.client(caller), function, &objects).await;
            let expected = refusal(Who::Platform, caller, false);
            assert_eq!(answer.status, expected.unwrap_or(200), "{function} by {caller:?}: {}", answer.text);
            if expected.is_none() {
                let own = call_of_organization(&world, &world.client(caller), function, &objects).await;
                assert_eq!(
                    own.status,
                    if names_an_object(function) { 404 } else { 200 },
                    "{function}: {}",
                    own.text
                );
            }
        }
        walked += 1;
    }
    assert!(walked > 20, "{walked}");
    world.herald.stop().await;
}

/// Whether it is about one webhook, delivery or job. A webhook that is not found has no jobs.
fn names_an_object(function: &str) -> bool {
    let lists = ["webhooks/list", "webhooks/find", "webhooks/check-url", "jobs/running"];
    let creates = ["webhooks/create", "webhooks/create-and-test"];
    !lists.iter().chain(&creates).any(|other| *other == function)
}

async fn call_of_platform(world: &World, client: &Client, function: &str, objects: &Objects) -> Answer {
    call_in(world, client, function, objects, "platform").await
}

/// The platform's objects, as if they were the organization's.
async fn call_of_organization(world: &World, client: &Client, function: &str, objects: &Objects) -> Answer {
    call_in(world, client, function, objects, &world.acme_id).await
}

async fn call_in(world: &World, client: &Client, function: &str, objects: &Objects, scope: &str) -> Answer {
    if let Some((name, argument)) = json_argument(function) {
        let arguments = json!({ "scope": scope, "webhook_id": objects.platform_webhook_id, name: argument });
        return client.call_json(function, arguments).await;
    }
    let of_platform = |(name, value): (&'static str, String)| {
        let value = match name {
            "scope" => scope.to_owned(),
            "webhook_id" => objects.platform_webhook_id.clone(),
            "ids[0]" if function == "webhooks/delete" => objects.platform_webhook_id.clone(),
            "delivery_id" | "ids[0]" => world.platform_delivery.clone(),
            "job_id" => world.platform_job.clone(),
            _ => value,
        };
        (name, value)
    };
    let fields: Vec<_> = fields(function, world, objects).into_iter().map(of_platform).collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.call(function, &fields).await
}
