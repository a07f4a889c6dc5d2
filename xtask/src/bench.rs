//! `cargo xtask bench`: builds the server in release and runs `herald bench`; the console is not measured here.

use crate::command::Tool;
use crate::failure::Outcome;
use crate::progress::Progress;
use crate::workspace::Workspace;

pub(crate) fn bench(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let mut progress = Progress::new(2);
    progress.step("Building the server", || {
        Tool::cargo(workspace).args(["build", "--release", "-p", "server"]).run()
    })?;
    progress.announce("Measuring");
    let arguments = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    Tool::new(workspace.binary()).args(["bench"]).args(arguments).become_it()
}
