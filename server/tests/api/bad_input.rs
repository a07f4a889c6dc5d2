//! Bad input for every operation of the document: each is refused with what is wrong, and none fails inside.

use serde_json::{Map, Value, json};

use crate::support::{Answer, Client, Receiver, TestHerald};

struct Entry {
    method: String,
    path: String,
    entry: Value,
}

impl Entry {
    fn example(&self) -> Option<&Value> {
        let example = &self.entry["requestBody"]["content"]["application/json"]["example"];
        (!example.is_null()).then_some(example)
    }

    fn properties(&self) -> Map<String, Value> {
        let schema = &self.entry["requestBody"]["content"]["application/json"]["schema"];
        // Of what may be one or many: the one.
        let schema = if schema["oneOf"].is_array() { &schema["oneOf"][0] } else { schema };
        schema["properties"].as_object().cloned().unwrap_or_default()
    }

    fn query(&self) -> impl Iterator<Item = &str> {
        let parameters = self.entry["parameters"].as_array().expect("a list").iter();
        parameters.filter(|one| one["in"] == "query").map(|one| one["name"].as_str().expect("a name"))
    }
}

/// What a path can name.
struct Named {
    webhook: String,
    delivery: String,
    job: String,
}

impl Named {
    /// A webhook at this path that has delivered, and a job of it.
    async fn of(admin: &Client, webhooks: &str, webhook: &str) -> Self {
        let path = format!("{webhooks}/{webhook}");
        let delivery = admin.get(&format!("{path}/deliveries")).await.ok()["deliveries"][0]["id"].clone();
        let job = admin.post(&format!("{path}/redeliver"), json!({})).await.ok()["job"].clone();
        let text = |value: Value| value.as_str().expect("an id").to_owned();
        Self { webhook: webhook.to_owned(), delivery: text(delivery), job: text(job) }
    }

    fn put_into(&self, template: &str) -> String {
        [
            ("{organization}", "parallelworks"),
            ("{webhook}", &self.webhook),
            ("{user}", "demo"),
            ("{group}", "crew"),
            ("{delivery}", &self.delivery),
            ("{job}", &self.job),
        ]
        .iter()
        .fold(template.to_owned(), |path, (name, value)| path.replace(name, value))
    }
}

/// Every operation, with its path as `name` makes it of the document's.
async fn entries(client: &Client, name: impl Fn(&str) -> String) -> Vec<Entry> {
    let document = client.get("/api/openapi.json").await.ok();
    let mut entries = Vec::new();
    for (template, methods) in document["paths"].as_object().expect("paths") {
        let path = name(template);
        for (method, entry) in methods.as_object().expect("methods") {
            entries.push(Entry { method: method.to_uppercase(), path: path.clone(), entry: entry.clone() });
        }
    }
    assert!(entries.len() > 40, "{}", entries.len());
    entries
}

/// An admin, and what paths can name: two webhooks with a delivery and a job each, a user, a group.
async fn world(herald: &TestHerald) -> (Client, Vec<Entry>) {
    let admin = herald.first_admin().await;
    let receiver = Receiver::start().await;
    let webhook = admin.create_webhook("USER_LOGIN", &receiver.url("/")).await;
    let webhook = webhook["name"].as_str().expect("a name");
    let everywhere =
        json!({ "enabled": true, "name": "everywhere", "type": "USER_LOGIN", "url": receiver.url("/") });
    admin.post("/api/platform/webhooks", everywhere).await.ok();
    admin.create_user("demo").await;
    admin.create_group("parallelworks", "crew", &[]).await;
    admin.publish_login("demo").await;
    admin.until_delivery(webhook, |delivery| delivery["status"] == "delivered").await;
    let own = Named::of(&admin, "/api/organizations/parallelworks/webhooks", webhook).await;
    let platform = Named::of(&admin, "/api/platform/webhooks", "everywhere").await;
    let of_platform = |template: &str| template.starts_with("/api/platform/");
    let named = |template: &str| if of_platform(template) { &platform } else { &own }.put_into(template);
    let entries = entries(&admin, named).await;
    (admin, entries)
}

