//! `cargo xtask`: sets up, builds, runs and tests Herald.
//! This file only reads the command line; each command has a file of its own.

mod bench;
mod browser;
mod build;
mod bundle;
mod clients;
mod command;
mod console;
mod dev;
mod examples;
mod failure;
mod faults;
mod guard;
mod licenses;
mod manifest;
mod packages;
mod progress;
mod run;
mod sbom;
mod setup;
mod style;
mod test;
mod workspace;

use std::process::ExitCode;

use failure::{Failure, Outcome};
use progress::Progress;
use workspace::Workspace;

const HELP: &str = "\
Sets up, builds, runs and tests Herald. What is missing on the machine is installed, or the line that installs it is printed.

cargo xtask run [-- ARGUMENTS]      build, then `herald serve`; the arguments go to it
cargo xtask dev [-- ARGUMENTS]      as `run`, in a debug build that is built and started again whenever a source changes; open pages
                                    reload
cargo xtask test [--only A,B] [-- ARGUMENTS]
                                    every check, in this order: fmt, lint, lint-console, unit, guard, build, examples, clients,
                                    types, browser;
                                    the arguments go to Playwright
cargo xtask faults [--long] [-- ARGUMENTS]
                                    kills, power cuts, failing disks and stops under load; with --long for hours;
                                    the arguments go to the tests
cargo xtask build [--debug]         the console (wasm, style) and the server with the console inside it
cargo xtask bench [-- ARGUMENTS]    build the server, then `herald bench`; the arguments go to it
cargo xtask sbom                    what a release is made of, both halves, as CycloneDX 1.5 in the target directory
cargo xtask help                    this text

CARGO_TARGET_DIR                    where everything is built (default: target)
HERALD_WASM_TOOLCHAIN=distribution  build the console with Debian's own Rust instead of rustup's
HERALD_BINARY                       the server that examples and clients are run against (default: the one that `build` makes)
HERALD_CHROMIUM                     the browser of the browser tests (default: the system's Chromium)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome<ExitCode> {
    let (command, rest) =
        arguments.split_first().map_or(("help", arguments), |(first, rest)| (first.as_str(), rest));
    match command {
        "build" => build_only(rest)?,
        "run" => run::run(&Workspace::from_environment()?, rest)?,
        "dev" => dev::dev(&Workspace::from_environment()?, rest)?,
        "test" => return test::test(&Workspace::from_environment()?, rest),
        "bench" => bench::bench(&Workspace::from_environment()?, rest)?,
        "faults" => faults::faults(&Workspace::from_environment()?, rest)?,
        "sbom" => sbom::write(&Workspace::from_environment()?)?,
        "help" | "--help" | "-h" => print!("{HELP}"),
        other => return Err(Failure::new(format!("There is no command `{other}`.\n\n{HELP}"))),
    }
    Ok(ExitCode::SUCCESS)
}

fn build_only(arguments: &[String]) -> Outcome {
    let server = match arguments {
        [] => build::Server::Release,
        [debug] if debug == "--debug" => build::Server::Debug,
        [other, ..] => {
            return Err(Failure::new(format!(
                "`cargo xtask build` takes `--debug` or nothing, and `{other}` was given."
            )));
        }
    };
    let workspace = Workspace::from_environment()?;
    build::build(&workspace, server, &mut Progress::new(build::STEPS))?;
    println!("\n{} is built, the console inside it.", workspace.binary_in(server.folder()).display());
    Ok(())
}
