//! Seats: every active, non-complimentary user holds one.

use serde_json::{Value, json};

use crate::{
    assert_members, assert_problem,
    support::{Client, PASSWORD, TestHerald},
};

const PATH: &str = "/api/organizations/parallelworks/seats";

#[tokio::test]
async fn a_new_organization_has_no_limit_and_the_first_admin_holds_a_seat() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let seats = admin.get(PATH).await.ok();
    assert_members(&seats, &["seats", "usedSeats"]);
    assert_eq!(seats, json!({ "seats": null, "usedSeats": 1 }));
    admin.create_organization("acme").await;
    let empty = admin.get("/api/organizations/acme/seats").await.ok();
    assert_eq!(empty, json!({ "seats": null, "usedSeats": 0 }));
    herald.stop().await;
}

#[tokio::test]
async fn without_a_free_seat_nobody_becomes_active() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    assert_eq!(set(&admin, json!(2)).await, json!({ "seats": 2, "usedSeats": 2 }));
    assert_problem(&create(&admin, "third", true).await, 409, &[]);
    create(&admin, "sleeper", false).await.ok();
    assert_eq!(admin.get(PATH).await.ok()["usedSeats"], 2, "who is not active holds none");
    assert_problem(&activate(&admin, "sleeper").await, 409, &[]);
    assert_eq!(activate(&admin, "demo").await.status, 204, "who is active already needs no other");
    admin.log_in("demo", PASSWORD).await;

    admin.set_active("demo", false).await;
    assert_eq!(activate(&admin, "sleeper").await.status, 204, "the seat was free");
    assert_problem(&activate(&admin, "demo").await, 409, &[]);
    set(&admin, json!(3)).await;
    assert_eq!(activate(&admin, "demo").await.status, 204);
    set(&admin, Value::Null).await;
    create(&admin, "third", true).await.ok();
    assert_eq!(admin.get(PATH).await.ok(), json!({ "seats": null, "usedSeats": 4 }));
    herald.stop().await;
}

#[tokio::test]
async fn seats_cannot_be_set_below_those_used() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    for below in [0, 1] {
        assert_problem(&admin.patch(PATH, json!({ "seats": below })).await, 409, &["#/seats"]);
    }
    assert_eq!(admin.get(PATH).await.ok()["seats"], Value::Null, "nothing changed");
    set(&admin, json!(2)).await;
    set(&admin, json!(u32::MAX)).await;
    herald.stop().await;
}

#[tokio::test]
async fn seats_are_a_whole_number_or_null() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let wrong = [json!(-1), json!(1.5), json!("2"), json!(true), json!([]), json!(4_294_967_296_u64)];
    for seats in wrong {
        assert_problem(&admin.patch(PATH, json!({ "seats": seats })).await, 422, &["#/seats"]);
    }
    assert_problem(&admin.patch(PATH, json!({})).await, 422, &["#/seats"]);
    herald.stop().await;
}

#[tokio::test]
async fn the_last_seat_is_given_once_however_many_ask_at_once() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    set(&admin, json!(2)).await;
    let asking = (0..50).map(|number| {
        let admin = admin.clone();
        tokio::spawn(async move { create(&admin, &format!("user-{number}"), true).await.status })
    });
    let mut given = 0;
    for asked in asking.collect::<Vec<_>>() {
        match asked.await.expect("no panic") {
            200 => given += 1,
            status => assert_eq!(status, 409),
        }
    }
    assert_eq!(given, 1);
    assert_eq!(admin.get(PATH).await.ok(), json!({ "seats": 2, "usedSeats": 2 }));
    herald.stop().await;
}

async fn set(admin: &Client, seats: Value) -> Value {
    admin.patch(PATH, json!({ "seats": seats })).await.ok()
}

async fn create(admin: &Client, username: &str, active: bool) -> crate::support::Answer {
    let body = json!({ "username": username, "email": format!("{username}@a.b"), "name": username, "active": active });
    admin.post(crate::users::PATH, body).await
}

async fn activate(admin: &Client, username: &str) -> crate::support::Answer {
    admin.put(&format!("{}/{username}/active", crate::users::PATH), json!({ "active": true })).await
}
