//! The browser tests: Playwright drives the system's Chromium against the real binary.
//! The npm packages are installed when their lock file has changed since the last time.

use std::fs;
use std::path::Path;

use crate::bundle::content_hash;
use crate::command::Tool;
use crate::failure::{Failure, Outcome};
use crate::setup;
use crate::workspace::Workspace;

/// Holds the hash of the lock file that was installed.
const STAMP: &str = "node_modules/.installed-lock";

pub(crate) fn check_types(workspace: &Workspace) -> Outcome {
    let folder = workspace.end2end();
    install_packages(&folder)?;
    Tool::new("npx").args(["--no-install", "tsc", "--noEmit"]).within(&folder).run()
}

pub(crate) fn test(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let binary = workspace.binary();
    if !binary.is_file() {
        let missing = binary.display();
        return Err(Failure::new(format!("{missing} is missing: `cargo xtask build` makes it.")));
    }
    let folder = workspace.end2end();
    install_packages(&folder)?;
    setup::fonts()?;
    Tool::new("npx")
        .args(["--no-install", "playwright", "test"])
        .args(arguments)
        .env("HERALD_CHROMIUM", setup::chromium()?)
        .env("HERALD_BINARY", binary)
        .within(&folder)
        .run()
}

fn install_packages(folder: &Path) -> Outcome {
    setup::node()?;
    let lock = folder.join("package-lock.json");
    let content = fs::read(&lock)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}.", lock.display())))?;
    let (hash, stamp) = (content_hash(&[&content]), folder.join(STAMP));
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == hash) {
        return Ok(());
    }
    Tool::new("npm").args(["ci", "--no-audit", "--no-fund"]).within(folder).run()?;
    fs::write(&stamp, hash)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}.", stamp.display())))
}
