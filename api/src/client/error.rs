//! Why a call has no value: the server refused it, or there is no answer that could be read.

use std::time::Duration;

use crate::Problem;

/// How a call failed. Only the first is the server's word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The server's own answer, with its status, its code, and what is wrong with each member.
    #[error("{0}")]
    Refused(Problem),
    /// There was no connection. Nothing was done.
    #[error("the server was not reached: {0}")]
    NotReached(String),
    /// The connection broke before the answer was whole. It may have been done.
    #[error("the connection broke before the answer was there: {0}")]
    Interrupted(String),
    /// No answer within the time that a call may take. It may have been done.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// An answer that is not Herald's, such as a proxy's page; or one of another version's. It may have been done.
    #[error("an answer that cannot be read (status {status}): {detail}")]
    BadAnswer { status: u16, detail: String },
    /// The arguments cannot be sent as they are. Nothing was done.
    #[error("the arguments could not be written: {0}")]
    BadArguments(String),
}

impl CallError {
    /// The server's answer, where this is one.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) => Some(problem),
            _ => None,
        }
    }
}

/// What goes with a problem that no server answered.
///
/// The functions have one error for all, so this rides in it from where it is known to [`crate::client::Herald::call`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    NotReached(String),
    Interrupted(String),
    TimedOut(Duration),
    BadAnswer { status: u16, detail: String },
    BadArguments(String),
}

impl From<Problem> for CallError {
    fn from(mut problem: Problem) -> Self {
        match problem.fault.take().map(|fault| *fault) {
            None => Self::Refused(problem),
            Some(Fault::NotReached(detail)) => Self::NotReached(detail),
            Some(Fault::Interrupted(detail)) => Self::Interrupted(detail),
            Some(Fault::TimedOut(timeout)) => Self::TimedOut(timeout),
            Some(Fault::BadAnswer { status, detail }) => Self::BadAnswer { status, detail },
            Some(Fault::BadArguments(detail)) => Self::BadArguments(detail),
        }
    }
}

/// Why no server can be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHerald {
    #[error("write the server's address as https://herald.example.com, without a path")]
    Url,
    #[error("an API key is printable ASCII without spaces")]
    Key,
    #[error("no HTTP client could be made: {0}")]
    Http(String),
}
