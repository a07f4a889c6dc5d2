//! What the caller is told when something underneath fails; the cause goes to the log.

use api::Problem;
use domain::FieldError;

use crate::{passwords::PasswordError, store::StoreError};

/// Lets `?` turn a store's error into an answer.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(what) => Self::not_found(what),
            StoreError::Taken(field, detail) => Self::taken(FieldError::new(field, "taken", detail)),
            StoreError::Refused(detail) => Self::conflict(detail),
            StoreError::Outrun => Self::conflict("Somebody else changed it meanwhile; nothing was stored."),
            StoreError::Forbidden => Self::forbidden(),
            StoreError::Full => {
                tracing::error!("The disk is full: nothing new can be stored");
                Self::unavailable("The server's disk is full; nothing was stored. Try again later.")
            }
            StoreError::Busy => {
                tracing::error!("Another program holds the database: nothing new can be stored");
                Self::unavailable("The server's database is busy; nothing was stored. Try again.")
            }
            StoreError::Overloaded => Self::unavailable(
                "More is waiting to be stored than the server can take; nothing was stored. Try again in a moment.",
            ),
            StoreError::Slow => Self::unavailable(
                "Reading this takes longer than the server allows. Ask for less, or try again later.",
            ),
            StoreError::Cursor(parameter) => {
                let detail = format!(
                    "This is not a cursor that Herald gave out for this list with these filters. Leave “{parameter}” out to begin anew."
                );
                Self::invalid(vec![FieldError::new(parameter, "invalid", detail)])
            }
            StoreError::Outdated(parameter) => {
                let detail = format!(
                    "What follows this cursor is older than the retention and was removed, so something was missed. Leave “{parameter}” out to begin with the oldest that is there."
                );
                Self::gone(FieldError::new(parameter, "outdated", detail))
            }
            StoreError::Invalid(invalid) => invalid.into(),
            StoreError::Stopped => {
                Self::unavailable("The server is stopping; nothing was stored. Try again.")
            }
            StoreError::Unsure => Self::unavailable(
                "The server's disk failed; whether this was stored is not known. Try again, with the same idempotency key.",
            ),
            StoreError::Database(_)
            | StoreError::Sqlite(_)
            | StoreError::Vault(_)
            | StoreError::Corrupt(_) => {
                tracing::error!(%error, "The store failed");
                Self::internal()
            }
        }
    }
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        tracing::error!(%error, "A password could not be hashed or checked");
        Self::internal()
    }
}
