//! The real `herald` binary, for what only a process shows: its commands, its keys, its death.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    thread::JoinHandle,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

/// How long a start may take until it has worked or failed.
const START_MAX: Duration = Duration::from_secs(20);
const ASK_EVERY: Duration = Duration::from_millis(5);

/// A running `herald serve`. Killed (SIGKILL) when dropped.
pub struct Program {
    child: Child,
    pub url: String,
    /// What it writes to its standard error.
    errors: Option<JoinHandle<String>>,
}

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub errors: String,
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
        let no_variables: [(&str, &str); 0] = [];
        Self::serve_with(folder, no_variables).unwrap_or_else(|ended| panic!("it does not serve: {ended:?}"))
    }

    /// As [`Program::serve`], with more environment variables; or how it ended before it listened.
    pub fn serve_with<Value: AsRef<OsStr>>(
        folder: &Path,
        variables: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Result<Self, Ended> {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--allow-target", "127.0.0.0/8"];
        let mut child = command(folder, &arguments).envs(variables).spawn().expect("it starts");
        let mut stderr = child.stderr.take().expect("piped");
        let errors = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // What cannot be read is not there; what was read before is.
            let _ = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let told = tell_address(child.stdout.take().expect("piped"));
        let mut program = Self { child, url: String::new(), errors: Some(errors) };
        match told.recv_timeout(START_MAX) {
            Ok(url) => program.url = url,
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                let status = program.child.wait().expect("it is our child");
                return Err(program.ended(status));
            }
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("it neither listens nor ends"),
        }
        Ok(program)
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(mut self) {
        self.end();
    }

    /// Asks it to stop (SIGTERM).
    pub fn terminate(&self) {
        // An error means that it has ended by itself.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
    }

    /// Waits for its end; `None` where it goes on for longer than `limit`.
    pub async fn end_within(&mut self, limit: Duration) -> Option<Ended> {
        let mut pauses = tokio::time::interval(ASK_EVERY);
        let ending = async {
            loop {
                pauses.tick().await;
                if let Some(status) = self.child.try_wait().expect("it is our child") {
                    return status;
                }
            }
        };
        let status = tokio::time::timeout(limit, ending).await.ok()?;
        Some(self.ended(status))
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it is our child").is_none()
    }

    fn ended(&mut self, status: ExitStatus) -> Ended {
        let errors = self.errors.take().map(|reader| reader.join().expect("it reads")).unwrap_or_default();
        Ended { status, errors }
    }

    fn end(&mut self) {
        // An error means that it has ended by itself.
        let _ = self.child.kill();
        self.child.wait().expect("it is our child");
        if let Some(errors) = self.errors.take() {
            eprint!("{}", errors.join().expect("it reads"));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// Says where the program is once it says so itself; says nothing where it ends before that.
fn tell_address(stdout: ChildStdout) -> mpsc::Receiver<String> {
    let (tell, told) = mpsc::channel();
    // Goes on reading to the end, so that the program never writes into a closed pipe.
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(url) = line.strip_prefix("Herald is at ") {
                // Nobody listens any more where it took too long.
                let _ = tell.send(url.trim_end_matches('/').to_owned());
            }
        }
    });
    told
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_herald"));
    command.args(arguments).current_dir(folder).env("HERALD_LOG", "off");
    // Tests of something else ask as often as they can.
    command.env("HERALD_ADDRESS_REQUESTS_PER_SECOND", "0").env("HERALD_KEY_REQUESTS_PER_SECOND", "0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
