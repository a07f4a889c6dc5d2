//! Which act fires what, and which fire nothing.

use serde_json::json;

use crate::{
    Told, kind, kinds, sequence,
    support::{Client, PASSWORD},
};

const ORGANIZATION: &str = "/api/organizations/parallelworks";

async fn sign_in_by_function(told: &Told, username: &str) -> Client {
    let fields = [("username", username), ("password", PASSWORD), ("to", "/")];
    let answer = told.herald.client().call("session/sign-in", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    told.herald.client().with_cookies(&answer)
}

#[tokio::test]
async fn the_first_log_in_ever_creates_the_user_and_later_ones_are_log_ins() {
    let told = Told::start().await;
    told.admin.create_user("newcomer").await;
    told.admin.log_in("newcomer", PASSWORD).await;
    let first = told.next(2).await;
    assert_eq!(kinds(&first), ["USER_CREATED", "USER_LOGIN"]);
    // The admin's own first log in was 1 and 2; that the newcomer was made is no event.
    assert_eq!((sequence(&first[0]), sequence(&first[1])), (3, 4));

    told.admin.log_in("NEWCOMER@parallelworks.com", PASSWORD).await;
    let second = told.next(1).await;
    assert_eq!((kind(&second[0]).as_str(), sequence(&second[0])), ("USER_LOGIN", 5));
    told.assert_nothing_after(&second[0]).await;
}

#[tokio::test]
async fn signing_in_by_the_console_fires_the_same() {
    let told = Told::start().await;
    told.admin.create_user("newcomer").await;
    sign_in_by_function(&told, "newcomer").await;
    let first = told.next(2).await;
    assert_eq!(kinds(&first), ["USER_CREATED", "USER_LOGIN"]);
    sign_in_by_function(&told, "newcomer").await;
    let second = told.next(1).await;
    assert_eq!((kind(&second[0]).as_str(), sequence(&second[0])), ("USER_LOGIN", sequence(&first[1]) + 1));
    told.assert_nothing_after(&second[0]).await;
}

#[tokio::test]
async fn a_refused_log_in_is_silent() {
    let told = Told::start().await;
    told.admin.create_user("newcomer").await;
    for (username, password) in [("newcomer", "wrong horse battery"), ("nobody", PASSWORD)] {
        let body = json!({ "username": username, "password": password });
        let answer = told.herald.client().post("/api/sso/password/login", body).await;
        assert_eq!(answer.status, 401, "{}", answer.text);
    }
    told.admin.log_in("newcomer", PASSWORD).await;
    let first = told.next(2).await;
    assert_eq!((kinds(&first), sequence(&first[0])), (vec!["USER_CREATED".into(), "USER_LOGIN".into()], 3));
}

#[tokio::test]
async fn remaining_seats_are_counted_after_the_log_in() {
    let told = Told::start().await;
    for username in ["unlimited", "limited", "last"] {
        told.admin.create_user(username).await;
    }
    told.admin.log_in("unlimited", PASSWORD).await;
    assert!(told.next(2).await[0].json()["payload"]["remainingSeats"].is_null());

    // The admin and the three hold four of six seats; one who is not active holds none.
    let absent =
        json!({ "username": "absent", "email": "absent@parallelworks.com", "name": "A", "active": false });
    told.admin.post(&format!("{ORGANIZATION}/users"), absent).await.ok();
    told.admin.patch(&format!("{ORGANIZATION}/seats"), json!({ "seats": 6 })).await.ok();
    told.admin.log_in("limited", PASSWORD).await;
    assert_eq!(told.next(2).await[0].json()["payload"]["remainingSeats"], 2);

    told.admin.patch(&format!("{ORGANIZATION}/seats"), json!({ "seats": 4 })).await.ok();
    told.admin.log_in("last", PASSWORD).await;
    assert_eq!(told.next(2).await[0].json()["payload"]["remainingSeats"], 0);
}

#[tokio::test]
async fn a_user_is_disabled_once() {
    let told = Told::start().await;
    let user = told.admin.create_user("leaver").await;
    told.admin.set_active("leaver", false).await;
    let disabled = told.next(1).await.remove(0);
    assert_eq!(kind(&disabled), "USER_DISABLED");
    assert_eq!(disabled.json()["payload"]["userId"], user["id"]);

    let path = format!("{ORGANIZATION}/users/leaver/active");
    let again = told.admin.put(&path, json!({ "active": false })).await;
    assert_eq!((again.status, again.text.as_str()), (204, ""));
    told.assert_nothing_after(&disabled).await;
}

#[tokio::test]
async fn enabling_is_silent_and_the_next_disabling_is_not() {
    let told = Told::start().await;
    told.admin.create_user("leaver").await;
    told.admin.set_active("leaver", false).await;
    let first = told.next(1).await.remove(0);
    told.admin.set_active("leaver", true).await;
    told.admin.set_active("leaver", false).await;
    let second = told.next(1).await.remove(0);
    assert_eq!((kind(&second).as_str(), sequence(&second)), ("USER_DISABLED", sequence(&first) + 1));
    assert_ne!(second.header("herald-event-id"), first.header("herald-event-id"));
    told.assert_nothing_after(&second).await;
}

#[tokio::test]
async fn disabling_by_the_console_fires_once_too() {
    let told = Told::start().await;
    let user = told.admin.create_user("leaver").await;
    let organization = told.admin.organization_id("parallelworks").await;
    let set_active = async |active: &str| {
        let id = user["id"].as_str().unwrap();
        let fields = [("organization_id", organization.as_str()), ("user_id", id), ("active", active)];
        let answer = told.admin.call("users/set-active", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    };
    set_active("false").await;
    let disabled = told.next(1).await.remove(0);
    assert_eq!(kind(&disabled), "USER_DISABLED");
    set_active("false").await;
    told.admin.set_active("leaver", false).await;
    set_active("true").await;
    told.assert_nothing_after(&disabled).await;
}

#[tokio::test]
async fn disabling_ends_the_sessions() {
    let told = Told::start().await;
    told.admin.create_user("leaver").await;
    let by_api = told.admin.log_in("leaver", PASSWORD).await;
    let by_console = sign_in_by_function(&told, "leaver").await;
    for session in [&by_api, &by_console] {
        assert_eq!(session.get("/api/auth/session").await.status, 200);
    }
    told.admin.set_active("leaver", false).await;
    for session in [&by_api, &by_console] {
        assert_eq!(session.get("/api/auth/session").await.status, 401);
    }
    let body = json!({ "username": "leaver", "password": PASSWORD });
    assert_eq!(told.herald.client().post("/api/sso/password/login", body).await.status, 401);

    told.admin.set_active("leaver", true).await;
    assert_eq!(by_api.get("/api/auth/session").await.status, 401, "an ended session stays ended");
    told.admin.log_in("leaver", PASSWORD).await;
}

#[tokio::test]
async fn removing_a_member_fires_and_removing_one_who_is_none_does_not() {
    let told = Told::start().await;
    told.admin.create_user("member").await;
    told.admin.create_user("stranger").await;
    told.admin.create_group("parallelworks", "Demo-Group", &[]).await;
    told.admin.add_member("parallelworks", "Demo-Group", "member").await;
    told.admin.remove_member("parallelworks", "demo-group", "Member").await;
    let removed = told.next(1).await.remove(0);
    assert_eq!(kind(&removed), "USER_REMOVED_FROM_GROUP");
    assert_eq!(removed.json()["payload"]["groupName"], "Demo-Group");

    for (group, username) in [
        ("Demo-Group", "member"),
        ("Demo-Group", "stranger"),
        ("Demo-Group", "nobody"),
        ("No-Group", "member"),
    ] {
        let path = format!("{ORGANIZATION}/groups/{group}/members");
        let answer = told.admin.delete(&path, json!({ "username": username })).await;
        assert_eq!(answer.status, 404, "{username} in {group}: {}", answer.text);
    }
    told.assert_nothing_after(&removed).await;
}
