//! `cargo xtask faults`: kills Herald, cuts its power, breaks its disk and stops it under load (`server/tests/faults`).
//! The short forms are part of `cargo xtask test` as well; `--long` takes hours where the short ones take a minute.

use crate::command::Tool;
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

const TEST: [&str; 5] = ["test", "-p", "server", "--test", "faults"];

pub(crate) fn faults(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let (long, for_test) = read_arguments(arguments)?;
    let tool = Tool::cargo(workspace).args(cargo_arguments(long, for_test));
    let tool = if long { tool.env("HERALD_FAULTS", "long") } else { tool };
    tool.run()
}

/// Whether the long forms are asked for, and what goes on to the test binary.
fn read_arguments(arguments: &[String]) -> Outcome<(bool, &[String])> {
    let split = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let (own, rest) = arguments.split_at(split);
    let rest = rest.get(1..).unwrap_or_default();
    match own {
        [] => Ok((false, rest)),
        [flag] if flag == "--long" => Ok((true, rest)),
        _ => Err(Failure::new("`cargo xtask faults` takes `--long`, and `-- ARGUMENTS` for the tests.")),
    }
}

/// What the tests print, such as their seeds, is shown; the long ones are run one after the other.
fn cargo_arguments(long: bool, for_test: &[String]) -> Vec<String> {
    let mut arguments: Vec<String> = TEST.map(str::to_owned).to_vec();
    if long {
        arguments.push("--release".to_owned());
    }
    arguments.extend(["--", "--nocapture"].map(str::to_owned));
    if long {
        arguments.push("--test-threads=1".to_owned());
    }
    arguments.extend_from_slice(for_test);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(given: &str) -> String {
        let given: Vec<String> = given.split_whitespace().map(str::to_owned).collect();
        let (long, rest) = read_arguments(&given).unwrap();
        cargo_arguments(long, rest).join(" ")
    }

    #[test]
    fn the_short_forms_are_run_as_they_are_in_every_test_run() {
        assert_eq!(line(""), "test -p server --test faults -- --nocapture");
        assert_eq!(line("-- kills"), "test -p server --test faults -- --nocapture kills");
    }

    #[test]
    fn the_long_forms_are_run_optimized_and_one_by_one() {
        assert_eq!(
            line("--long -- power"),
            "test -p server --test faults --release -- --nocapture --test-threads=1 power"
        );
    }

    #[test]
    fn anything_else_is_refused_in_a_sentence() {
        let failure = read_arguments(&["--longer".to_owned()]).unwrap_err();
        assert!(failure.to_string().starts_with("`cargo xtask faults` takes `--long`"), "{failure}");
    }
}
