//! Organizations.

use serde_json::{Value, json};

use crate::{
    assert_id, assert_members, assert_problem, column,
    support::{Client, PASSWORD, TestHerald},
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

/// The names that a query answers, and how many match in all.
async fn ask(caller: &Client, query: &str) -> (Vec<String>, u64) {
    let answer = caller.get(&format!("{PATH}?{query}")).await.ok();
    assert_members(&answer, &["total", "organizations"]);
    let names = column(&answer["organizations"], "name").into_iter().map(str::to_owned).collect();
    (names, answer["total"].as_u64().expect("a number"))
}

#[tokio::test]
async fn a_page_is_a_part_of_what_matches_and_the_total_is_all_of_it() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for name in ["delta", "Alpha", "Zoë & Söhne", "bravo"] {
        admin.create_organization(name).await;
    }
    let own_first: &[&str] = &["parallelworks", "Alpha", "bravo", "delta", "Zoë & Söhne"];
    let cases: [(&str, &[&str], u64); 17] = [
        ("", own_first, 5),
        ("limit=0", own_first, 5),
        ("limit=1000&offset=0&search=&sortBy=managedBy&sortDir=asc", own_first, 5),
        ("limit=2", &["parallelworks", "Alpha"], 5),
        ("limit=2&offset=2", &["bravo", "delta"], 5),
        ("limit=2&offset=4", &["Zoë & Söhne"], 5),
        ("offset=3", &["delta", "Zoë & Söhne"], 5),
        ("offset=5", &[], 5),
        ("sortBy=name", &["Alpha", "bravo", "delta", "parallelworks", "Zoë & Söhne"], 5),
        ("sortBy=name&sortDir=desc&limit=2", &["Zoë & Söhne", "parallelworks"], 5),
        ("sortDir=desc&limit=1&offset=4", &["parallelworks"], 5),
        ("search=ZO%C3%8B", &["Zoë & Söhne"], 1),
        ("search=+ALPH+", &["Alpha"], 1),
        ("search=a&limit=1&offset=1", &["Alpha"], 4),
        ("search=nobody", &[], 0),
        ("search=%25", &[], 0),
        ("search=_", &[], 0),
    ];
    for (query, expected, total) in cases {
        let expected: Vec<String> = expected.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(ask(&admin, query).await, (expected, total), "{query}");
    }
    // Whoever is no platform admin finds none that they do not see.
    admin.create_user_in("bravo", "theirs").await;
    let theirs = admin.log_in("theirs", PASSWORD).await;
    assert_eq!(ask(&theirs, "search=a").await, (vec!["bravo".to_owned()], 1));
    for (query, pointers) in [
        ("limit=-1", vec!["#/limit"]),
        ("limit=1001", vec!["#/limit"]),
        ("offset=1.5", vec!["#/offset"]),
        ("skip=1", vec!["#/skip"]),
        ("sortBy=x&sortDir=x&limit=x&offset=x", vec!["#/sortBy", "#/sortDir", "#/limit", "#/offset"]),
    ] {
        assert_problem(&admin.get(&format!("{PATH}?{query}")).await, 422, &pointers);
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_page_of_them_is_found_by_part_of_a_name_and_seats_are_for_platform_admins() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for number in 10..63 {
        admin.create_organization(&format!("Ärzte-{number}")).await;
    }
    admin.create_user_in("Ärzte-10", "theirs").await;
    let find = async |client: &Client, search: &str, page: &str| {
        client.call("organizations/list", &[("search", search), ("page", page)]).await.ok()
    };
    let names = |found: &Value| -> Vec<Value> {
        let rows = found["organizations"].as_array().expect("a list");
        rows.iter().map(|row| row["organization"]["name"].clone()).collect()
    };
    let last = find(&admin, " ärzte ", "2").await;
    assert_eq!(names(&last), ["Ärzte-60", "Ärzte-61", "Ärzte-62"]);
    assert_eq!((&last["total"], &last["page"], &last["pages"]), (&json!(53), &json!(2), &json!(2)));
    assert_eq!(last["organizations"][0]["seats"], json!({ "seats": null, "usedSeats": 0 }));
    assert_eq!(find(&admin, "ärzte", "99").await, last, "behind the last is the last");
    assert_eq!(names(&find(&admin, "%", "1").await), Vec::<Value>::new(), "nothing in it is a pattern");
    let theirs = admin.log_in("theirs", PASSWORD).await;
    let own = find(&theirs, "", "0").await;
    assert_eq!((names(&own), &own["organizations"][0]["seats"]), (vec![json!("Ärzte-10")], &Value::Null));
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
