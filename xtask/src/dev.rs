//! `cargo xtask dev`: Herald in a debug build, built and started again whenever a source changes; open pages reload.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::build::{self, Server};
use crate::command::Tool;
use crate::console::Reload;
use crate::failure::Outcome;
use crate::progress::Progress;
use crate::run::serve_arguments;
use crate::workspace::Workspace;

/// Whatever goes into the binary.
const SOURCES: [&str; 8] =
    ["Cargo.lock", "Cargo.toml", "api", "app", "domain", "frontend", "server", "style"];
const LOOK_EVERY: Duration = Duration::from_millis(250);

pub(crate) fn dev(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let mut seen = state_of(workspace.root());
    build(workspace)?;
    let mut herald = start(workspace, arguments)?;
    println!("      Changes in {} are built as they are saved; Ctrl-C stops it.", SOURCES[2..].join(", "));
    loop {
        thread::sleep(LOOK_EVERY);
        let now = state_of(workspace.root());
        if now == seen {
            continue;
        }
        seen = now;
        // What does not compile was said by the compiler; the last build that did goes on.
        if let Err(failure) = build(workspace) {
            println!("\n{failure}\n      The Herald from before goes on.");
            continue;
        }
        herald.stop();
        herald = start(workspace, arguments)?;
    }
}

fn build(workspace: &Workspace) -> Outcome {
    build::build_with(workspace, Server::Debug, Reload::WhenBuilt, &mut Progress::new(build::STEPS))
}

fn start(workspace: &Workspace, arguments: &[String]) -> Outcome<Running> {
    let binary = workspace.binary_in(Server::Debug.folder());
    Tool::new(binary).args(serve_arguments(arguments)).start().map(Running)
}

/// Ended with us; Ctrl-C at the terminal reaches both.
struct Running(Child);

impl Running {
    fn stop(&mut self) {
        // Its number may be another program's once it has ended.
        if !matches!(self.0.try_wait(), Ok(None)) {
            return;
        }
        let _ = Tool::new("kill").args(["-TERM".to_owned(), self.0.id().to_string()]).output();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How many files there are and when the last one changed: enough to see that something did.
#[derive(Debug, PartialEq, Eq)]
struct State {
    files: usize,
    changed_at: SystemTime,
}

fn state_of(root: &Path) -> State {
    let mut state = State { files: 0, changed_at: SystemTime::UNIX_EPOCH };
    let mut left: Vec<PathBuf> = SOURCES.iter().map(|name| root.join(name)).collect();
    while let Some(path) = left.pop() {
        if let Ok(entries) = fs::read_dir(&path) {
            left.extend(entries.flatten().map(|entry| entry.path()));
            continue;
        }
        // A file that goes away while it is looked at is seen to be gone the next time.
        let Ok(changed_at) = fs::metadata(&path).and_then(|metadata| metadata.modified()) else { continue };
        state.files += 1;
        state.changed_at = state.changed_at.max(changed_at);
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_changed_added_or_removed_is_seen_and_others_are_not() {
        let root = std::env::temp_dir().join(format!("herald-dev-{}", std::process::id()));
        let pages = root.join("app/src/pages");
        fs::create_dir_all(&pages).unwrap();
        fs::write(pages.join("start.rs"), "one").unwrap();
        let first = state_of(&root);
        fs::write(root.join("README.md"), "no source").unwrap();
        assert_eq!(state_of(&root), first);
        fs::write(pages.join("find.rs"), "new").unwrap();
        let second = state_of(&root);
        assert_ne!(second, first);
        let later = second.changed_at + Duration::from_secs(1);
        fs::File::options().write(true).open(pages.join("start.rs")).unwrap().set_modified(later).unwrap();
        let third = state_of(&root);
        assert_ne!(third, second);
        fs::remove_file(pages.join("find.rs")).unwrap();
        assert_ne!(state_of(&root), third);
        fs::remove_dir_all(&root).unwrap();
    }
}
