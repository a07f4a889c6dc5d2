//! The real `herald` binary, for what only a process shows: its commands, its keys, its death.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

/// A running `herald serve`. Killed (SIGKILL) when dropped.
pub struct Program {
    child: Child,
    pub url: String,
}

impl Program {
    /// Runs a command to its end, with `input` as its standard input.
    pub fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
        let mut child = command(folder, arguments).stdin(Stdio::piped()).spawn().expect("it starts");
        child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
        child.wait_with_output().expect("it ends")
    }

    /// Serves the database `herald.db` of a folder on a free port; returns once it listens.
    pub fn serve(folder: &Path) -> Self {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--allow-target", "127.0.0.0/8"];
        let mut child = command(folder, &arguments).stderr(Stdio::inherit()).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut said = lines.map(|line| line.expect("text"));
        let url = said.find_map(|line| line.strip_prefix("Herald is at ").map(str::to_owned));
        let url = url.expect("it says where it is").trim_end_matches('/').to_owned();
        // Goes on reading, so that the program never writes into a closed pipe.
        std::thread::spawn(move || said.for_each(drop));
        Self { child, url }
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // An error means that it has ended by itself.
        let _ = self.child.kill();
        self.child.wait().expect("it is our child");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_herald"));
    command.args(arguments).current_dir(folder).env("HERALD_LOG", "off");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
