//! The client tests: Python programs against the real binary, among them the original's official client.
//! Their packages stand in a virtual environment in the target directory, made again when the requirements have changed.

use std::fs;
use std::path::PathBuf;

use crate::bundle::content_hash;
use crate::command::Tool;
use crate::failure::{Failure, Outcome};
use crate::setup;
use crate::workspace::Workspace;

/// Holds the hash of the requirements that were installed.
const STAMP: &str = ".installed-requirements";

pub(crate) fn test(workspace: &Workspace) -> Outcome {
    let binary = workspace.herald();
    if !binary.is_file() {
        return Err(Failure::new(format!("{} is missing: `cargo xtask build` makes it.", binary.display())));
    }
    let python = environment(workspace)?;
    Tool::new(python).args(["run.py"]).env("HERALD_BINARY", binary).within(&workspace.python_clients()).run()
}

/// The Python of the virtual environment, with the packages in it.
fn environment(workspace: &Workspace) -> Outcome<PathBuf> {
    let requirements = workspace.python_clients().join("requirements.txt");
    let content = fs::read(&requirements)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}.", requirements.display())))?;
    let (folder, hash) = (workspace.target().join("python"), content_hash(&[&content]));
    let (python, stamp) = (folder.join("bin/python"), folder.join(STAMP));
    if python.is_file() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == hash) {
        return Ok(python);
    }
    let system = setup::python()?;
    Tool::new(system).args(["-m", "venv", "--clear"]).args([&folder]).run()?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    Tool::new(&python).args(install).args([&requirements]).run()?;
    fs::write(&stamp, hash)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}.", stamp.display())))?;
    Ok(python)
}
