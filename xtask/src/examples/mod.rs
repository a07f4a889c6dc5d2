//! The examples and the client that they use: checked, then run against the real binary.
//! They are built apart: in one build with the server, its functions would be the server's in them too.

mod samples;
mod scene;
mod service;

use crate::command::Tool;
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn check(workspace: &Workspace) -> Outcome {
    let herald = workspace.herald();
    if !herald.is_file() {
        let missing = herald.display();
        return Err(Failure::new(format!("{missing} is missing: `cargo xtask build` makes it.")));
    }
    cargo(workspace, &["fmt", "--all", "--check"])?;
    cargo(workspace, &["clippy", "--all-targets", "--", "-D", "warnings"])?;
    cargo(workspace, &["test"])?;
    cargo(workspace, &["build"])?;
    client_tests(workspace)?;
    samples::check(workspace)?;
    scene::play(&herald, &workspace.examples_target().join("debug"))
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    Tool::cargo(workspace)
        .args(arguments)
        .env("CARGO_TARGET_DIR", workspace.examples_target())
        .within(&workspace.examples())
        .run()
}

/// The functions as a program has them belong to the root workspace, where its tests otherwise have them as the server.
fn client_tests(workspace: &Workspace) -> Outcome {
    for arguments in [
        ["clippy", "-p", "api", "--features", "client", "--all-targets", "--", "-D", "warnings"].as_slice(),
        &["test", "-p", "api", "--features", "client"],
    ] {
        let target = workspace.examples_target();
        Tool::cargo(workspace).args(arguments).env("CARGO_TARGET_DIR", target).run()?;
    }
    Ok(())
}
