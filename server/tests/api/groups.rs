//! Groups, their roles and their members.

use serde_json::{Value, json};

use crate::{
    assert_id, assert_members, assert_problem, column,
    support::{Client, PASSWORD, TestHerald},
};

const PATH: &str = "/api/organizations/parallelworks/groups";
const MEMBERS: [&str; 7] = ["id", "name", "description", "members", "organization", "roles", "createdAt"];

async fn started() -> (TestHerald, Client) {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    (herald, admin)
}

#[tokio::test]
async fn a_group_counts_its_members_in_a_list_and_names_them_on_its_own() {
    let (herald, admin) = started().await;
    let body =
        json!({ "name": "Demo-Group", "description": "For demos", "roles": ["org:users", "org:users"] });
    let mut group = admin.post(PATH, body).await.ok();
    assert_members(&group, &MEMBERS);
    assert_id(&group["id"]);
    let expected = json!({
        "id": group["id"], "name": "Demo-Group", "description": "For demos", "members": 0,
        "organization": "parallelworks", "roles": ["org:users"], "createdAt": herald.clock.now().to_string(),
    });
    assert_eq!(group, expected);

    let demo = admin.create_user("demo").await;
    let member = json!({ "id": demo["id"], "username": "demo", "email": demo["email"] });
    for _ in 0..2 {
        let with_members = admin.add_member("parallelworks", "demo-group", "DEMO").await;
        assert_members(&with_members, &MEMBERS);
        assert_eq!(with_members["members"], json!([member]), "twice is once");
    }
    group["members"] = json!(1);
    assert_eq!(admin.get(PATH).await.ok(), json!([group]));
    group["members"] = json!([member]);
    assert_eq!(admin.get(&format!("{PATH}/DEMO-GROUP")).await.ok(), group);
    assert_eq!(admin.get(&format!("{PATH}/demo-group/members")).await.ok(), json!([member]));

    let removed = admin.delete(&format!("{PATH}/demo-group/members"), json!({ "username": "Demo" })).await;
    assert_eq!((removed.status, removed.text.as_str()), (204, ""));
    assert_eq!(admin.get(&format!("{PATH}/demo-group/members")).await.ok(), json!([]));
    herald.stop().await;
}

#[tokio::test]
async fn a_bad_group_is_refused() {
    let (herald, admin) = started().await;
    admin.create_group("parallelworks", "Taken", &[]).await;
    let cases: [(Value, u16, &[&str]); 9] = [
        (json!({ "name": "" }), 422, &["#/name"]),
        (json!({ "name": "a/b" }), 422, &["#/name"]),
        (
            json!({ "name": "x".repeat(101), "description": "x".repeat(1_001) }),
            422,
            &["#/name", "#/description"],
        ),
        (json!({ "name": "a", "roles": ["org:users", "org:root"] }), 422, &["#/roles/1"]),
        (json!({ "name": "a", "roles": ["", "ORG:ADMIN"] }), 422, &["#/roles/0", "#/roles/1"]),
        (json!({ "name": "a", "roles": "org:admin" }), 422, &["#/roles"]),
        (json!({ "name": "a", "roles": [1] }), 422, &["#/roles"]),
        (json!({ "name": "a", "members": [] }), 422, &["#/members"]),
        (json!({ "name": "tAKEN" }), 409, &["#/name"]),
    ];
    for (body, status, pointers) in cases {
        assert_problem(&admin.post(PATH, body).await, status, pointers);
    }
    assert_eq!(column(&admin.get(PATH).await.ok(), "name"), ["Taken"]);
    herald.stop().await;
}

#[tokio::test]
async fn roles_are_replaced_and_hold_at_once() {
    let (herald, admin) = started().await;
    admin.create_user("demo").await;
    admin.create_group("parallelworks", "crew", &[]).await;
    admin.add_member("parallelworks", "crew", "demo").await;
    let demo = admin.log_in("demo", PASSWORD).await;
    for (roles, users, webhooks) in
        [(json!(["org:users"]), 200, 403), (json!(["org:admin"]), 200, 200), (json!([]), 403, 403)]
    {
        let group = admin.patch(&format!("{PATH}/crew/roles"), json!({ "roles": roles })).await.ok();
        assert_members(&group, &MEMBERS);
        assert_eq!((&group["roles"], &group["members"]), (&roles, &json!(1)));
        assert_eq!(demo.get(crate::users::PATH).await.status, users, "{roles}");
        assert_eq!(demo.get(crate::webhooks::PATH).await.status, webhooks, "{roles}");
    }
    herald.stop().await;
}

