//! What an error of SQLite leaves behind: one list for what is written and for moving the log.

use rusqlite::ffi::{SQLITE_BUSY, SQLITE_CONSTRAINT, SQLITE_FULL, SQLITE_LOCKED, SQLITE_TOOBIG};

use super::StoreError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Harm {
    /// One statement was refused; the others are as they were.
    One,
    /// The disk is full: nothing was stored, and later it may be.
    Full,
    /// Somebody else holds the database: nothing was stored, and later it may be.
    Busy,
    /// What is on disk is not known until it is read again at the next start.
    Lost,
}

impl Harm {
    fn of_code(extended: i32) -> Self {
        match extended & 0xff {
            SQLITE_CONSTRAINT | SQLITE_TOOBIG => Self::One,
            SQLITE_FULL => Self::Full,
            SQLITE_BUSY | SQLITE_LOCKED => Self::Busy,
            _ => Self::Lost,
        }
    }

    /// Of an error that did not come from SQLite's own list, nothing is known.
    pub(super) fn of_sqlite(error: &rusqlite::Error) -> Self {
        error.sqlite_error().map_or(Self::Lost, |error| Self::of_code(error.extended_code))
    }

    /// Of what Herald itself refuses, one.
    pub(super) fn of(error: &StoreError) -> Self {
        match error {
            StoreError::Sqlite(error) => Self::of_sqlite(error),
            StoreError::Database(error) => {
                let code = error.as_database_error().and_then(|error| error.code()?.parse().ok());
                code.map_or(Self::Lost, Self::of_code)
            }
            _ => Self::One,
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi::{SQLITE_IOERR, SQLITE_IOERR_FSYNC};

    use super::*;

    #[test]
    fn what_is_not_known_is_lost() {
        for code in [SQLITE_IOERR, SQLITE_IOERR_FSYNC, 0, i32::MAX] {
            assert_eq!(Harm::of_code(code), Harm::Lost, "{code}");
        }
        assert_eq!(Harm::of_sqlite(&rusqlite::Error::QueryReturnedNoRows), Harm::Lost);
        assert_eq!(Harm::of(&StoreError::Database(sqlx::Error::WorkerCrashed)), Harm::Lost);
    }

    #[test]
    fn what_passes_ends_nothing() {
        const SQLITE_BUSY_SNAPSHOT: i32 = SQLITE_BUSY | 2 << 8;
        assert_eq!(Harm::of_code(SQLITE_BUSY_SNAPSHOT), Harm::Busy);
        assert_eq!(Harm::of_code(SQLITE_LOCKED), Harm::Busy);
        assert_eq!(Harm::of_code(SQLITE_FULL), Harm::Full);
        assert_eq!(Harm::of(&StoreError::Outrun), Harm::One);
    }
}
