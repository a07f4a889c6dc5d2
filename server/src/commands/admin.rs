//! `herald admin`: what an operator does beside the console.

use clap::{Args, Subcommand};

use super::{
    CommandError,
    database::{DatabaseArgs, read_password},
    passwords::PasswordArgs,
};
use crate::{
    clock::Clock,
    store::{ActedBy, KeySource, ReplacedKey, StoreError},
    vault::MasterKey,
};

#[derive(Subcommand)]
pub(super) enum AdminCommand {
    /// Set a user's password, read from standard input, and end their sessions. Stop the server first.
    ResetPassword(ResetPasswordArgs),
    /// Replace the master key, and seal everything under the new one. Stop the server first.
    RotateKey(RotateKeyArgs),
}

#[derive(Args)]
pub(super) struct ResetPasswordArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    passwords: PasswordArgs,
    #[arg(long)]
    username: String,
}

#[derive(Args)]
pub(super) struct RotateKeyArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The new master key, where HERALD_KEY gives the old one: 43 characters of base64url.
    #[arg(long, env = "HERALD_NEW_KEY", hide_env_values = true, hide = true)]
    new_key: Option<String>,
}

pub(super) async fn run(command: AdminCommand) -> Result<(), CommandError> {
    match command {
        AdminCommand::ResetPassword(args) => reset_password(args).await,
        AdminCommand::RotateKey(args) => rotate_key(args).await,
    }
}

async fn reset_password(args: ResetPasswordArgs) -> Result<(), CommandError> {
    let passwords = args.passwords.open()?;
    let password = passwords.accept(&read_password()?).await??;
    let hash = passwords.hash(password.as_str().to_owned()).await?;
    let store = args.database.open(Clock::system()).await?;
    let done = store.reset_password(&args.username, hash, ActedBy::command()).await;
    store.close().await;
    match done {
        Err(StoreError::NotFound(_)) => Err(format!("there is no user “{}”", args.username).into()),
        done => {
            done?;
            println!("The password of {} is set; their sessions have ended.", args.username);
            Ok(())
        }
    }
}

async fn rotate_key(args: RotateKeyArgs) -> Result<(), CommandError> {
    let source = args.database.key_source()?;
    let given = args.new_key.as_deref().filter(|text| !text.is_empty());
    let new = match (&source, given) {
        (KeySource::File(_), None) => MasterKey::random(),
        (KeySource::Given(old), Some(text)) => different_key(old, text)?,
        (KeySource::Given(_), None) => {
            return Err("HERALD_KEY gives the key: give the new one by HERALD_NEW_KEY, 43 characters of base64url (32 random bytes)".into());
        }
        (KeySource::File(_), Some(_)) => {
            return Err("a new key is made for the key file: HERALD_NEW_KEY goes with HERALD_KEY only".into());
        }
    };
    let store = args.database.open(Clock::system()).await?;
    let done = store.replace_key(&source, &new, ActedBy::command()).await;
    store.close().await;
    let ReplacedKey { webhooks, old_key_left } = done?;
    println!("The master key is replaced; the secrets of {webhooks} webhooks are sealed under the new one.");
    match (source, old_key_left) {
        (KeySource::Given(_), _) => println!("Start the server with the new key as HERALD_KEY."),
        (KeySource::File(_), Some(error)) => {
            println!("The old key is in the key file still, and the next start removes it: {error}.");
        }
        (KeySource::File(_), None) => {}
    }
    println!("Back up the key with the database: backups from before open with the old key only.");
    Ok(())
}

fn different_key(old: &MasterKey, text: &str) -> Result<MasterKey, CommandError> {
    let new = MasterKey::parse(text, "HERALD_NEW_KEY")?;
    if new == *old {
        return Err("HERALD_NEW_KEY is the key that HERALD_KEY gives: make another".into());
    }
    Ok(new)
}
