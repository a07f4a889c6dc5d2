//! `cargo xtask run`: builds Herald and becomes `herald serve`, so that Ctrl-C reaches it and nothing else.
//! Loopback addresses are allowed as targets, for trying webhooks on one machine.

use crate::build;
use crate::command::Tool;
use crate::failure::Outcome;
use crate::progress::Progress;
use crate::workspace::Workspace;

const DEFAULTS: [(&str, &str); 2] = [("--database", "herald.db"), ("--listen", "127.0.0.1:3000")];
const ALLOW_LOOPBACK: [&str; 4] = ["--allow-target", "127.0.0.0/8", "--allow-target", "::1/128"];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let mut progress = Progress::new(build::STEPS + 1);
    build::build(workspace, build::Server::Release, &mut progress)?;
    progress.announce("Starting Herald");
    println!(
        "      Webhooks may call this machine (127.0.0.0/8 and ::1), for trying things; Ctrl-C stops it."
    );
    Tool::new(workspace.binary()).args(serve_arguments(arguments)).become_it()
}

/// Ours first, and only where the user did not give the same flag, nor asked for the example, which has a database
/// and receivers of its own.
pub(crate) fn serve_arguments(given: &[String]) -> Vec<String> {
    let given = if given.first().is_some_and(|first| first == "--") { &given[1..] } else { given };
    let mut arguments = vec!["serve".to_owned()];
    let is_demo = is_given("--demo", given);
    for (flag, value) in DEFAULTS {
        let left_out = is_demo && flag == "--database";
        if !left_out && !is_given(flag, given) {
            arguments.extend([flag.to_owned(), value.to_owned()]);
        }
    }
    if !is_demo {
        arguments.extend(ALLOW_LOOPBACK.map(str::to_owned));
    }
    arguments.extend_from_slice(given);
    arguments
}

fn is_given(flag: &str, given: &[String]) -> bool {
    given.iter().any(|argument| {
        argument.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(given: &[&str]) -> String {
        serve_arguments(&given.iter().map(|&argument| argument.to_owned()).collect::<Vec<_>>()).join(" ")
    }

    #[test]
    fn without_arguments_the_defaults_are_passed() {
        assert_eq!(
            line(&[]),
            "serve --database herald.db --listen 127.0.0.1:3000 --allow-target 127.0.0.0/8 --allow-target ::1/128"
        );
    }

    #[test]
    fn what_the_user_gives_takes_the_place_of_a_default() {
        assert_eq!(
            line(&["--", "--listen=0.0.0.0:80", "--database", "other.db"]),
            "serve --allow-target 127.0.0.0/8 --allow-target ::1/128 --listen=0.0.0.0:80 --database other.db"
        );
    }

    #[test]
    fn the_example_has_a_database_and_receivers_of_its_own() {
        assert_eq!(line(&["--", "--demo"]), "serve --listen 127.0.0.1:3000 --demo");
    }

    #[test]
    fn a_longer_flag_is_not_taken_for_a_shorter_one() {
        assert!(line(&["--listening", "x"]).contains("--listen 127.0.0.1:3000"));
    }
}
