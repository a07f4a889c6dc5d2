//! What building and testing need beyond Rust and a C linker, and how to install what is missing.
//! Packages are installed with `apt-get` as root; without root the exact line is printed instead.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::command::{Tool, find_on_path};
use crate::failure::{Failure, Outcome};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const TOOLCHAIN_VARIABLE: &str = "HERALD_WASM_TOOLCHAIN";
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);
/// Debian's newer Rust with the sources of its library (the library is built with the console).
const DISTRIBUTION_PACKAGES: [&str; 5] =
    ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "libstd-rust-web-dev"];
const DISTRIBUTION_LINKER: &str = "/usr/bin/rust-lld";
const CHROMIUM_PROGRAMS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CHROMIUM_PACKAGES: [&str; 1] = ["chromium"];
/// Those of `end2end/support/fonts.conf`, of which this file is one.
const FONT_PACKAGES: [&str; 1] = ["fonts-dejavu-core"];
const FONT_FILE: &str = "DejaVuSansMono-Bold.ttf";
const PYTHON_PACKAGES: [&str; 2] = ["python3", "python3-venv"];
/// What the test of hostile name servers makes a network of its own with.
const NETWORK_PROGRAMS: [(&str, &str); 2] = [("ip", "iproute2"), ("unshare", "util-linux")];
/// Playwright's own minimum.
const NODE_MAJOR_MIN: u32 = 20;

/// Which Rust compiles the console.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum WasmToolchain {
    /// The one on `PATH`: it has the library of the wasm target.
    OnPath,
    /// Debian's, under `/usr/bin`.
    Distribution,
}

/// Finds, or else installs, a Rust that can compile the console.
pub(crate) fn wasm_toolchain() -> Outcome<WasmToolchain> {
    if distribution_is_forced()? {
        return distribution_toolchain();
    }
    if wasm_library_is_there() {
        return Ok(WasmToolchain::OnPath);
    }
    match add_wasm_target_with_rustup() {
        Ok(()) if wasm_library_is_there() => Ok(WasmToolchain::OnPath),
        Ok(()) => distribution_toolchain(),
        Err(failure) => {
            println!("      {failure}");
            println!(
                "      rustup cannot add the wasm target here; the distribution's Rust is the second way."
            );
            distribution_toolchain()
        }
    }
}

/// Finds, or else installs, the browser of the browser tests.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    if let Some(given) = env::var_os("HERALD_CHROMIUM").filter(|value| !value.is_empty()) {
        let given = PathBuf::from(given);
        return if given.is_file() {
            Ok(given)
        } else {
            Err(Failure::new(format!(
                "HERALD_CHROMIUM names {}, and there is no such file.",
                given.display()
            )))
        };
    }
    if let Some(found) = find_on_path(&CHROMIUM_PROGRAMS) {
        return Ok(found);
    }
    install_packages(&CHROMIUM_PACKAGES)?;
    find_on_path(&CHROMIUM_PROGRAMS).ok_or_else(|| {
        Failure::new("Chromium was installed but is not on PATH; name it with HERALD_CHROMIUM.")
    })
}

/// Finds, or else installs, the fonts in which the browser tests see the pages. Only on Linux can the browser be told which.
pub(crate) fn fonts() -> Outcome {
    let found = || Tool::new("find").args(["/usr/share/fonts", "-name", FONT_FILE]).output();
    if cfg!(not(target_os = "linux")) || found().is_ok_and(|files| !files.trim().is_empty()) {
        return Ok(());
    }
    install_packages(&FONT_PACKAGES)
}

/// Finds, or else installs, a Python that can make virtual environments: Debian has that part in a package of its own.
pub(crate) fn python() -> Outcome<PathBuf> {
    let makes_environments =
        |python: &PathBuf| Tool::new(python).args(["-c", "import ensurepip, venv"]).output().is_ok();
    let found = || find_on_path(&["python3"]).filter(makes_environments);
    if let Some(python) = found() {
        return Ok(python);
    }
    install_packages(&PYTHON_PACKAGES)?;
    found().ok_or_else(|| {
        Failure::new("Python was installed, but the one on PATH cannot make virtual environments.")
    })
}

/// Finds, or else installs, what the Rust tests need beyond Rust. Only Linux has such networks, and such a test.
pub(crate) fn network_tools() -> Outcome {
    if cfg!(target_os = "linux") { install_packages(&missing_network_packages()) } else { Ok(()) }
}

fn missing_network_packages() -> Vec<&'static str> {
    let missing = NETWORK_PROGRAMS.into_iter().filter(|(program, _)| find_on_path(&[program]).is_none());
    missing.map(|(_, package)| package).collect()
}

