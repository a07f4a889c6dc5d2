//! Paths and methods: what is not there is a problem too.

use crate::{assert_problem, support::TestHerald};

#[tokio::test]
async fn an_unknown_path_of_the_api_is_not_found_for_everyone() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let paths = [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/organizations/parallelworks/nothing",
        "/api/organizations/parallelworks/webhooks/",
        "/api/organizations/parallelworks/webhooks/a/b/c",
    ];
    for path in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            for client in [&admin, &herald.client()] {
                let answer = client.send(method, path, "{}").await;
                assert_eq!(answer.status, 404, "{method} {path}");
                assert_problem(&answer, 404, &[]);
            }
        }
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_wrong_method_is_refused_and_the_right_ones_named() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let organization = "/api/organizations/parallelworks";
    let cases = [
        ("PUT", format!("{organization}/webhooks"), vec!["GET", "HEAD", "POST"]),
        ("GET", format!("{organization}/webhooks/demo"), vec!["DELETE", "PATCH"]),
        ("POST", format!("{organization}/seats"), vec!["GET", "HEAD", "PATCH"]),
        ("GET", "/api/sso/password/login".to_owned(), vec!["POST"]),
        ("DELETE", "/api/auth/whoami".to_owned(), vec!["GET", "HEAD"]),
        ("OPTIONS", "/api/organizations".to_owned(), vec!["GET", "HEAD", "POST"]),
    ];
    for (method, path, allowed) in cases {
        let answer = admin.send(method, &path, "{}").await;
        assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text);
        assert_problem(&answer, 405, &[]);
        let mut named: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
        named.sort_unstable();
        assert_eq!(named, allowed, "{method} {path}");
    }
    herald.stop().await;
}

#[tokio::test]
async fn odd_segments_name_nothing() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    for name in ["a%2Fb", "%2e%2e%2f", "%00", "%FF", "%C3%28", "%20", "%", "a%", "%ZZ", "' OR 1=1 --"] {
        let paths = [
            format!("/api/organizations/{name}/webhooks"),
            format!("/api/organizations/parallelworks/webhooks/{name}/secret"),
            format!("/api/organizations/parallelworks/groups/{name}"),
        ];
        for path in paths {
            let answer = admin.get(&path).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.text);
            assert_problem(&answer, 404, &[]);
            assert_problem(&herald.client().get(&path).await, 401, &[]);
        }
    }
    herald.stop().await;
}

#[tokio::test]
async fn the_names_of_a_path_compare_without_case() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    admin.create_user("demo").await;
    let paths = ["/api/organizations/ParallelWorks", "/api/organizations/PARALLELWORKS/users"];
    for path in paths {
        assert_eq!(admin.get(path).await.status, 200, "{path}");
    }
    let active = "/api/organizations/parallelWORKS/users/DeMo/active";
    assert_eq!(admin.put(active, serde_json::json!({ "active": false })).await.status, 204);
    herald.stop().await;
}

#[tokio::test]
async fn head_is_answered_as_get_without_a_body() {
    let herald = TestHerald::start().await;
    let admin = herald.first_admin().await;
    let answer = admin.send("HEAD", "/api/organizations/parallelworks/webhooks", "").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(answer.header("content-type"), "application/json");
    herald.stop().await;
}

#[tokio::test]
async fn health_is_told_without_credentials() {
    let herald = TestHerald::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(herald.client().get(path).await.status, 200, "{path}");
    }
    herald.store.close().await;
    assert_eq!(herald.client().get("/healthz").await.status, 200, "the process lives");
    assert_eq!(herald.client().get("/readyz").await.status, 503, "it cannot store events");
    herald.stop().await;
}
