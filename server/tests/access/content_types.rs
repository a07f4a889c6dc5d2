//! Bodies of other types than JSON, on every operation that changes something.

use domain::{Method, Operation};
use serde_json::json;

use crate::{
    Caller,
    operations::{TABLE, assert_refused, method, names_organization},
    refusal,
    support::{Answer, Client},
    world::{ACME, World},
};

const FORM: &str = "application/x-www-form-urlencoded";
const OTHERS: [&str; 7] = [
    FORM,
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/xml",
    "application/jsonp",
    "text/html+json",
    "",
];

/// A platform admin's key: no browser adds it by itself, so that only the type is in the way.
async fn by_key(world: &World) -> Client {
    let made = world.admin.post("/api/apikeys", json!({})).await.ok();
    world.herald.client().authorized(&format!("Bearer {}", made["key"].as_str().expect("a key")))
}

fn writes() -> impl Iterator<Item = (Operation, String)> {
    let writes = TABLE.iter().map(|(operation, ..)| *operation).filter(|one| one.method() != Method::Get);
    writes.map(|operation| {
        let path = operation.path().replace("{organization}", ACME).replace(['{', '}'], "");
        (operation, path)
    })
}

async fn send(caller: &Client, operation: Operation, path: &str, types: &[&str]) -> Answer {
    let mut request = caller.request(method(operation), path).body("name=a&enabled=true");
    for kind in types {
        request = request.header("content-type", *kind);
    }
    Client::answer(request).await
}

#[tokio::test]
async fn every_operation_refuses_other_types_and_says_what_to_send() {
    let world = World::start().await;
    let by_key = by_key(&world).await;
    for (operation, path) in writes() {
        for kind in OTHERS {
            let answer = send(&by_key, operation, &path, &[kind]).await;
            assert_eq!(answer.status, 415, "{operation:?} {kind}: {}", answer.text);
            assert_eq!(answer.json["code"], "invalid_request", "{operation:?} {kind}");
            assert_eq!(
                answer.json["detail"],
                format!(
                    "The body must be JSON, and it says “{kind}”. Send the header “Content-Type: application/json”."
                )
            );
        }
        let twice = send(&by_key, operation, &path, &["application/json", FORM]).await;
        assert_eq!(twice.status, 415, "{operation:?}: {}", twice.text);
    }
    world.herald.stop().await;
}

#[tokio::test]
async fn who_calls_is_checked_before_the_type() {
    let world = World::start().await;
    for (operation, who, _) in TABLE.iter().filter(|(one, ..)| one.method() != Method::Get) {
        let path = operation.path().replace("{organization}", ACME).replace(['{', '}'], "");
        for caller in Caller::ALL {
            if let Some(status) = refusal(*who, caller, names_organization(*operation)) {
                let answer = send(&world.client(caller), *operation, &path, &["application/xml"]).await;
                assert_refused(&answer, status, *operation, caller);
            }
        }
    }
    world.herald.stop().await;
}

#[tokio::test]
async fn json_by_whatever_name_is_read_and_so_is_what_a_program_says_nothing_of() {
    let world = World::start().await;
    let by_key = by_key(&world).await;
    let answer = async |caller: &Client, kind: Option<&str>, body: &'static str| {
        let request = caller.request("POST", "/api/apikeys").body(body);
        let request = kind.into_iter().fold(request, |request, kind| request.header("content-type", kind));
        Client::answer(request).await
    };
    for kind in [
        None,
        Some("application/json"),
        Some("Application/JSON ; charset=utf-8"),
        Some("application/merge-patch+json"),
    ] {
        assert_eq!(answer(&by_key, kind, "{}").await.status, 200, "{kind:?}");
    }
    // A form without fields, as some programs send it, has nothing that could be misread.
    assert_eq!(answer(&by_key, Some(FORM), "").await.status, 200);
    // A browser adds the cookie to what another site sends, and such a body may say nothing of itself.
    let untold = answer(&world.admin, None, "{}").await;
    assert_eq!(untold.status, 415, "{}", untold.text);
    assert!(untold.text.contains("it says nothing of its type"), "{}", untold.text);
    assert_eq!(answer(&world.admin, None, "").await.status, 200);
    world.herald.stop().await;
}
