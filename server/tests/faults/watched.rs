//! A `herald serve` of its own process, whose memory can be read and whose clock can be set.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::Value;

use crate::support::{Client, PASSWORD, Program};

/// Killed when dropped.
pub(crate) struct Watched {
    child: Child,
    pub(crate) admin: Client,
}

impl Watched {
    /// A new database in this folder; webhooks may call 127.0.0.0/8. `adjust` may add to the environment.
    pub(crate) fn start(folder: &Path, adjust: impl FnOnce(&mut Command)) -> Self {
        let key = bootstrap(folder);
        let mut command = Command::new(env!("CARGO_BIN_EXE_herald"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--allow-target", "127.0.0.0/8"]);
        command.current_dir(folder).env("HERALD_LOG", "off").stdin(Stdio::null()).stdout(Stdio::piped());
        adjust(&mut command);
        let mut child = command.spawn().expect("it starts");
        let mut said =
            BufReader::new(child.stdout.take().expect("piped")).lines().map(|line| line.expect("text"));
        let url = said.find_map(|line| line.strip_prefix("Herald is at ").map(str::to_owned));
        let url = url.expect("it says where it is").trim_end_matches('/').to_owned();
        // Goes on reading, so that the program never writes into a closed pipe.
        thread::spawn(move || said.for_each(drop));
        let admin = Client::nobody(reqwest::Client::new(), &url).authorized(&format!("Bearer {key}"));
        Self { child, admin }
    }

    /// The most memory that it had at once, in KiB, since its start or since this was last forgotten.
    pub(crate) fn peak_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    pub(crate) fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").expect("it runs");
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // An error means that it has ended by itself.
        let _ = self.child.kill();
        self.child.wait().expect("it is our child");
    }
}

/// The first admin's key.
fn bootstrap(folder: &Path) -> String {
    let names = ["--organization", "parallelworks", "--username", "admin", "--email", "admin@example.com"];
    let done = Program::run(folder, &[&["bootstrap"][..], &names].concat(), PASSWORD);
    assert!(done.status.success(), "{done:?}");
    let made: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    made["apiKey"].as_str().expect("a key").to_owned()
}
