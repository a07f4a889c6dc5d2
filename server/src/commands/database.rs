//! The options that every command on a database shares.

use std::{io::BufRead, path::PathBuf};

use clap::Args;

use super::CommandError;
use crate::{
    clock::Clock,
    store::{KeySource, Store},
    vault::{MasterKey, VaultError},
};

#[derive(Args)]
pub(super) struct DatabaseArgs {
    /// The SQLite file; made when it is not there.
    #[arg(long, env = "HERALD_DATABASE", default_value = "herald.db")]
    pub(super) database: PathBuf,
    /// The file with the master key; made at first use. By default the database's path with `.key`.
    #[arg(long, env = "HERALD_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// The master key itself, in place of a file: 43 characters of base64url.
    #[arg(long, env = "HERALD_KEY", hide_env_values = true, hide = true)]
    key: Option<String>,
}

impl DatabaseArgs {
    /// A database with its key beside it.
    pub(super) fn at(database: PathBuf) -> Self {
        Self { database, key_file: None, key: None }
    }

    pub(super) async fn open(&self, clock: Clock) -> Result<Store, CommandError> {
        Ok(Store::open(&self.database, self.key_source()?, clock).await?)
    }

    pub(super) fn key_source(&self) -> Result<KeySource, VaultError> {
        Ok(match &self.key {
            Some(key) => KeySource::Given(MasterKey::parse(key, "HERALD_KEY")?),
            None => KeySource::File(self.key_file.clone().unwrap_or_else(|| self.default_key_file())),
        })
    }

    fn default_key_file(&self) -> PathBuf {
        let mut path = self.database.as_os_str().to_owned();
        path.push(".key");
        PathBuf::from(path)
    }
}

/// The first line of standard input, without its end.
pub(super) fn read_password() -> Result<String, CommandError> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.strip_suffix('\n').unwrap_or(&line);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() {
        return Err("write the password to standard input, on one line".into());
    }
    Ok(password.to_owned())
}

/// A problem in one sentence for a terminal: every error with its field.
pub(super) fn in_words(problem: &api::Problem) -> String {
    if problem.errors.is_empty() {
        return problem.detail.clone();
    }
    let errors: Vec<String> =
        problem.errors.iter().map(|error| format!("{}: {}", error.field(), error.detail)).collect();
    errors.join("\n        ")
}
