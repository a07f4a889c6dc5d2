//! Two Heralds, a receiver and a platform, as programs of their own: every event arrives, and is stored once though it was
//! sent twice.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, process};

use serde_json::Value;

use super::service::{Service, failed, output};
use crate::failure::{Failure, Outcome};

/// The organization of each server, and what the platform's variables begin with.
const TENANTS: [(&str, &str); 2] = [("acme", "FIRST"), ("globex", "SECOND")];
const EVENTS_EACH: usize = 3;
/// The one of the ports that the system gives out which Herald does not call.
const BLOCKED_PORT: u16 = 50_070;

pub(super) fn play(herald: &Path, examples: &Path) -> Outcome {
    let folder = Folder::new()?;
    let receiver_address = free_address()?;
    let mut platform = Platform { program: examples.join("platform"), variables: BTreeMap::new() };
    platform.set("RECEIVER", format!("http://{receiver_address}/"));
    let mut servers = Vec::new();
    for (organization, prefix) in TENANTS {
        let database = folder.0.join(format!("{organization}.db"));
        platform.set(&format!("{prefix}_KEY"), bootstrap(herald, &database, organization)?);
        let server = serve(herald, &database)?;
        platform.set(&format!("{prefix}_URL"), server.url.clone());
        servers.push(server);
    }

    let inbox = folder.0.join("inbox.jsonl");
    platform.run("set-up")?;
    // The second time the secrets are in rotation, the receiver is a new process, and the events are the same.
    for _ in 0..2 {
        let secrets = platform.run("secrets")?;
        let mut receiver = Command::new(examples.join("receiver"));
        receiver.env("WEBHOOK_SECRETS", secrets.trim()).env("INBOX", &inbox).env("LISTEN", &receiver_address);
        let receiver = Service::start("receiver", receiver, "Receiver is at ")?;
        print!("{}", platform.run("publish")?);
        check_said(&receiver.stop())?;
        check_inbox(&inbox)?;
    }
    println!(
        "      {} events arrived, each stored once, though some were sent three times",
        expected().len()
    );
    Ok(())
}

struct Platform {
    program: PathBuf,
    variables: BTreeMap<String, String>,
}

impl Platform {
    fn set(&mut self, name: &str, value: String) {
        self.variables.insert(name.to_owned(), value);
    }

    fn run(&self, what: &str) -> Outcome<String> {
        output("platform", Command::new(&self.program).arg(what).envs(&self.variables))
    }
}

/// Makes a database, and answers the API key of its admin.
fn bootstrap(herald: &Path, database: &Path, organization: &str) -> Outcome<String> {
    let password = database.with_extension("password");
    let written = File::create(&password).and_then(|mut file| writeln!(file, "correct horse battery"));
    let input =
        written.and_then(|()| File::open(&password)).map_err(|error| unwritable(&password, &error))?;
    let made = output(
        "herald bootstrap",
        herald_at(herald, database, "bootstrap")
            .args(["--organization", organization, "--username", "admin", "--email"])
            .arg(format!("admin@{organization}.example"))
            .stdin(Stdio::from(input)),
    )?;
    let made: Value = serde_json::from_str(&made).unwrap_or_default();
    let key = made["apiKey"].as_str().ok_or_else(|| failed("herald bootstrap", "it answers no key"))?;
    Ok(key.to_owned())
}

fn serve(herald: &Path, database: &Path) -> Outcome<Service> {
    let mut command = herald_at(herald, database, "serve");
    command.args(["--listen", "127.0.0.1:0", "--allow-target", "127.0.0.0/8"]);
    Service::start("herald serve", command, "Herald is at ")
}

fn herald_at(herald: &Path, database: &Path, what: &str) -> Command {
    let mut command = Command::new(herald);
    command.arg(what).arg("--database").arg(database).env("HERALD_LOG", "warn");
    command
}

/// One redelivery for each server came as a duplicate; whatever came was signed.
fn check_said(lines: &[String]) -> Outcome {
    let said = |word: &str| lines.iter().filter(|line| line.starts_with(word)).count();
    if (said("duplicate "), said("refused "), said("not stored")) == (TENANTS.len(), 0, 0) {
        return Ok(());
    }
    Err(failed("receiver", &format!("this is not what it should have said: {}", lines.join("; "))))
}

fn check_inbox(inbox: &Path) -> Outcome {
    let text = fs::read_to_string(inbox).map_err(|error| unwritable(inbox, &error))?;
    let found = arrived(&text);
    if found == expected() {
        return Ok(());
    }
    Err(failed("receiver", &format!("these events arrived, so often: {found:?}")))
}

/// How often each event is in the inbox, by organization and user.
fn arrived(inbox: &str) -> BTreeMap<(String, String), usize> {
    let mut found = BTreeMap::new();
    for line in inbox.lines().filter(|line| !line.is_empty()) {
        let body = serde_json::from_str::<Value>(line).ok();
        let body = body.and_then(|line| serde_json::from_str::<Value>(line["body"].as_str()?).ok());
        let payload = body.unwrap_or_default()["payload"].take();
        let member = |name: &str| payload[name].as_str().unwrap_or_default().to_owned();
        *found.entry((member("organization"), member("username"))).or_insert(0) += 1;
    }
    found
}

fn expected() -> BTreeMap<(String, String), usize> {
    let of = |organization: &str| {
        let organization = organization.to_owned();
        (1..=EVENTS_EACH).map(move |row| ((organization.clone(), format!("user-{row}")), 1))
    };
    TENANTS.into_iter().flat_map(|(organization, _)| of(organization)).collect()
}

/// Nobody listens there now. The webhooks name it before the receiver is given their secrets and listens.
fn free_address() -> Outcome<String> {
    loop {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = address.map_err(|error| Failure::new(format!("There is no free port: {error}.")))?;
        if address.port() != BLOCKED_PORT {
            return Ok(address.to_string());
        }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be written or read: {error}.", path.display()))
}

/// For this run only.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Outcome<Self> {
        let path = env::temp_dir().join(format!("herald-examples-{}", process::id()));
        fs::create_dir_all(&path).map_err(|error| unwritable(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed stays in the system's folder for such things.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_is_stored_twice_is_not_what_is_expected() {
        let line = |organization: &str, row: usize| {
            let payload = format!(r#"{{\"username\":\"user-{row}\",\"organization\":\"{organization}\"}}"#);
            format!("\n{{\"at\":1,\"id\":\"a\",\"body\":\"{{\\\"payload\\\":{payload}}}\"}}")
        };
        let whole: String = TENANTS
            .iter()
            .flat_map(|(organization, _)| (1..=EVENTS_EACH).map(|row| line(organization, row)))
            .collect();
        assert_eq!(arrived(&whole), expected());
        assert_ne!(arrived(&(whole.clone() + &line("acme", 1))), expected());
        assert_ne!(arrived(&whole[line("acme", 1).len()..]), expected());
    }

    #[test]
    fn a_receiver_that_refuses_or_knows_no_duplicate_fails() {
        let said = |lines: &[&str]| {
            check_said(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()).is_ok()
        };
        assert!(said(&["new a", "duplicate a", "duplicate b"]));
        assert!(!said(&["new a", "duplicate a"]));
        assert!(!said(&["duplicate a", "duplicate b", "refused \"c\": no"]));
    }
}