#[tokio::test]
async fn roles_are_never_taken_away_by_leaving_them_out() {
    let (herald, admin) = started().await;
    admin.create_group("parallelworks", "crew", &["org:users"]).await;
    let path = format!("{PATH}/crew/roles");
    for body in [json!({}), json!({ "roles": null }), json!({ "roles": "org:users" })] {
        assert_problem(&admin.patch(&path, body).await, 422, &["#/roles"]);
    }
    assert_problem(&admin.patch(&path, json!({ "roles": ["no"] })).await, 422, &["#/roles/0"]);
    assert_eq!(admin.get(PATH).await.ok()[0]["roles"], json!(["org:users"]));
    herald.stop().await;
}

#[tokio::test]
async fn only_an_admin_decides_who_is_an_admin() {
    let (herald, admin) = started().await;
    for username in ["helper", "demo"] {
        admin.create_user(username).await;
    }
    admin.create_group("parallelworks", "helpers", &["org:users"]).await;
    admin.create_group("parallelworks", "chiefs", &["org:admin"]).await;
    admin.add_member("parallelworks", "helpers", "helper").await;
    admin.add_member("parallelworks", "chiefs", "demo").await;
    let helper = admin.log_in("helper", PASSWORD).await;

    helper.add_member("parallelworks", "helpers", "demo").await;
    helper.remove_member("parallelworks", "helpers", "demo").await;
    for group in ["chiefs", "CHIEFS"] {
        let path = format!("{PATH}/{group}/members");
        assert_problem(&helper.post(&path, json!({ "username": "helper" })).await, 403, &[]);
        assert_problem(&helper.delete(&path, json!({ "username": "demo" })).await, 403, &[]);
    }
    let members = admin.get(&format!("{PATH}/chiefs/members")).await.ok();
    assert_eq!(column(&members, "username"), ["demo"], "nothing changed");
    let chief = admin.log_in("demo", PASSWORD).await;
    chief.add_member("parallelworks", "chiefs", "helper").await;
    chief.remove_member("parallelworks", "chiefs", "helper").await;
    herald.stop().await;
}

#[tokio::test]
async fn a_user_of_another_organization_can_be_a_member() {
    let (herald, admin) = started().await;
    admin.create_organization("acme").await;
    let guest = admin.create_user_in("acme", "guest").await;
    admin.create_group("parallelworks", "guests", &["org:users"]).await;
    let guest_client = admin.log_in("guest", PASSWORD).await;
    assert_problem(&guest_client.get(PATH).await, 404, &[]);
    let group = admin.add_member("parallelworks", "guests", "guest").await;
    assert_eq!(
        group["members"],
        json!([{ "id": guest["id"], "username": "guest", "email": guest["email"] }])
    );
    assert_eq!(guest_client.get(PATH).await.status, 200, "the group's role is theirs");
    let seen = guest_client.get("/api/organizations").await.ok()["organizations"].take();
    assert_eq!(column(&seen, "name"), ["acme", "parallelworks"], "their own first");
    herald.stop().await;
}

#[tokio::test]
async fn who_is_not_there_cannot_come_or_go() {
    let (herald, admin) = started().await;
    admin.create_user("demo").await;
    admin.create_group("parallelworks", "crew", &[]).await;
    let path = format!("{PATH}/crew/members");
    let nobody = json!({ "username": "nobody" });
    assert_problem(&admin.post(&path, nobody.clone()).await, 404, &[]);
    assert_problem(&admin.delete(&path, nobody).await, 404, &[]);
    assert_problem(&admin.delete(&path, json!({ "username": "demo" })).await, 404, &[]);
    for body in [json!({ "username": " " }), json!({ "username": 1 }), json!({ "username": null })] {
        assert_problem(&admin.post(&path, body.clone()).await, 422, &["#/username"]);
        assert_problem(&admin.delete(&path, body).await, 422, &["#/username"]);
    }
    let missing = format!("{PATH}/none/members");
    assert_problem(&admin.post(&missing, json!({ "username": "demo" })).await, 404, &[]);
    assert_problem(&admin.get(&missing).await, 404, &[]);
    herald.stop().await;
}
