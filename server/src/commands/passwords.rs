//! The options of every command that sets passwords.

use std::{ffi::OsString, path::Path};

use clap::Args;

use crate::{
    breached::{BreachedError, BreachedPasswords},
    passwords::Passwords,
};

#[derive(Args)]
pub(super) struct PasswordArgs {
    /// Passwords that were stolen elsewhere and that nobody may set: a file of SHA-1 hashes, ordered by hash, a `HASH:COUNT` a line.
    #[arg(long, env = "HERALD_BREACHED_PASSWORDS", value_name = "FILE")]
    breached_passwords: Option<OsString>,
}

impl PasswordArgs {
    /// An empty variable names no file.
    pub(super) fn open(&self) -> Result<Passwords, BreachedError> {
        let given = self.breached_passwords.as_deref().filter(|path| !path.is_empty());
        Ok(Passwords::refusing(given.map(|path| BreachedPasswords::open(Path::new(path))).transpose()?))
    }
}