#[track_caller]
fn assert_refused(answer: &Answer, statuses: &[u16], what: &str) {
    assert!(statuses.contains(&answer.status), "{what}: {} {}", answer.status, answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    assert!(answer.json["detail"].as_str().is_some_and(|detail| detail.len() > 8), "{what}: {}", answer.text);
}

#[tokio::test]
async fn members_that_are_unknown_or_of_a_wrong_type_are_named() {
    let herald = TestHerald::start().await;
    let (admin, entries) = world(&herald).await;
    for entry in &entries {
        let Some(example) = entry.example() else { continue };
        let what = format!("{} {}", entry.method, entry.path);
        let mut body = example.clone();
        body["sur/prise~"] = json!(1);
        let answer = admin.send(&entry.method, &entry.path, body.to_string()).await;
        assert_refused(&answer, &[422], &what);
        assert_eq!(answer.pointers(), ["#/sur~1prise~0"], "{what}");

        let mut all_wrong = example.clone();
        let properties = entry.properties();
        for name in properties.keys() {
            for wrong in [json!([[1]]), json!(1e300), json!(-1.5)] {
                let mut body = example.clone();
                body[name] = wrong;
                let answer = admin.send(&entry.method, &entry.path, body.to_string()).await;
                assert_refused(&answer, &[422], &format!("{what}: {body}"));
                let pointer = format!("#/{name}");
                assert!(
                    answer.pointers().iter().any(|found| *found == pointer),
                    "{what} {name}: {}",
                    answer.text
                );
            }
            all_wrong[name] = json!([[1]]);
        }
        if !properties.is_empty() && !properties.contains_key("payload") {
            let answer = admin.send(&entry.method, &entry.path, all_wrong.to_string()).await;
            assert_eq!(
                answer.pointers().len(),
                properties.len(),
                "all of them in one round: {}",
                answer.text
            );
        }
    }
    herald.stop().await;
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let herald = TestHerald::start().await;
    let (admin, entries) = world(&herald).await;
    let deep = format!("{{\"a\":{}", "[".repeat(50_000));
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(2 * 1024 * 1024));
    let batch = format!("[{{\"a\":\"{}\"}}]", "x".repeat(5 * 1024 * 1024));
    let bodies: [(&[u8], &[u16]); 9] = [
        (b"{\"a\":1,\"a\":2}", &[400]),
        (b"{\"a\":\"\xff\"}", &[400]),
        (b"{\"a\":\"\\ud800\"}", &[400]),
        (b"{\"a\":1e999999}", &[400, 422]),
        (b"\"text\"", &[400]),
        (b"{", &[400]),
        (deep.as_bytes(), &[400]),
        (long.as_bytes(), &[413]),
        (batch.as_bytes(), &[413]),
    ];
    for entry in entries.iter().filter(|entry| entry.example().is_some()) {
        for (body, statuses) in bodies {
            let what = format!("{} {}: {:?}", entry.method, entry.path, &body[..body.len().min(30)]);
            let answer = admin.send(&entry.method, &entry.path, body.to_vec()).await;
            assert_refused(&answer, statuses, &what);
        }
    }
    herald.stop().await;
}

#[tokio::test]
async fn parameters_that_are_unknown_or_wrong_are_named() {
    let herald = TestHerald::start().await;
    let (admin, entries) = world(&herald).await;
    // Whatever text they hold, it can be looked for.
    let free = ["search", "actor", "actorType", "targetType", "targetId"];
    for entry in &entries {
        let what = format!("{} {}", entry.method, entry.path);
        let send = |query: String| {
            let path = format!("{}?{query}", entry.path);
            let body = entry.example().map_or_else(String::new, Value::to_string);
            let admin = admin.clone();
            async move { admin.send(&entry.method, &path, body).await }
        };
        let unknown = send("sur%2Fprise=1".to_owned()).await;
        assert_refused(&unknown, &[422], &what);
        assert_eq!(unknown.pointers(), ["#/sur~1prise"], "{what}");
        assert_refused(&send("%FF=%FF".to_owned()).await, &[400, 422], &what);
        for name in entry.query() {
            let is_text = free.contains(&name) || (name == "type" && entry.path.contains("/events"));
            for value in ["%00", "%F0%9F%92%A9", "99999999999999999999999999", "-1", "'%20OR%201=1--"] {
                let answer = send(format!("{name}={value}")).await;
                if is_text {
                    assert_eq!(answer.status, 200, "{what}?{name}={value}: {}", answer.text);
                } else {
                    assert_refused(&answer, &[422], &format!("{what}?{name}={value}"));
                    assert_eq!(answer.pointers(), [format!("#/{name}")], "{what}");
                }
            }
        }
    }
    herald.stop().await;
}

#[tokio::test]
async fn paths_that_name_nothing_are_not_found() {
    let herald = TestHerald::start().await;
    let (admin, _) = world(&herald).await;
    let long = "a".repeat(5_000);
    let odd = [
        "a%2Fb",
        "%00",
        "%2e%2e",
        "%FF",
        "66ec434e84b4103f670cb61",
        "66EC434E84B4103F670CB617",
        "%20",
        &long,
    ];
    for value in odd {
        for entry in entries(&admin, str::to_owned).await.iter().filter(|entry| entry.path.contains('{')) {
            let segments = entry.path.split('/').map(|part| if part.starts_with('{') { value } else { part });
            let everywhere = segments.collect::<Vec<_>>().join("/");
            let last = entry.path.replace("{organization}", "parallelworks");
            let last = last.split('/').map(|part| if part.starts_with('{') { value } else { part });
            let last = last.collect::<Vec<_>>().join("/");
            let body = entry.example().map_or_else(String::new, Value::to_string);
            for path in [Some(everywhere), last.contains(value).then_some(last)].into_iter().flatten() {
                let answer = admin.send(&entry.method, &path, body.clone()).await;
                assert_refused(&answer, &[404], &format!("{} {path}", entry.method));
            }
        }
    }
    herald.stop().await;
}
