//! The environment's proxies are not used: one would open the connection in place of the guard.

use std::{env, process::Command};

use super::{receiver::Receiver, *};

const AGAIN: &str = "HERALD_TEST_WITH_PROXY";

/// Runs itself again with proxies in the environment, since a running process cannot change its own safely.
#[tokio::test]
async fn proxies_in_the_environment_are_ignored() {
    if env::var_os(AGAIN).is_some() {
        return sends_past_the_proxy().await;
    }
    let this = std::thread::current().name().expect("a test's thread has its name").to_owned();
    let proxy = "http://127.0.0.1:1";
    let mut again = Command::new(env::current_exe().expect("this program"));
    again.args(["--exact", &this]).env(AGAIN, "1").env_remove("NO_PROXY").env_remove("no_proxy");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, proxy);
    }
    let output = again.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

async fn sends_past_the_proxy() {
    let receiver = Receiver::answering("200 OK").await;
    let url = receiver.url();
    let caught = reqwest::Client::new().post(&url).body("x").send().await;
    assert!(caught.is_err(), "another client falls for the proxy, so it is in force");
    assert_eq!(sender().send_job(&due(&url), NOW).await.outcome, answered(200));
}
