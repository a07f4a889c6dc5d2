//! `cargo xtask build`: the console first, then the server with the console inside it.
//! The server's build script finds the console by `HERALD_CONSOLE_DIR`.

use crate::command::Tool;
use crate::console::{self, Reload};
use crate::failure::Outcome;
use crate::progress::Progress;
use crate::setup;
use crate::workspace::Workspace;

/// How many steps `build` announces.
pub(crate) const STEPS: usize = 4;

/// How the server is compiled: the console in it is the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Release,
    /// Compiled in a fraction of the time, for looking at pages.
    Debug,
}

impl Server {
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Debug => "debug",
        }
    }
}

pub(crate) fn build(workspace: &Workspace, server: Server, progress: &mut Progress) -> Outcome {
    build_with(workspace, server, Reload::Never, progress)
}

pub(crate) fn build_with(
    workspace: &Workspace,
    server: Server,
    reload: Reload,
    progress: &mut Progress,
) -> Outcome {
    let toolchain = progress.step("Checking what building the console needs", setup::wasm_toolchain)?;
    progress.step("Building the console (wasm)", || console::compile(workspace, toolchain))?;
    progress
        .step("Packing the console (wasm-bindgen, style, brotli)", || console::pack(workspace, reload))?;
    progress.step("Building the server with the console inside", || compile(workspace, server))
}

fn compile(workspace: &Workspace, server: Server) -> Outcome {
    Tool::cargo(workspace)
        .args(["build", "-p", "server"])
        .args((server == Server::Release).then_some("--release"))
        .env("HERALD_CONSOLE_DIR", workspace.console())
        .run()
}
