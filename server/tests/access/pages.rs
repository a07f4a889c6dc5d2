//! The console's pages x every caller: visitors are asked to sign in, strangers find nothing, members are told.

use crate::{
    Caller, Who, refusal,
    world::{ACME, World},
};

/// Below `/organizations/{id}`; `WEBHOOK` and `DELIVERY` stand for ids.
const TABLE: [(&str, Who); 9] = [
    ("", Who::Belonging),
    ("/users", Who::Users),
    ("/users/new", Who::Users),
    ("/deliveries/DELIVERY", Who::Admins),
    ("/webhooks", Who::Admins),
    ("/webhooks/new", Who::Admins),
    ("/webhooks/WEBHOOK", Who::Admins),
    ("/webhooks/WEBHOOK/deliveries", Who::Admins),
    ("/webhooks/WEBHOOK/secret", Who::Admins),
];

#[tokio::test]
async fn every_page_is_shown_to_those_whom_the_reference_names() {
    let world = World::start().await;
    let objects = world.objects_in(ACME).await;
    for (page, who) in TABLE {
        let page = page.replace("WEBHOOK", &objects.webhook_id).replace("DELIVERY", &world.delivery);
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
async fn a_page_of_another_organizations_webhook_is_not_found() {
    let world = World::start().await;
    let foreign = world.objects_in(crate::world::OTHER).await;
    for page in TABLE.map(|(page, _)| page).iter().filter(|page| page.contains("WEBHOOK")) {
        let path =
            format!("/organizations/{}{}", world.acme_id, page.replace("WEBHOOK", &foreign.webhook_id));
        for caller in [Caller::Admin, Caller::PlatformAdmin] {
            let answer = world.client(caller).get(&path).await;
            assert_eq!(answer.status, 404, "{path} by {caller:?}");
            assert!(!answer.text.contains(&foreign.webhook), "{path} by {caller:?}");
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
