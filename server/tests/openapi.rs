//! The document of the API and its page: what is checked in is what is served, and everything is in it. That answers are as it
//! says is checked wherever a test gets one (`support/document.rs`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

mod support;

use std::{collections::HashSet, fs, path::Path};

use domain::{Method, Operation, Who};
use serde_json::Value;

use support::TestHerald;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");

async fn served() -> (String, Value) {
    let herald = TestHerald::start().await;
    let answer = herald.client().get("/api/openapi.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    herald.stop().await;
    (answer.text, answer.json)
}

#[tokio::test]
async fn what_is_checked_in_is_what_is_served() {
    let (text, _) = served().await;
    if std::env::var_os("UPDATE").is_some() {
        fs::write(Path::new(FILE), &text).expect("written");
    }
    let checked_in = fs::read_to_string(FILE).unwrap_or_default();
    let is_same = checked_in == text;
    assert!(
        is_same,
        "docs/openapi.json is not what is served: run `UPDATE=1 cargo test -p server --test openapi`"
    );
}

#[tokio::test]
async fn every_operation_of_the_table_is_in_it_and_no_other() {
    let (_, document) = served().await;
    let mut ids = HashSet::new();
    for operation in Operation::ALL {
        let method = match operation.method() {
            Method::Get => "get",
            Method::Post => "post",
            Method::Put => "put",
            Method::Patch => "patch",
            Method::Delete => "delete",
        };
        let entry = &document["paths"][operation.path()][method];
        assert!(entry.is_object(), "{operation:?} is missing");
        assert!(ids.insert(entry["operationId"].as_str().expect("an id").to_owned()), "{operation:?}");
        let responses = entry["responses"].as_object().expect("answers");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{operation:?} never succeeds");
        assert!(operation.who() == Who::Anyone || responses.contains_key("401"), "{operation:?}");
        let in_path =
            entry["parameters"].as_array().unwrap().iter().filter(|one| one["in"] == "path").count();
        assert_eq!(in_path, operation.path().matches('{').count(), "{operation:?}");
    }
    let paths = document["paths"].as_object().expect("paths");
    let all: usize = paths.values().map(|methods| methods.as_object().expect("methods").len()).sum();
    assert_eq!(all, Operation::ALL.len());
}

#[tokio::test]
async fn whatever_it_refers_to_is_in_it_and_its_examples_are_as_it_says() {
    let (_, document) = served().await;
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, entry) in methods.as_object().unwrap() {
            let content = &entry["requestBody"]["content"]["application/json"];
            if content.is_null() {
                continue;
            }
            let mut schema = content["schema"].clone();
            schema["components"] = document["components"].clone();
            let validator = jsonschema::validator_for(&schema).expect("a schema");
            assert!(validator.is_valid(&content["example"]), "{method} {path}: {}", content["example"]);
        }
    }
}

fn collect<'d>(value: &'d Value, references: &mut Vec<&'d str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| collect(member, references));
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_page_shows_every_operation_and_loads_nothing_from_elsewhere() {
    let herald = TestHerald::start().await;
    let page = herald.client().get("/api/docs").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"));
    for operation in Operation::ALL {
        assert!(page.text.contains(&format!("<code>{}</code>", operation.path())), "{operation:?}");
    }
    for sign in ["<script", "src=", "//", "style="] {
        let found: Vec<&str> =
            page.text.match_indices(sign).map(|(at, _)| &page.text[at - 30..at + 30]).collect();
        assert!(found.iter().all(|around| around.contains("https://hooks.example.com")), "{sign}: {found:?}");
    }
    let style = herald.client().get("/api/docs.css").await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(style.text.contains("light-dark("), "it follows the reader's choice");
    for path in ["/api/docs", "/api/openapi.json"] {
        assert_eq!(herald.client().post(path, Value::Null).await.status, 405, "{path}");
    }
    herald.stop().await;
}
