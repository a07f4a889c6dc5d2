//! The audit log: what every act leaves in it, and how it is read.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod acts;
mod failures;
mod reading;
mod retention;
#[path = "../support/mod.rs"]
mod support;

use serde_json::Value;
use support::Client;

const EVENTS: &str = "/api/organizations/parallelworks/events";

/// The newest entries first.
async fn log(client: &Client, query: &str) -> Vec<Value> {
    let page = client.get(&format!("{EVENTS}?{query}")).await.ok();
    page["events"].as_array().expect("a list").clone()
}

/// The newest entry of a type; there has to be one.
async fn newest(client: &Client, act: &str) -> Value {
    let found = log(client, &format!("limit=1&type={act}")).await.pop();
    found.unwrap_or_else(|| panic!("no {act} in the log"))
}