/// Node and npm are not installed from here: Debian's are older than what Playwright needs.
pub(crate) fn node() -> Outcome {
    let wanted = format!("The browser tests need Node {NODE_MAJOR_MIN} or newer with npm on PATH");
    if find_on_path(&["node"]).is_none() || find_on_path(&["npm"]).is_none() {
        return Err(Failure::new(format!("{wanted}; at least one of the two is missing.")));
    }
    let version = Tool::new("node").args(["--version"]).output()?;
    match node_major(&version) {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(()),
        _ => Err(Failure::new(format!("{wanted}; this one is {}.", version.trim()))),
    }
}

fn node_major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn distribution_is_forced() -> Outcome<bool> {
    match env::var(TOOLCHAIN_VARIABLE).as_deref() {
        Err(_) | Ok("" | "rustup") => Ok(false),
        Ok("distribution") => Ok(true),
        Ok(other) => Err(Failure::new(format!(
            "{TOOLCHAIN_VARIABLE} is `{other}`; it may be `rustup` or `distribution`."
        ))),
    }
}

fn wasm_library_is_there() -> bool {
    Tool::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .output()
        .is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

fn add_wasm_target_with_rustup() -> Outcome {
    if find_on_path(&["rustup"]).is_none() {
        return Err(Failure::new("rustup is not on PATH."));
    }
    Tool::new("rustup").args(["target", "add", WASM_TARGET]).run_within(RUSTUP_LIMIT)
}

/// Twice: which linker belongs to this Rust may be known only when its packages are there.
fn distribution_toolchain() -> Outcome<WasmToolchain> {
    for _ in 0..2 {
        install_packages(&missing_distribution_packages())?;
    }
    if Path::new(DISTRIBUTION_LINKER).exists() {
        return Ok(WasmToolchain::Distribution);
    }
    Err(Failure::new(format!("{DISTRIBUTION_LINKER} is missing after its packages were installed.")))
}

fn missing_distribution_packages() -> Vec<String> {
    let missing = DISTRIBUTION_PACKAGES.into_iter().filter(|package| !is_installed(package));
    missing.map(str::to_owned).chain(missing_linker_package()).collect()
}

/// `rust-web-llvm` has the linker as a link only, to the lld of the LLVM that it depends on, and does not ask for it.
fn missing_linker_package() -> Option<String> {
    if Path::new(DISTRIBUTION_LINKER).exists() {
        return None;
    }
    linker_package_in(&Tool::new("apt-cache").args(["depends", "rust-web-llvm"]).output().ok()?)
}

fn linker_package_in(dependencies: &str) -> Option<String> {
    let version = dependencies.lines().find_map(|line| line.trim().strip_prefix("Depends: llvm-"))?;
    Some(format!("lld-{version}"))
}

fn is_installed(package: &str) -> bool {
    Tool::new("dpkg-query")
        .args(["--show", "--showformat=${Status}", package])
        .output()
        .is_ok_and(|status| status == "install ok installed")
}

fn install_packages<P: AsRef<str>>(packages: &[P]) -> Outcome {
    let packages: Vec<&str> = packages.iter().map(AsRef::as_ref).collect();
    if packages.is_empty() {
        return Ok(());
    }
    if find_on_path(&["apt-get"]).is_none() {
        return Err(Failure::new(format!(
            "Missing: {}. There is no apt-get here; install what these Debian packages hold in your system's own way.",
            packages.join(", ")
        )));
    }
    if !is_root() {
        return Err(Failure::new(format!(
            "Missing: {}. Run this line as root, then start again:\n\n{}",
            packages.join(", "),
            apt_get_line(&packages)
        )));
    }
    let apt_get = || Tool::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive");
    apt_get().args(["update"]).run()?;
    apt_get().args(["install", "-y", "--no-install-recommends"]).args(packages).run()
}

fn apt_get_line(packages: &[&str]) -> String {
    format!("apt-get update && apt-get install -y --no-install-recommends {}", packages.join(" "))
}

fn is_root() -> bool {
    Tool::new("id").args(["-u"]).output().is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_for_the_user_names_every_package() {
        assert_eq!(
            apt_get_line(&PYTHON_PACKAGES),
            "apt-get update && apt-get install -y --no-install-recommends python3 python3-venv"
        );
    }

    #[test]
    fn the_linker_is_the_lld_of_the_llvm_that_rust_depends_on() {
        let dependencies = "rust-web-llvm\n  Depends: libc6\n  Depends: llvm-22\n    llvm-22:i386\n";
        assert_eq!(linker_package_in(dependencies).as_deref(), Some("lld-22"));
        assert_eq!(linker_package_in("rust-web-llvm\n  Depends: libc6\n"), None);
    }

    #[test]
    fn the_version_of_node_is_read_from_what_node_prints() {
        assert_eq!(node_major("v20.20.2\n"), Some(20));
        assert_eq!(node_major("20.20.2"), None);
        assert_eq!(node_major(""), None);
    }
}
