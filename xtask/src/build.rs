//! `cargo xtask build`: the console first, then the server with the console inside it.
//! The server's build script finds the console by `HERALD_CONSOLE_DIR`.

use crate::command::Tool;
use crate::console;
use crate::failure::Outcome;
use crate::progress::Progress;
use crate::setup;
use crate::workspace::Workspace;

/// How many steps `build` announces.
pub(crate) const STEPS: usize = 4;

pub(crate) fn build(workspace: &Workspace, progress: &mut Progress) -> Outcome {
    let toolchain = progress.step("Checking what building the console needs", setup::wasm_toolchain)?;
    progress.step("Building the console (wasm)", || console::compile(workspace, toolchain))?;
    progress.step("Packing the console (wasm-bindgen, style, brotli)", || console::pack(workspace))?;
    progress.step("Building the server with the console inside", || server(workspace))
}

fn server(workspace: &Workspace) -> Outcome {
    Tool::cargo(workspace)
        .args(["build", "--release", "-p", "server"])
        .env("HERALD_CONSOLE_DIR", workspace.console())
        .run()
}
