//! Events of one organization and webhooks of another.

use serde_json::json;

use crate::{
    Told, kind, sequence,
    support::{PASSWORD, Receiver},
};

#[tokio::test]
async fn removing_a_guest_fires_for_the_group_s_organization_only() {
    let told = Told::start().await;
    told.admin.create_organization("acme").await;
    let acme = Receiver::start().await;
    for event_type in crate::TYPES {
        told.admin.create_webhook_in("acme", event_type, &acme.url(&format!("/{event_type}"))).await;
    }
    let guest = told.admin.create_user_in("acme", "guest").await;
    told.admin.create_group("parallelworks", "Guests", &[]).await;
    told.admin.add_member("parallelworks", "Guests", "guest").await;
    told.admin.remove_member("parallelworks", "Guests", "guest").await;

    let removed = told.next(1).await.remove(0);
    let body = removed.json();
    assert_eq!(body["webhook"]["organization"], "parallelworks");
    assert_eq!(
        body["payload"],
        json!({
            "username": "guest", "email": "guest@acme.com", "userId": guest["id"], "organization": "acme",
            "groupName": "Guests",
        })
    );
    // Acme's own events are numbered from 1: the removal was none of them.
    told.admin.put("/api/organizations/acme/users/guest/active", json!({ "active": false })).await.ok();
    let first = acme.next().await;
    assert_eq!((kind(&first).as_str(), sequence(&first)), ("USER_DISABLED", 1));
    assert_eq!(acme.received().len(), 1);
    told.assert_nothing_after(&removed).await;
}

#[tokio::test]
async fn a_user_s_own_acts_fire_for_the_user_s_organization_only() {
    let told = Told::start().await;
    told.admin.create_organization("acme").await;
    let acme = Receiver::start().await;
    told.admin.create_webhook_in("acme", "USER_CREATED", &acme.url("/")).await;
    told.admin.create_user_in("acme", "guest").await;
    // Not even a group of the other organization changes that.
    told.admin.create_group("parallelworks", "Guests", &["org:admin"]).await;
    told.admin.add_member("parallelworks", "Guests", "guest").await;
    told.admin.log_in("guest", PASSWORD).await;
    let created = acme.next().await;
    assert_eq!((kind(&created).as_str(), sequence(&created)), ("USER_CREATED", 1));
    let body = created.json();
    assert_eq!(
        (&body["webhook"]["organization"], &body["payload"]["organization"]),
        (&json!("acme"), &json!("acme"))
    );

    told.admin.log_in_admin().await;
    let own = told.next(1).await.remove(0);
    assert_eq!((kind(&own).as_str(), sequence(&own)), ("USER_LOGIN", 3), "after the admin's first two");
    assert_eq!(told.deliveries().await, 1);
}
