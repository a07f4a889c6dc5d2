//! The same functions called by a script: JSON with the right status, and no redirect.

use serde_json::Value;

use crate::support::{Answer, Client, PASSWORD, TestHerald};

#[tokio::test]
async fn a_success_is_json_without_a_flash() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let id = admin.organization_id("parallelworks").await;
    let answer = create(&admin, &id, "demo", "http://127.0.0.1:1024/").await;
    assert_eq!((answer.status, answer.header("location")), (200, ""));
    assert!(answer.header("content-type").starts_with("application/json"));
    assert_eq!(answer.json["webhook"]["name"], "demo");
    assert!(answer.set_cookies().is_empty());
    let rows = admin.call("webhooks/list", &[("scope", &id)]).await.ok();
    assert_eq!(rows[0]["webhook"], answer.json["webhook"]);
    herald.stop().await;
}

#[tokio::test]
async fn a_problem_has_its_own_status() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let id = admin.organization_id("parallelworks").await;
    let acme = admin.create_organization("acme").await;
    let acme = acme["id"].as_str().expect("an id");
    admin.create_user("member").await;
    let member = admin.log_in("member", PASSWORD).await;
    let url = "http://127.0.0.1:1024/";
    create(&admin, &id, "taken", url).await.ok();

    assert_problem(&create(&admin, &id, "", "ftp://a/").await, 422, "invalid_request", &["#/name", "#/url"]);
    assert_problem(&create(&admin, &id, "TAKEN", url).await, 409, "conflict", &["#/name"]);
    assert_problem(&create(&herald.client(), &id, "a", url).await, 401, "unauthenticated", &[]);
    assert_problem(&create(&member, &id, "a", url).await, 403, "forbidden", &[]);
    assert_problem(&create(&member, acme, "a", url).await, 404, "not_found", &[]);
    assert_problem(&create(&admin, "0123456789abcdef01234567", "a", url).await, 404, "not_found", &[]);
    let untyped = [("scope", id.as_str()), ("name", "a"), ("url", url)];
    let untyped = admin.call("webhooks/create", &untyped).await;
    assert_problem(&untyped, 422, "invalid_request", &["#/event_type"]);
    let nothing = admin.call("webhooks/delete", &[("scope", &id)]).await;
    assert_problem(&nothing, 422, "invalid_request", &["#/ids"]);
    let wrong = admin.call("session/sign-in", &[("username", "admin"), ("password", "wrong")]).await;
    assert_problem(&wrong, 401, "unauthenticated", &[]);
    herald.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_malformed() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for fields in [vec![], vec![("scope", "nonsense")], vec![("scope", "")]] {
        let answer = admin.call("webhooks/list", &fields).await;
        assert_problem(&answer, 400, "invalid_request", &[]);
    }
    let too_long = "x".repeat(300 * 1024);
    assert_eq!(admin.call("session/sign-in", &[("username", &too_long)]).await.status, 413);
    herald.stop().await;
}

#[tokio::test]
async fn an_unknown_function_is_not_found_and_tells_nothing() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for function in ["nothing", "webhooks", "webhooks/list/", "../api/organizations"] {
        for accept in ["application/json", "text/html"] {
            let request = admin.request("POST", &format!("/fn/{function}")).header("accept", accept).body("");
            let answer = Client::answer(request).await;
            assert_eq!(
                answer.status,
                // What leaves `/fn/` is the API's, which finds no organization's name in the empty body.
                if function.starts_with('.') { 400 } else { 404 },
                "{function} {accept}"
            );
            assert!(!answer.text.contains("server function"), "{}", answer.text);
        }
    }
    herald.stop().await;
}

#[tokio::test]
async fn nothing_is_called_by_get() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for function in ["session/sign-out", "webhooks/delete", "users/set-active"] {
        let answer = admin.get(&format!("/fn/{function}")).await;
        assert_eq!(answer.status, 405, "{function}");
    }
    assert_eq!(admin.get("/api/auth/whoami").await.status, 200, "still signed in");
    herald.stop().await;
}

#[tokio::test]
async fn who_is_signed_in_is_told_with_what_they_see() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    assert_eq!(herald.client().call("session/read", &[]).await.ok(), Value::Null);
    let session = admin.call("session/read", &[]).await.ok();
    assert_eq!((&session["username"], &session["platform_admin"]), (&"admin".into(), &true.into()));
    assert_eq!(session["organizations"][0]["organization"]["name"], "parallelworks");
    herald.stop().await;
}

async fn create(client: &Client, organization: &str, name: &str, url: &str) -> Answer {
    let fields = [("scope", organization), ("event_type", "USER_CREATED"), ("name", name), ("url", url)];
    client.call("webhooks/create", &fields).await
}

#[track_caller]
fn assert_problem(answer: &Answer, status: u16, code: &str, pointers: &[&str]) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.json["code"], code);
    assert_eq!(answer.json["status"], status);
    assert!(!answer.json["detail"].as_str().expect("a text").is_empty());
    assert_eq!(answer.pointers(), pointers, "{}", answer.text);
}

/// Who names the version that a change was made from overwrites nothing that somebody else has stored since.
#[tokio::test]
async fn a_change_is_refused_when_it_was_made_from_an_older_version_and_needs_none() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let id = admin.create_organization("acme").await["id"].as_str().expect("an id").to_owned();
    let group = admin.create_group("acme", "team", &[]).await["id"].as_str().expect("an id").to_owned();
    let (organization, of) = (("organization_id", id.as_str()), ("group_id", group.as_str()));
    let forms: [(&str, &str, &str, Vec<_>, Vec<_>); 3] = [
        ("organizations/read", "/seats_version", "organizations/set-seats", vec![], vec![("seats", "5")]),
        (
            "organizations/allowed-targets",
            "/version",
            "organizations/set-allowed-targets",
            vec![],
            vec![("targets", "")],
        ),
        ("groups/read", "/version", "groups/set-roles", vec![of], vec![("roles[]", "org:users")]),
    ];
    for (read, pointer, set, which, to) in forms {
        let version = async || {
            let mut fields = vec![organization];
            fields.extend(which.clone());
            let view = admin.call(read, &fields).await.ok();
            view.pointer(pointer).and_then(Value::as_str).expect("a version").to_owned()
        };
        let save = async |version: Option<&str>| {
            let mut fields = vec![organization];
            fields.extend(which.clone().into_iter().chain(to.clone()));
            fields.extend(version.map(|version| ("version", version)));
            admin.call(set, &fields).await
        };
        let first = version().await;
        save(Some(&first)).await.ok();
        assert_ne!(version().await, first, "{set}");
        let late = save(Some(&first)).await;
        assert_problem(&late, 409, "conflict", &[]);
        assert!(
            late.json["detail"].as_str().is_some_and(|words| words.starts_with("admin changed this")),
            "{}",
            late.text
        );
        save(Some(&version().await)).await.ok();
        save(None).await.ok();
    }
    let by_http = admin.get("/api/organizations/acme/allowed-targets").await.ok();
    assert_eq!(by_http["version"], Value::Null, "{by_http}");
    herald.stop().await;
}
