//! The console's pages x every caller: visitors are asked to sign in, strangers find nothing, members are told.

use crate::{
    Caller, Who, refusal,
    world::{ACME, World},
};

/// Below `/organizations/{id}`; words in capitals stand for ids.
const TABLE: &[(&str, Who)] = &[
    ("/deliveries/DELIVERY", Who::Admins),
    ("/find?q=demo", Who::Admins),
    ("", Who::Belonging),
    ("/users", Who::Users),
    ("/users/new", Who::Users),
    ("/users/USER", Who::Users),
    ("/groups", Who::Users),
    ("/groups/new", Who::Admins),
    ("/groups/GROUP", Who::Users),
    ("/api-keys", Who::Belonging),
    ("/api-keys/new", Who::Belonging),
    ("/audit-log", Who::Admins),
    ("/webhooks", Who::Admins),
    ("/webhooks/new", Who::Admins),
    ("/webhooks/WEBHOOK", Who::Admins),
    ("/webhooks/WEBHOOK/deliveries", Who::Admins),
    ("/webhooks/WEBHOOK/secret", Who::Admins),
    ("/webhooks/WEBHOOK/edit", Who::Admins),
];

#[tokio::test]
async fn every_page_is_shown_to_those_whom_the_reference_names() {
    let world = World::start().await;
    let objects = world.objects_in(ACME).await;
    for &(page, who) in TABLE {
        let page = page.replace("WEBHOOK", &objects.webhook_id).replace("DELIVERY", &world.delivery);
        let page = page.replace("USER", &objects.user_id).replace("GROUP", &objects.group_id);
        let path = format!("/organizations/{}{page}", world.acme_id);
        for caller in Caller::ALL {
            let answer = world.client(caller).get(&path).await;
            let told = answer.text.contains(&objects.webhook);
            match refusal(who, caller, true) {
                None => assert_eq!(answer.status, 200, "{path} by {caller:?}"),
                Some(401) => {
                    assert_eq!(answer.status, 302, "{path} by {caller:?}");
                    assert!(answer.header("location").starts_with("/sign-in?to=%2Forganizations%2F"));
                }
                Some(status) => assert_eq!(answer.status, status, "{path} by {caller:?}"),
            }
            let may_know = refusal(Who::Admins, caller, true).is_none();
            assert!(may_know || !told, "{path} tells {caller:?} of a webhook");
        }
    }
    world.herald.stop().await;
}

#[tokio::test]
async fn a_page_of_another_organizations_webhook_user_or_group_is_not_found() {
    let world = World::start().await;
    let foreign = world.objects_in(crate::world::OTHER).await;
    let ids = [("WEBHOOK", &foreign.webhook_id), ("USER", &foreign.user_id), ("GROUP", &foreign.group_id)];
    for (word, id) in ids {
        for (page, _) in TABLE.iter().filter(|(page, _)| page.contains(word)) {
            let path = format!("/organizations/{}{}", world.acme_id, page.replace(word, id));
            for caller in [Caller::Admin, Caller::PlatformAdmin] {
                let answer = world.client(caller).get(&path).await;
                assert_eq!(answer.status, 404, "{path} by {caller:?}");
                for name in [&foreign.webhook, &foreign.user, &foreign.group] {
                    assert!(!answer.text.contains(name), "{path} by {caller:?}");
                }
            }
        }
    }
    world.herald.stop().await;
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_a_page_that_says_so() {
    let world = World::start().await;
    for path in [
        "/nothing",
        "/organizations/nonsense",
        "/organizations/0123456789abcdef01234567",
        "/%FF",
        "/a/%2e%2e/b",
    ] {
        let answer = world.admin.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    }
    world.herald.stop().await;
}
