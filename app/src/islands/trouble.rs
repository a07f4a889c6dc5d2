//! Why there is no answer, in words that are true, and whether asking again can bring one.

use api::{Code, Problem};

use super::polling::Heard;

const GOES_ON: &str = "This page tries again and goes on by itself.";

pub(super) fn trouble(problem: &Problem) -> (String, Heard) {
    let words = match problem.code {
        Code::Unauthenticated => "You are signed out. Reload this page to sign in again.".to_owned(),
        Code::Forbidden => "You may no longer see this. Ask an admin of the organization.".to_owned(),
        Code::NotFound if *problem == Problem::not_found("webhook") => "This webhook was deleted.".to_owned(),
        Code::NotFound => problem.detail.clone(),
        Code::InvalidRequest => format!("{} Reload this page.", problem.detail),
        Code::RateLimited => format!("Too many requests came from here. {GOES_ON}"),
        Code::Unavailable if problem.is_unanswered() => format!("The server cannot be reached. {GOES_ON}"),
        Code::Unavailable => format!("The server cannot say it now. {GOES_ON}"),
        Code::Internal | Code::Conflict => format!("Something went wrong on the server. {GOES_ON}"),
    };
    (words, if may_pass(problem.code) { Heard::Nothing } else { Heard::End })
}

/// Whether it may be over the next time.
const fn may_pass(code: Code) -> bool {
    match code {
        Code::RateLimited | Code::Unavailable | Code::Internal | Code::Conflict => true,
        Code::Unauthenticated | Code::Forbidden | Code::NotFound | Code::InvalidRequest => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_cannot_succeed_any_more_is_said_and_asked_no_more() {
        for (problem, words) in [
            (Problem::unauthenticated(), "You are signed out."),
            (Problem::forbidden(), "You may no longer see this."),
            (Problem::not_found("webhook"), "This webhook was deleted."),
            (Problem::not_found("delivery"), "There is no such delivery."),
            (Problem::malformed("The request could not be read."), "The request could not be read. Reload"),
        ] {
            let (said, heard) = trouble(&problem);
            assert!(said.starts_with(words), "{said}");
            assert_eq!(heard, Heard::End, "{said}");
        }
    }

    #[test]
    fn what_may_pass_is_asked_again_and_blames_the_way_only_where_nobody_answered() {
        for (problem, words) in [
            (Problem::unanswered(), "The server cannot be reached."),
            (Problem::unavailable("The server's disk is full."), "The server cannot say it now."),
            (Problem::internal(), "Something went wrong on the server."),
            (Problem::rate_limited("Too many.", Duration::from_secs(9)), "Too many requests"),
        ] {
            let (said, heard) = trouble(&problem);
            assert!(said.starts_with(words) && said.ends_with(GOES_ON), "{said}");
            assert_eq!(heard, Heard::Nothing, "{said}");
        }
    }
}
