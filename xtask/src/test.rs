//! `cargo xtask test`: every check in its order, the quick ones first, ended by the first that fails.
//! Features `ssr` and `hydrate` must never meet in one build, so the console is linted apart from the rest.

use std::process::ExitCode;

use crate::browser;
use crate::build;
use crate::clients;
use crate::command::Tool;
use crate::examples;
use crate::failure::{Failure, Outcome};
use crate::guard;
use crate::licenses;
use crate::progress::Progress;
use crate::setup;
use crate::workspace::Workspace;

/// Their names on the command line, in the order in which they are run.
const CHECKS: [&str; 10] =
    ["fmt", "lint", "lint-console", "unit", "guard", "build", "examples", "clients", "types", "browser"];

/// The closing line is the last, so a failure is told before the summary.
pub(crate) fn test(workspace: &Workspace, arguments: &[String]) -> Outcome<ExitCode> {
    let (chosen, for_playwright) = read_arguments(arguments)?;
    let mut progress = Progress::new(chosen.iter().map(|check| steps_of(check)).sum());
    let outcome =
        chosen.iter().try_for_each(|check| run_check(check, workspace, &mut progress, for_playwright));
    if let Err(failure) = &outcome {
        println!("\n{failure}");
    }
    println!("{}", progress.summary());
    Ok(if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn steps_of(check: &str) -> usize {
    match check {
        "build" => build::STEPS,
        "guard" => 2,
        _ => 1,
    }
}

fn run_check(
    check: &str,
    workspace: &Workspace,
    progress: &mut Progress,
    for_playwright: &[String],
) -> Outcome {
    match check {
        "fmt" => progress.step("Checking the format", || cargo(workspace, &["fmt", "--all", "--check"])),
        "lint" => progress.step("Linting all but the console's wasm half", || lint(workspace)),
        "lint-console" => progress.step("Linting the console's wasm half", || lint_console(workspace)),
        "unit" => progress.step("Running the Rust tests", || unit(workspace)),
        "guard" => {
            progress
                .step("Checking what the wasm half and the clients depend on", || guard::check(workspace))?;
            progress.step("Checking the licenses of all dependencies", || licenses::check(workspace))
        }
        "build" => build::build(workspace, build::Server::Release, progress),
        "examples" => progress.step("Running the examples against the binary", || examples::check(workspace)),
        "clients" => progress.step("Running clients in Python", || clients::test(workspace)),
        "types" => {
            progress.step("Checking the types of the browser tests", || browser::check_types(workspace))
        }
        _ => progress.step("Running the browser tests", || browser::test(workspace, for_playwright)),
    }
}

fn unit(workspace: &Workspace) -> Outcome {
    setup::network_tools()?;
    cargo(workspace, &["test"])
}

/// The default members of the workspace: everything but `frontend`.
fn lint(workspace: &Workspace) -> Outcome {
    cargo(workspace, &["clippy", "--all-targets", "--", "-D", "warnings"])
}

/// On the host's own target, which needs no wasm toolchain. The shared crates are linted again with the other features.
fn lint_console(workspace: &Workspace) -> Outcome {
    let packages = ["-p", "frontend", "-p", "app", "-p", "api", "-p", "domain"];
    Tool::cargo(workspace).args(["clippy"]).args(packages).args(["--", "-D", "warnings"]).run()
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    Tool::cargo(workspace).args(arguments).run()
}

/// The checks to run, and what goes on to Playwright.
fn read_arguments(arguments: &[String]) -> Outcome<(Vec<&'static str>, &[String])> {
    let split = arguments.iter().position(|argument| argument == "--");
    let (own, rest) = match split {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (arguments, &arguments[arguments.len()..]),
    };
    let chosen = match own {
        [] => CHECKS.to_vec(),
        [flag, names] if flag == "--only" => read_names(names)?,
        _ => {
            return Err(Failure::new(
                "`cargo xtask test` takes `--only A,B`, and `-- ARGUMENTS` for Playwright.",
            ));
        }
    };
    Ok((chosen, rest))
}

fn read_names(names: &str) -> Outcome<Vec<&'static str>> {
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    if let Some(unknown) = names.iter().find(|name| !CHECKS.contains(name)) {
        let known = CHECKS.join(", ");
        return Err(Failure::new(format!("There is no check `{unknown}`; the checks are {known}.")));
    }
    Ok(CHECKS.into_iter().filter(|check| names.contains(check)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn without_arguments_every_check_is_run() {
        let (chosen, rest) = read_arguments(&[]).unwrap();
        assert_eq!(chosen, CHECKS);
        assert!(rest.is_empty());
    }

    #[test]
    fn chosen_checks_are_run_in_their_own_order() {
        assert_eq!(read_arguments(&words("--only unit,fmt")).unwrap().0, ["fmt", "unit"]);
    }

    #[test]
    fn what_follows_two_dashes_is_for_playwright() {
        let arguments = words("--only browser -- -g webhooks");
        let (chosen, rest) = read_arguments(&arguments).unwrap();
        assert_eq!(chosen, ["browser"]);
        assert_eq!(rest, ["-g", "webhooks"]);
    }

    #[test]
    fn an_unknown_check_is_refused_with_the_known_ones() {
        let failure = read_arguments(&words("--only fmt,spelling")).unwrap_err();
        assert!(
            failure.to_string().starts_with("There is no check `spelling`; the checks are fmt, lint,"),
            "{failure}"
        );
        assert!(read_arguments(&words("fmt")).is_err());
    }
}
