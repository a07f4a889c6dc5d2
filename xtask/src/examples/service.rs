//! A program that runs in the background until this is dropped, and what it has written so far.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::failure::{Failure, Outcome};

const START_MAX: Duration = Duration::from_secs(30);

pub(super) struct Service {
    child: Child,
    /// Every line of its standard output, once it has ended.
    lines: Option<JoinHandle<Vec<String>>>,
    /// Where it says that it listens, without a slash at the end.
    pub(super) url: String,
}

impl Service {
    /// Starts it, and waits for the line `<announced>URL`.
    pub(super) fn start(name: &str, mut command: Command, announced: &'static str) -> Outcome<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| failed(name, &format!("it could not be started: {error}")))?;
        let (told, lines) = child
            .stdout
            .take()
            .map(|output| follow(output, announced))
            .ok_or_else(|| failed(name, "its output cannot be read"))?;
        let mut service = Self { child, lines: Some(lines), url: String::new() };
        service.url =
            told.recv_timeout(START_MAX).map_err(|_| failed(name, "it does not say where it listens"))?;
        Ok(service)
    }

    /// Ends it, and gives what it has written.
    pub(super) fn stop(mut self) -> Vec<String> {
        self.end();
        self.lines.take().and_then(|lines| lines.join().ok()).unwrap_or_default()
    }

    fn end(&mut self) {
        // An error means that it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.end();
    }
}

/// Reads to the end, so that it never writes into a closed pipe.
fn follow(
    output: impl Read + Send + 'static,
    announced: &'static str,
) -> (Receiver<String>, JoinHandle<Vec<String>>) {
    let (tell, told) = channel();
    let reading = thread::spawn(move || {
        let mut lines = Vec::new();
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(url) = line.strip_prefix(announced) {
                // Nobody waits for it any more where it took too long.
                let _ = tell.send(url.trim_end_matches('/').to_owned());
            }
            lines.push(line);
        }
        lines
    });
    (told, reading)
}

/// Runs a program to its end; what it prints is what is wanted.
pub(super) fn output(name: &str, command: &mut Command) -> Outcome<String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| failed(name, &format!("it could not be started: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(failed(name, &format!("it ended with {}", output.status)))
}

pub(super) fn failed(name: impl AsRef<OsStr>, why: &str) -> Failure {
    Failure::new(format!("The example `{}` failed: {why}.", name.as_ref().to_string_lossy()))
}
