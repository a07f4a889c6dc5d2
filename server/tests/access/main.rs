//! Who may do what (F14): every operation of the API and every server function, called by everyone, over HTTP.
//!
//! The tables here are written from the reference, not from the server: where the two differ, a test fails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

#[path = "../support/mod.rs"]
mod support;

mod api_keys;
mod breached;
mod content_types;
mod foreign;
mod forged;
mod functions;
mod keys;
mod limits;
mod objects;
mod operations;
mod pages;
mod passwords;
mod scopes;
mod security_log;
mod sessions;
mod world;

/// Whom the reference opens an operation to, by the letters of its column "who".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Anyone,
    /// S
    SignedIn,
    /// Whoever belongs to the organization, and platform admins.
    Belonging,
    /// U
    Users,
    /// A
    Admins,
    /// P
    Platform,
}

/// Who calls, seen from the organization that is called upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    Nobody,
    Member,
    UsersHolder,
    Admin,
    /// An admin of another organization.
    Stranger,
    PlatformAdmin,
}

impl Caller {
    const ALL: [Self; 6] =
        [Self::Nobody, Self::Member, Self::UsersHolder, Self::Admin, Self::Stranger, Self::PlatformAdmin];
}

/// The status of a refusal, or `None` where the caller may. `named`: the operation names an organization.
fn refusal(who: Who, caller: Caller, named: bool) -> Option<u16> {
    match (who, caller) {
        (Who::Anyone, _) => None,
        (_, Caller::Nobody) => Some(401),
        (_, Caller::PlatformAdmin) => None,
        (_, Caller::Stranger) if named => Some(404),
        (Who::SignedIn, _) => None,
        (Who::Belonging, Caller::Member | Caller::UsersHolder | Caller::Admin) => None,
        (Who::Users, Caller::UsersHolder | Caller::Admin) => None,
        (Who::Admins, Caller::Admin) => None,
        _ => Some(403),
    }
}

/// The problem's code that goes with a refusal.
fn code(status: u16) -> &'static str {
    match status {
        401 => "unauthenticated",
        403 => "forbidden",
        404 => "not_found",
        other => panic!("{other} is no refusal"),
    }
}
