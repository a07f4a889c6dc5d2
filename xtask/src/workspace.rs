//! Where things are: the sources, the target directory, and what is built into it.
//! `CARGO_TARGET_DIR` is honoured everywhere because every path is asked for here.

use std::env;
use std::path::{Path, PathBuf, absolute};

use crate::failure::{Failure, Outcome};

pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Cargo tells a program that it runs where its manifest is; the workspace is one folder above.
    pub(crate) fn from_environment() -> Outcome<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = manifest
            .as_deref()
            .and_then(Path::parent)
            .ok_or_else(|| {
                Failure::new("Start this program as `cargo xtask`: it asks Cargo where the sources are.")
            })?
            .to_path_buf();
        // Cargo reads a relative CARGO_TARGET_DIR from the current folder, so the same is done here.
        let target = match env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty()) {
            Some(given) => absolute(given)
                .map_err(|error| Failure::new(format!("CARGO_TARGET_DIR is no path: {error}.")))?,
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The wasm half has a target directory of its own: other features, another compiler perhaps.
    pub(crate) fn front_target(&self) -> PathBuf {
        self.target.join("front")
    }

    /// The console as the compiler leaves it, before wasm-bindgen.
    pub(crate) fn compiled_console(&self) -> PathBuf {
        self.front_target().join("wasm32-unknown-unknown/wasm-release/frontend.wasm")
    }

    /// The console's files as they are served, with their manifest.
    pub(crate) fn console(&self) -> PathBuf {
        self.target.join("console")
    }

    pub(crate) fn style_entry(&self) -> PathBuf {
        self.root.join("style/main.css")
    }

    pub(crate) fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }

    pub(crate) fn examples(&self) -> PathBuf {
        self.root.join("examples")
    }

    /// The examples are a workspace of their own, built with other features.
    pub(crate) fn examples_target(&self) -> PathBuf {
        self.target.join("examples")
    }

    /// The binary that is tested: another one where HERALD_BINARY names it.
    pub(crate) fn herald(&self) -> PathBuf {
        let given = env::var_os("HERALD_BINARY").filter(|value| !value.is_empty());
        given.map_or_else(|| self.binary(), PathBuf::from)
    }

    pub(crate) fn python_clients(&self) -> PathBuf {
        self.root.join("clients/python")
    }

    pub(crate) fn binary(&self) -> PathBuf {
        self.binary_in("release")
    }

    /// By the profile's folder.
    pub(crate) fn binary_in(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join(format!("herald{}", env::consts::EXE_SUFFIX))
    }
}
