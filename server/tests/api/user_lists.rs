//! Listing users: pages, search, order.

use serde_json::{Value, json};

use crate::{
    assert_problem, column,
    support::{Client, TestHerald},
    users::PATH,
};

/// `admin` and these, made a second apart: user name, e-mail, name, active.
const USERS: [(&str, &str, &str, bool); 4] = [
    ("delta", "d@one.example", "Alma", true),
    ("Alpha", "x@two.example", "Zoë", false),
    ("charlie", "b@one.example", "Émile", true),
    ("bravo", "c@two.example", "Bob", true),
];

async fn with_users() -> (TestHerald, Client) {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for (username, email, name, active) in USERS {
        herald.clock.advance(std::time::Duration::from_secs(1));
        let body = json!({ "username": username, "email": email, "name": name, "active": active });
        admin.post(PATH, body).await.ok();
    }
    (herald, admin)
}

/// The user names that a query answers, and how many match in all.
async fn ask(admin: &Client, query: &str) -> (Vec<String>, u64) {
    let answer: Value = admin.get(&format!("{PATH}?{query}")).await.ok();
    crate::assert_members(&answer, &["total", "users"]);
    let names = column(&answer["users"], "username").into_iter().map(str::to_owned).collect();
    (names, answer["total"].as_u64().expect("a number"))
}

#[tokio::test]
async fn users_come_in_the_order_asked_for() {
    let (herald, admin) = with_users().await;
    let cases = [
        ("", ["admin", "Alpha", "bravo", "charlie", "delta"]),
        ("sortBy=username&sortDir=asc", ["admin", "Alpha", "bravo", "charlie", "delta"]),
        ("sortBy=username&sortDir=desc", ["delta", "charlie", "bravo", "Alpha", "admin"]),
        ("sortDir=desc", ["delta", "charlie", "bravo", "Alpha", "admin"]),
        ("sortBy=email", ["admin", "charlie", "bravo", "delta", "Alpha"]),
        ("sortBy=name", ["admin", "delta", "bravo", "Alpha", "charlie"]),
        ("sortBy=createdAt", ["admin", "delta", "Alpha", "charlie", "bravo"]),
        ("sortBy=createdAt&sortDir=desc", ["bravo", "charlie", "Alpha", "delta", "admin"]),
    ];
    for (query, expected) in cases {
        let (names, total) = ask(&admin, query).await;
        assert_eq!((names, total), (expected.map(str::to_owned).to_vec(), 5), "{query}");
    }
    assert_eq!(
        ask(&admin, "sortBy=lastLogin&sortDir=desc").await.0[0],
        "admin",
        "who has logged in comes first"
    );
    herald.stop().await;
}

#[tokio::test]
async fn a_page_is_a_part_and_the_total_is_not() {
    let (herald, admin) = with_users().await;
    let cases: [(&str, &[&str], u64); 7] = [
        ("limit=2", &["admin", "Alpha"], 5),
        ("limit=2&skip=2", &["bravo", "charlie"], 5),
        ("limit=2&skip=4", &["delta"], 5),
        ("skip=5", &[], 5),
        ("limit=0", &[], 5),
        ("limit=1&active=true&sortDir=desc", &["delta"], 4),
        ("limit=1000&skip=0&search=&active=", &["admin", "Alpha", "bravo", "charlie", "delta"], 5),
    ];
    for (query, expected, total) in cases {
        let expected: Vec<String> = expected.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(ask(&admin, query).await, (expected, total), "{query}");
    }
    herald.stop().await;
}

#[tokio::test]
async fn search_finds_parts_of_names_and_emails_in_any_case() {
    let (herald, admin) = with_users().await;
    let cases: [(&str, &[&str]); 9] = [
        ("search=ALPH", &["Alpha"]),
        ("search=one.example", &["charlie", "delta"]),
        ("search=zo%C3%8B", &["Alpha"]),
        ("search=+bob+", &["bravo"]),
        ("search=nobody", &[]),
        ("search=%25", &[]),
        ("search=_", &[]),
        ("search=two&active=true", &["bravo"]),
        ("active=false", &["Alpha"]),
    ];
    for (query, expected) in cases {
        let (names, total) = ask(&admin, query).await;
        assert_eq!(
            (names, total),
            (expected.iter().map(|name| (*name).to_owned()).collect(), expected.len() as u64),
            "{query}"
        );
    }
    assert_eq!(ask(&admin, "active=all").await.1, 5);
    herald.stop().await;
}

#[tokio::test]
async fn only_users_of_the_organization_are_listed() {
    let (herald, admin) = with_users().await;
    admin.create_organization("acme").await;
    admin.create_user_in("acme", "theirs").await;
    admin.create_group("parallelworks", "guests", &["org:users"]).await;
    admin.add_member("parallelworks", "guests", "theirs").await;
    assert_eq!(ask(&admin, "search=theirs").await, (vec![], 0));
    assert_eq!(ask(&admin, "").await.1, 5);
    herald.stop().await;
}

#[tokio::test]
async fn a_bad_query_is_named() {
    let (herald, admin) = with_users().await;
    for (query, pointers) in [
        ("limit=-1", vec!["#/limit"]),
        ("limit=many", vec!["#/limit"]),
        ("limit=1001", vec!["#/limit"]),
        ("limit=99999999999999999999", vec!["#/limit"]),
        ("skip=-1", vec!["#/skip"]),
        ("skip=1.5", vec!["#/skip"]),
        ("active=maybe", vec!["#/active"]),
        ("sortBy=password", vec!["#/sortBy"]),
        ("sortDir=up", vec!["#/sortDir"]),
        (
            "limit=x&skip=x&active=x&sortBy=x&sortDir=x",
            vec!["#/limit", "#/skip", "#/active", "#/sortBy", "#/sortDir"],
        ),
    ] {
        assert_problem(&admin.get(&format!("{PATH}?{query}")).await, 422, &pointers);
    }
    herald.stop().await;
}
