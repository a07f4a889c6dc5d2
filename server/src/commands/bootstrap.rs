//! `herald bootstrap`: sets up an empty database.

use std::io::Write;

use clap::Args;
use domain::{Name, UserId};
use serde::Serialize;

use super::{
    CommandError,
    database::{DatabaseArgs, in_words, read_password},
    passwords::PasswordArgs,
};
use crate::{
    clock::Clock,
    herald::PublicUrl,
    store::{ActedBy, FirstAdmin, NewApiKey, Store},
    tokens::{hint, new_api_key, token_hash},
    usecases::first_admin,
};

#[derive(Args)]
pub(super) struct BootstrapArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    passwords: PasswordArgs,
    /// The name of the platform's own organization.
    #[arg(long)]
    organization: String,
    #[arg(long)]
    username: String,
    #[arg(long)]
    email: String,
    /// Where people will reach Herald; its host is written into the API key.
    #[arg(long, env = "HERALD_PUBLIC_URL", default_value = "http://127.0.0.1:3000")]
    public_url: String,
}

/// What was made; the key is shown this once.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    organization: String,
    username: String,
    user_id: UserId,
    api_key: String,
}

pub(super) async fn run(args: BootstrapArgs) -> Result<(), CommandError> {
    let public_url = PublicUrl::parse(&args.public_url)?;
    let password = read_password()?;
    // Checked before anything is made.
    let admin =
        first_admin(&args.passwords.open()?, &args.organization, &args.username, &args.email, &password)
            .await
            .map_err(|problem| in_words(&problem))?;
    let (organization, username) = (admin.organization.to_string(), admin.username.as_str().to_owned());
    let store = args.database.open(Clock::system()).await?;
    let made = set_up(&store, admin, "bootstrap", &public_url).await;
    store.close().await;
    let (user_id, api_key) = made?;
    print(&Done { organization, username, user_id, api_key })
}

/// Makes the first organization and its admin, with an API key of this title.
pub(super) async fn set_up(
    store: &Store,
    admin: FirstAdmin,
    title: &str,
    public_url: &PublicUrl,
) -> Result<(UserId, String), CommandError> {
    let api_key = new_api_key(&public_url.host());
    let title = Name::parse(title)?;
    let key = NewApiKey { title, key_hash: token_hash(&api_key), hint: hint(&api_key), expires_at: None };
    let (_, user_id) = store.set_up(admin, Some(key), ActedBy::command()).await?;
    Ok((user_id, api_key))
}

fn print(done: &Done) -> Result<(), CommandError> {
    let written = writeln!(std::io::stdout(), "{}", serde_json::to_string(done)?);
    Ok(written.map_err(|error| {
        format!("all is set up, but the API key could not be printed ({error}). Sign in with the password.")
    })?)
}
