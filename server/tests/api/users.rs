//! Creating users, and disabling and enabling them.

use serde_json::{Value, json};

use crate::{
    assert_id, assert_members, assert_problem,
    support::{PASSWORD, TestHerald},
};

pub(crate) const PATH: &str = "/api/organizations/parallelworks/users";

const MEMBERS: [&str; 11] = [
    "id",
    "username",
    "email",
    "name",
    "organization",
    "active",
    "admin",
    "billingAdmin",
    "complimentary",
    "licenseStatus",
    "createdAt",
];

/// A valid body with one member replaced, or left out for `None`.
fn body_with(member: &str, value: impl Into<Option<Value>>) -> Value {
    let mut body = json!({
        "username": "Demo.User-1", "email": "Demo@Example.com", "name": "Demo Ünser", "active": true,
        "password": PASSWORD,
    });
    let members = body.as_object_mut().expect("an object");
    match value.into() {
        Some(value) => members.insert(member.to_owned(), value),
        None => members.remove(member),
    };
    body
}

#[tokio::test]
async fn a_user_is_answered_as_they_were_made() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let made = admin.post(PATH, body_with("active", None)).await.ok();
    assert_members(&made, &MEMBERS);
    assert_id(&made["id"]);
    let expected = json!({
        "id": made["id"], "username": "Demo.User-1", "email": "Demo@Example.com", "name": "Demo Ünser",
        "organization": "parallelworks", "active": true, "admin": false, "billingAdmin": false,
        "complimentary": false, "licenseStatus": "active", "createdAt": herald.clock.now().to_string(),
    });
    assert_eq!(made, expected);
    herald.clock.advance(std::time::Duration::from_secs(60));
    admin.log_in("Demo.User-1", PASSWORD).await;
    let listed = admin.get(&format!("{PATH}?search=demo")).await.ok();
    let mut after_log_in = expected;
    after_log_in["lastLogin"] = json!(herald.clock.now().to_string());
    assert_eq!(listed, json!({ "total": 1, "users": [after_log_in] }));
    herald.stop().await;
}

#[tokio::test]
async fn a_user_may_be_made_inactive_and_without_a_password() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let mut body = body_with("active", json!(false));
    body["password"] = Value::Null;
    let made = admin.post(PATH, body).await.ok();
    assert_members(&made, &MEMBERS);
    assert_eq!((&made["active"], &made["licenseStatus"]), (&json!(false), &json!("inactive")));
    herald.stop().await;
}

#[tokio::test]
async fn each_bad_member_is_named() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let cases: [(&str, Option<Value>, &str); 25] = [
        ("username", None, "required"),
        ("username", Some(json!(" ")), "required"),
        ("username", Some(json!("ab")), "invalid"),
        ("username", Some(json!("a".repeat(33))), "invalid"),
        ("username", Some(json!("a b c")), "invalid"),
        ("username", Some(json!("a/b/c")), "invalid"),
        ("username", Some(json!("démo")), "invalid"),
        ("username", Some(json!(123)), "wrong_type"),
        ("email", None, "required"),
        ("email", Some(json!("demo")), "invalid"),
        ("email", Some(json!("a@b@c")), "invalid"),
        ("email", Some(json!("a b@c.d")), "invalid"),
        ("email", Some(json!(format!("{}@b.c", "a".repeat(251)))), "too_long"),
        ("email", Some(json!([])), "wrong_type"),
        ("name", None, "required"),
        ("name", Some(json!("")), "required"),
        ("name", Some(json!("x".repeat(101))), "too_long"),
        ("name", Some(json!("a\u{0}b")), "invalid"),
        ("name", Some(json!(true)), "wrong_type"),
        ("password", Some(json!("seven 7")), "too_short"),
        ("password", Some(json!("")), "required"),
        ("password", Some(json!("x".repeat(257))), "too_long"),
        ("password", Some(json!(12_345_678)), "wrong_type"),
        ("active", Some(json!("yes")), "wrong_type"),
        ("admin", Some(json!(true)), "unknown"),
    ];
    for (member, value, code) in cases {
        let answer = admin.post(PATH, body_with(member, value.clone())).await;
        assert_problem(&answer, 422, &[&format!("#/{member}")]);
        assert_eq!(answer.json["errors"][0]["code"], code, "{member}: {value:?}");
        assert!(!answer.text.contains(PASSWORD), "no answer repeats a password");
    }
    assert_eq!(admin.get(PATH).await.ok()["total"], 1, "nobody was made");
    herald.stop().await;
}

#[tokio::test]
async fn user_names_and_emails_are_taken_in_any_case_on_the_whole_server() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.post(PATH, body_with("active", None)).await.ok();
    admin.create_organization("acme").await;
    for path in [PATH, "/api/organizations/acme/users"] {
        let mut body = body_with("username", json!("dEMO.uSER-1"));
        body["email"] = json!("somebody@else.com");
        let answer = admin.post(path, body).await;
        assert_problem(&answer, 409, &["#/username"]);
        let mut body = body_with("email", json!("dEMO@eXAMPLE.COM"));
        body["username"] = json!("somebody-else");
        let answer = admin.post(path, body).await;
        assert_problem(&answer, 409, &["#/email"]);
        assert_eq!(answer.json["errors"][0]["code"], "taken");
    }
    herald.stop().await;
}

#[tokio::test]
async fn disabling_and_enabling_can_be_repeated() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    for (active, license) in [(false, "inactive"), (true, "active")] {
        for _ in 0..2 {
            let answer = admin.put(&format!("{PATH}/Demo/active"), json!({ "active": active })).await;
            assert_eq!((answer.status, answer.text.as_str()), (204, ""));
        }
        let demo = &admin.get(&format!("{PATH}?search=demo")).await.ok()["users"][0];
        assert_eq!((&demo["active"], &demo["licenseStatus"]), (&json!(active), &json!(license)));
    }
    herald.stop().await;
}

#[tokio::test]
async fn only_users_of_this_organization_are_found() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_organization("acme").await;
    admin.create_user_in("acme", "theirs").await;
    for username in ["theirs", "nobody", "admin@parallelworks.com"] {
        let answer = admin.put(&format!("{PATH}/{username}/active"), json!({ "active": false })).await;
        assert_problem(&answer, 404, &[]);
    }
    herald.stop().await;
}
