//! The one error of the contract, as RFC 9457 has it.

use std::{fmt, time::Duration};

use domain::{FieldError, Invalid};
use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

/// Stable, for programs; each has one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    InvalidRequest,
    RateLimited,
    Unavailable,
    Internal,
}

/// What went wrong, in words for the person who caused it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub code: Code,
    /// The HTTP status.
    pub status: u16,
    pub detail: String,
    /// What is wrong with each member of the input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// In how many seconds trying again may work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Why no server answered, where none did.
    #[cfg(feature = "client")]
    #[serde(skip)]
    pub(crate) fault: Option<Box<crate::client::Fault>>,
}

const UNANSWERED: &str = "The server did not answer. Check the connection and try again.";

impl Problem {
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, 401, "Sign in, or send an API key.")
    }

    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(Code::Forbidden, 403, "You are not allowed to do this. Ask an admin of the organization.")
    }

    /// `what` as in “There is no such webhook.”
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, 404, format!("There is no such {what}."))
    }

    /// What was there once and is not any more.
    #[must_use]
    pub fn gone(error: FieldError) -> Self {
        Self { errors: vec![error.clone()], ..Self::new(Code::NotFound, 410, error.detail) }
    }

    #[must_use]
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(Code::Conflict, 409, detail)
    }

    /// Something that must be unique is not: a conflict that a form can show at its field.
    #[must_use]
    pub fn taken(error: FieldError) -> Self {
        Self { errors: vec![error.clone()], ..Self::conflict(error.detail) }
    }

    /// The request cannot be read at all.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, 400, detail)
    }

    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => only.detail.clone(),
            many => format!("{} fields need attention.", many.len()),
        };
        Self { errors, ..Self::new(Code::InvalidRequest, 422, detail) }
    }

    /// `detail` says of what there was too much; the time is rounded up to whole seconds.
    #[must_use]
    pub fn rate_limited(detail: &str, retry_after: Duration) -> Self {
        let seconds = retry_after.as_millis().div_ceil(1_000).max(1);
        let problem = Self::new(Code::RateLimited, 429, format!("{detail} Try again in {seconds} s."));
        Self { retry_after: u64::try_from(seconds).ok(), ..problem }
    }

    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, 503, detail)
    }

    /// No server was reached, as far as a browser can tell.
    #[must_use]
    pub fn unanswered() -> Self {
        Self::unavailable(UNANSWERED)
    }

    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.code == Code::Unavailable && self.detail == UNANSWERED
    }

    /// The cause goes to the log, never to the caller.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            Code::Internal,
            500,
            "Something went wrong on the server. Try again; if it stays, its log says why.",
        )
    }

    fn new(code: Code, status: u16, detail: impl Into<String>) -> Self {
        Self {
            code,
            status,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            #[cfg(feature = "client")]
            fault: None,
        }
    }

    /// For who calls a function, before they are told what it really is.
    #[cfg(feature = "client")]
    pub(crate) fn of_fault(fault: crate::client::Fault) -> Self {
        let problem = Self::unavailable("There is no answer of a server.");
        Self { fault: Some(Box::new(fault)), ..problem }
    }

    /// The status in words, for RFC 9457's `title`.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self.code {
            Code::Unauthenticated => "Not signed in",
            Code::Forbidden => "Not allowed",
            Code::NotFound => "Not found",
            Code::Conflict => "Conflict",
            Code::InvalidRequest => "Invalid request",
            Code::RateLimited => "Too many requests",
            Code::Unavailable => "Unavailable",
            Code::Internal => "Internal error",
        }
    }

    /// What is wrong with one field of a form.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.field() == field)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Problem {}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::invalid(invalid.errors)
    }
}

impl FromServerFnError for Problem {
    type Encoder = JsonEncoding;

    #[cfg(feature = "client")]
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        use crate::client::Fault;
        Self::of_fault(match error {
            // Herald's errors are read before; this is an answer of status 200.
            ServerFnErrorErr::Deserialization(detail) => Fault::BadAnswer { status: 200, detail },
            other => Fault::BadArguments(other.to_string()),
        })
    }

    #[cfg(not(feature = "client"))]
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::unanswered(),
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => {
                Self::malformed(format!("The request could not be read: {detail}."))
            }
            // On the server it is the arguments that were JSON and could not be read.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(detail) => {
                Self::malformed(format!("The request could not be read: {detail}."))
            }
            #[cfg(not(feature = "ssr"))]
            ServerFnErrorErr::Deserialization(_) => Self::unavailable(
                "The server answered in a way that this page does not understand. Reload it.",
            ),
            _ => Self::internal(),
        }
    }
}
