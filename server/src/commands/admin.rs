//! `herald admin`: what an operator does beside the console.

use clap::{Args, Subcommand};

use super::{
    CommandError,
    database::{DatabaseArgs, read_password},
    passwords::PasswordArgs,
};
use crate::{
    clock::Clock,
    store::{ActedBy, StoreError},
};

#[derive(Subcommand)]
pub(super) enum AdminCommand {
    /// Set a user's password, read from standard input, and end their sessions. Stop the server first.
    ResetPassword(ResetPasswordArgs),
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

pub(super) async fn run(command: AdminCommand) -> Result<(), CommandError> {
    let AdminCommand::ResetPassword(args) = command;
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
