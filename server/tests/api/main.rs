//! The HTTP API as the reference has it: what each operation answers, and what it says to bad input.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod bodies;
mod custom_headers;
mod deliveries;
mod delivery_page;
mod feed;
mod find;
mod functions;
mod groups;
mod organizations;
mod paths;
mod platform_webhooks;
mod publishing;
mod seats;
mod secrets;
mod session;
mod user_lists;
mod users;
mod webhook_changes;
mod webhooks;

use serde_json::Value;

use support::Answer;

/// A problem as RFC 9457 and the older clients have it, with an error at each of these members and no other.
#[track_caller]
fn assert_problem(answer: &Answer, status: u16, pointers: &[&str]) {
    let problem = &answer.json;
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let code = match status {
        400 | 405 | 413 | 422 => "invalid_request",
        401 => "unauthenticated",
        403 => "forbidden",
        404 | 410 => "not_found",
        409 => "conflict",
        other => panic!("{other} is not expected anywhere"),
    };
    assert_members(problem, &["type", "title", "status", "detail", "code", "errors", "error", "message"]);
    assert_eq!(
        (&problem["code"], &problem["status"], &problem["error"]),
        (&code.into(), &status.into(), &true.into())
    );
    assert_eq!(problem["detail"], problem["message"]);
    for text in [&problem["type"], &problem["title"], &problem["detail"]] {
        assert!(!text.as_str().expect("a text").is_empty(), "{problem}");
    }
    for error in problem["errors"].as_array().expect("a list") {
        assert_members(error, &["code", "detail", "pointer"]);
        assert!(!error["code"].as_str().expect("a text").is_empty(), "{problem}");
        assert!(error["detail"].as_str().expect("a text").ends_with('.'), "a sentence: {problem}");
    }
    assert_eq!(sorted(answer.pointers()), sorted(pointers.to_vec()), "{problem}");
}

/// An object with exactly these members.
#[track_caller]
fn assert_members(value: &Value, members: &[&str]) {
    let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    assert_eq!(
        sorted(object.keys().map(String::as_str).collect()),
        sorted(members.to_vec()),
        "the members of {value}"
    );
}

/// 24 lower-case hexadecimal digits.
#[track_caller]
fn assert_id(value: &Value) {
    let id = value.as_str().expect("a text");
    assert!(id.len() == 24 && id.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')), "{id}");
}

/// A member of every object of a list, in its order.
fn column<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    let rows = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    rows.iter().map(|row| row[member].as_str().expect("a text")).collect()
}

fn sorted(mut texts: Vec<&str>) -> Vec<&str> {
    texts.sort_unstable();
    texts
}
