//! The filled example, as the one sees it who looks around.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

mod support;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use support::{Client, Program};

const WEBHOOKS: &str = "/api/organizations/meadow/webhooks";

struct Demo {
    child: Child,
    url: String,
    password: String,
    receiver: String,
}

impl Demo {
    /// Its database lies in `folder`, where temporary ones do.
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_herald"))
            .args(["serve", "--demo", "--listen", "127.0.0.1:0"])
            .envs([("TMPDIR", folder.as_os_str()), ("HERALD_LOG", "off".as_ref())])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let (mut url, mut password, mut receiver) = (None, None, None);
        for line in lines {
            url = url.or_else(|| Some(line.strip_prefix("Herald is at ")?.trim_end_matches('/').to_owned()));
            password = password
                .or_else(|| Some(line.strip_prefix("Sign in as admin with the password ")?.to_owned()));
            receiver = receiver.or_else(|| {
                Some(line.strip_prefix("Its webhooks go to ")?.split_once("/ where")?.0.to_owned())
            });
            if receiver.is_some() {
                break;
            }
        }
        Self {
            child,
            url: url.expect("its address"),
            password: password.expect("a password"),
            receiver: receiver.expect("where the receivers are"),
        }
    }

    async fn admin(&self) -> Client {
        Client::nobody(reqwest::Client::new(), &self.url).log_in("admin", &self.password).await
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // An error means that it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn states(deliveries: &Value) -> Vec<&str> {
    let deliveries = deliveries["deliveries"].as_array().expect("deliveries");
    deliveries.iter().filter_map(|delivery| delivery["status"].as_str()).collect()
}

#[tokio::test]
async fn it_shows_webhooks_that_are_healthy_failing_and_disabled_and_goes_with_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut demo = Demo::start(folder.path());
    let admin = demo.admin().await;

    let webhooks = admin.get(WEBHOOKS).await.ok();
    let enabled = |name: &str| {
        let all = webhooks.as_array().expect("webhooks");
        all.iter().find(|webhook| webhook["name"] == name).expect(name)["enabled"] == true
    };
    assert!(enabled("CRM") && enabled("Payroll"));
    assert!(!enabled("Old wiki") && !enabled("Ticket system") && !enabled("Staging"));
    let deliveries = async |name: &str| {
        let path = format!("{WEBHOOKS}/{name}/deliveries?limit=1000");
        admin.get(&path).await.ok()
    };
    let crm = deliveries("CRM").await;
    assert!(states(&crm).len() > 15 && states(&crm).iter().all(|state| *state == "delivered"), "{crm}");
    let siem = deliveries("SIEM").await;
    assert!(states(&siem).contains(&"pending") && states(&siem).contains(&"delivered"), "{siem}");
    assert!(states(&deliveries("Ticket%20system").await).contains(&"failed"));
    assert!(states(&deliveries("Staging").await).contains(&"held"));

    let page =
        reqwest::get(&format!("{}/", demo.receiver)).await.expect("a page").text().await.expect("text");
    assert!(page.contains("/payroll") && page.contains("aria-pressed=\"true\">503"), "{page}");

    let data = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(data, 1, "the example lies there");
    kill_process(Pid::from_child(&demo.child), Signal::TERM).expect("it runs");
    assert!(demo.child.wait().expect("our child").success());
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "and is gone");
}

#[tokio::test]
async fn a_receiver_that_is_told_to_fail_fails_and_recovers() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(folder.path());
    let admin = demo.admin().await;
    let http = reqwest::Client::new();
    let tell = async |answer: &str| {
        let form = format!("route=crm&answer={answer}");
        let request = http.post(format!("{}/tell", demo.receiver));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        assert!(request.send().await.expect("an answer").status().is_success());
    };
    let test = async || {
        let result = admin.post(&format!("{WEBHOOKS}/CRM/test"), serde_json::json!({})).await.ok();
        result["attempt"]["status"].clone()
    };
    tell("breaks").await;
    assert_eq!(test().await, 500);
    tell("accepts").await;
    assert_eq!(test().await, 200);
}

#[tokio::test]
async fn it_is_not_put_into_a_database_that_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = Program::run(folder.path(), &["serve", "--demo", "--database", "mine.db"], "");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("--demo") && said.contains("--database"), "{said}");
    assert!(!folder.path().join("mine.db").exists());
}
