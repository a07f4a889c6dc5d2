//! Holds every answer of the API that a test gets against the document of the API.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::Answer;

/// As it is checked in: another test sees to it that the server serves the same.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../docs/openapi.json");
    let mut document = serde_json::from_str(text).expect("JSON");
    tighten(&mut document);
    document
});

type Place = (String, String, u16);

static VALIDATORS: LazyLock<Mutex<HashMap<Place, &'static Validator>>> = LazyLock::new(Mutex::default);

/// Panics where the document says nothing of such an answer, or something else.
pub fn check(method: &str, path: &str, answer: &Answer) {
    let method = method.to_lowercase();
    let Some((template, methods)) = paths().find(|(template, _)| matches(template, path)) else {
        return;
    };
    // What no operation answers is checked by itself.
    if answer.status >= 500 || methods.get(&method).is_none() || answer.status == 405 {
        return;
    }
    let place = format!("{method} {template}: {} {}", answer.status, answer.text);
    let response = resolved(&methods[&method]["responses"][answer.status.to_string()]);
    assert!(response.is_object(), "this status is not in the document: {place}");
    let Some(content) = response["content"].as_object() else {
        assert_eq!(answer.text, "", "the document has no body: {place}");
        return;
    };
    let media_type = answer.header("content-type");
    let content =
        content.get(media_type).unwrap_or_else(|| panic!("“{media_type}” is not in the document: {place}"));
    if media_type.ends_with("json") {
        let validator = validator((method, template.to_owned(), answer.status), &content["schema"]);
        let errors: Vec<String> = validator
            .iter_errors(&answer.json)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "not as the document says: {place}\n{errors:#?}");
    }
}

fn paths() -> impl Iterator<Item = (&'static String, &'static Value)> {
    DOCUMENT["paths"].as_object().expect("paths").iter()
}

fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut found) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found))
                if wanted == found || (wanted.starts_with('{') && !found.is_empty()) => {}
            _ => return false,
        }
    }
}

fn resolved(response: &'static Value) -> &'static Value {
    let Some(path) = response["$ref"].as_str() else {
        return response;
    };
    DOCUMENT.pointer(path.trim_start_matches('#')).expect("the document refers to what is in it")
}

/// Compiled once, for as long as the tests run.
fn validator(place: Place, schema: &Value) -> &'static Validator {
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(place).or_insert_with(|| {
        let whole = json!({ "allOf": [schema], "components": DOCUMENT["components"] });
        Box::leak(Box::new(jsonschema::validator_for(&whole).expect("a schema")))
    })
}

/// A member that the document does not name is an error here, so that none is answered unsaid.
fn tighten(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(tighten),
        Value::Object(members) => {
            members.values_mut().for_each(tighten);
            if is_shape(members) {
                members.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        _ => {}
    }
}

fn is_shape(members: &Map<String, Value>) -> bool {
    members.get("type").is_some_and(|kind| kind == "object")
        && members.contains_key("properties")
        && !members.contains_key("additionalProperties")
}
