//! Organizations.

use serde_json::json;

use crate::{
    assert_id, assert_members, assert_problem, column,
    support::{PASSWORD, TestHerald},
};

const PATH: &str = "/api/organizations";

#[tokio::test]
async fn an_organization_is_answered_as_it_was_made() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let made = admin.create_organization(" Acme & Söhne ").await;
    assert_members(&made, &["id", "name", "displayName", "partner"]);
    assert_id(&made["id"]);
    let expected = json!({
        "id": made["id"], "name": "Acme & Söhne", "displayName": "Acme & Söhne", "partner": false,
    });
    assert_eq!(made, expected);
    assert_eq!(admin.get(&format!("{PATH}/acme%20&%20s%C3%B6hne")).await.ok(), expected);
    assert_eq!(
        column(&admin.get(PATH).await.ok()["organizations"], "name"),
        ["parallelworks", "Acme & Söhne"],
        "one's own first"
    );
    herald.stop().await;
}

#[tokio::test]
async fn one_lists_those_that_one_sees() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_organization("acme").await;
    admin.create_user_in("acme", "theirs").await;
    let theirs = admin.log_in("theirs", PASSWORD).await;
    let list = theirs.get(PATH).await.ok();
    assert_eq!(column(&list["organizations"], "name"), ["acme"]);
    let acme = &list["organizations"][0];
    assert_members(acme, &["id", "name", "displayName", "partner", "members", "selfService"]);
    assert_eq!(
        (&list["total"], &acme["members"], &acme["selfService"]),
        (&json!(1), &json!(1), &json!(false))
    );
    herald.stop().await;
}

#[tokio::test]
async fn a_bad_name_is_refused() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_organization("acme").await;
    for name in [json!(""), json!("a/b"), json!("x".repeat(101)), json!(".."), json!(3), json!(null)] {
        let answer = admin.post(PATH, json!({ "organizationName": name })).await;
        assert_problem(&answer, 422, &["#/organizationName"]);
    }
    for name in ["ACME", "ParallelWorks"] {
        let answer = admin.post(PATH, json!({ "organizationName": name })).await;
        assert_problem(&answer, 409, &["#/organizationName"]);
    }
    assert_problem(&admin.post(PATH, json!({})).await, 422, &["#/organizationName"]);
    let misnamed = json!({ "organizationName": "new", "name": "new" });
    assert_problem(&admin.post(PATH, misnamed).await, 422, &["#/name"]);
    assert_eq!(column(&admin.get(PATH).await.ok()["organizations"], "name").len(), 2);
    herald.stop().await;
}
