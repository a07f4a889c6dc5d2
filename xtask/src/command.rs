//! Starts other programs: prints what is run, waits for it, and says in a sentence what went wrong.
//! A printed line can be pasted into a shell.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

const POLL_EVERY: Duration = Duration::from_millis(100);

pub(crate) struct Tool {
    command: Command,
    shown: String,
}

impl Tool {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        Self { shown: quoted(&program.to_string_lossy()), command: Command::new(program) }
    }

    /// A Cargo that works on the workspace as if it had been started from a shell.
    ///
    /// What the outer Cargo set for this program is taken out: build scripts that watch those variables would otherwise
    /// build their crates again each time the two ways of starting alternate.
    pub(crate) fn cargo(workspace: &Workspace) -> Self {
        Self::new("cargo").cargo_environment(workspace)
    }

    /// The same for a Cargo at another place.
    pub(crate) fn cargo_at(program: &str, workspace: &Workspace) -> Self {
        Self::new(program).cargo_environment(workspace)
    }

    fn cargo_environment(mut self, workspace: &Workspace) -> Self {
        for (name, _) in env::vars_os().filter(|(name, _)| is_set_by_cargo_for_its_program(name)) {
            self.command.env_remove(name);
        }
        self.command.env("CARGO_TARGET_DIR", workspace.target());
        self.within(workspace.root())
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        for argument in arguments {
            self.shown.push(' ');
            self.shown.push_str(&quoted(&argument.as_ref().to_string_lossy()));
            self.command.arg(argument);
        }
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.shown = format!("{name}={} {}", quoted(&value.as_ref().to_string_lossy()), self.shown);
        self.command.env(name, value);
        self
    }

    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it in sight of the user.
    pub(crate) fn run(mut self) -> Outcome {
        println!("      $ {}", self.shown);
        let status = self.command.status().map_err(|error| not_started(&self.shown, &error))?;
        self.judge(status)
    }

    /// Runs it in sight of the user, and ends it when it takes longer than `limit`.
    pub(crate) fn run_within(mut self, limit: Duration) -> Outcome {
        println!("      $ {}", self.shown);
        let mut child = self.command.spawn().map_err(|error| not_started(&self.shown, &error))?;
        let started = Instant::now();
        while started.elapsed() < limit {
            match child.try_wait() {
                Ok(Some(status)) => return self.judge(status),
                Ok(None) => thread::sleep(POLL_EVERY),
                Err(error) => return Err(not_started(&self.shown, &error)),
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        Err(Failure::new(format!("`{}` did not end within {} s.", self.shown, limit.as_secs())))
    }

    /// Starts it in sight of the user, and does not wait for it.
    pub(crate) fn start(mut self) -> Outcome<Child> {
        println!("      $ {}", self.shown);
        self.command.spawn().map_err(|error| not_started(&self.shown, &error))
    }

    /// Runs it unseen and gives back what it wrote.
    pub(crate) fn output(mut self) -> Outcome<String> {
        let output =
            self.command.stdin(Stdio::null()).output().map_err(|error| not_started(&self.shown, &error))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(Failure::new(format!("`{}` failed ({}): {said}", self.shown, output.status)))
    }

    /// Hands the process over to it: signals reach it, and its exit code is what the caller sees.
    #[cfg(unix)]
    pub(crate) fn become_it(mut self) -> Outcome {
        use std::os::unix::process::CommandExt;
        println!("      $ {}", self.shown);
        let error = self.command.exec();
        Err(not_started(&self.shown, &error))
    }

    #[cfg(not(unix))]
    pub(crate) fn become_it(self) -> Outcome {
        self.run()
    }

    fn judge(&self, status: ExitStatus) -> Outcome {
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!("`{}` failed ({status}). What it printed is above.", self.shown)))
    }
}

/// The first of these programs that is on `PATH`.
pub(crate) fn find_on_path(programs: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    programs
        .iter()
        .flat_map(|program| env::split_paths(&path).map(move |folder| folder.join(program)))
        .find(|candidate| candidate.is_file())
}

fn is_set_by_cargo_for_its_program(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
        || matches!(
            name.as_ref(),
            "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE" | "LD_LIBRARY_PATH"
        )
}

fn not_started(shown: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{shown}` could not be started: {error}."))
}

fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=,@%+".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_pasted_into_a_shell() {
        let tool = Tool::new("herald").args(["serve", "it's here"]).env("NAME", "a b");
        assert_eq!(tool.shown, r"NAME='a b' herald serve 'it'\''s here'");
    }

    #[test]
    fn variables_of_the_outer_cargo_are_told_from_the_users() {
        assert!(is_set_by_cargo_for_its_program(OsStr::new("CARGO_PKG_NAME")));
        assert!(is_set_by_cargo_for_its_program(OsStr::new("CARGO_MANIFEST_DIR")));
        assert!(!is_set_by_cargo_for_its_program(OsStr::new("CARGO_HOME")));
        assert!(!is_set_by_cargo_for_its_program(OsStr::new("CARGO_NET_OFFLINE")));
    }

    #[test]
    fn a_failed_program_is_named_in_the_sentence() {
        let failure = Tool::new("false").run().unwrap_err();
        assert_eq!(failure.to_string(), "`false` failed (exit status: 1). What it printed is above.");
    }

    #[test]
    fn a_missing_program_is_named_in_the_sentence() {
        let failure = Tool::new("no-such-program").output().unwrap_err();
        assert!(failure.to_string().starts_with("`no-such-program` could not be started: "), "{failure}");
    }
}
