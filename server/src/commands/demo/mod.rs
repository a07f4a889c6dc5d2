//! `herald serve --demo`: a filled example, so that anyone can look around in a minute.
//!
//! Nothing in it is made up: eight days pass in a few seconds, in which the real engine sends to a real receiver.

mod actor;
mod fill;
mod receiver;
mod story;

use std::{io::Write, path::Path, sync::Arc, time::Duration};

use rand::seq::IndexedRandom;
use tempfile::TempDir;

use super::{CommandError, database::DatabaseArgs};
use crate::{
    delivery::Guard,
    herald::{Herald, PublicUrl},
    http,
};
use actor::Actor;
use receiver::Receiver;
use story::{ADMIN, ORGANIZATION};

/// How long it is quiet before something happens again while one looks around.
const QUIET: Duration = Duration::from_secs(12);
const PASSWORD_LENGTH: usize = 12;
/// Without those that are taken for one another.
const PASSWORD_CHARACTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// The example; its database lies in a folder that goes with it.
pub(super) struct Demo {
    folder: TempDir,
    actor: Actor,
    password: String,
    receiver: Receiver,
}

impl Demo {
    /// Starts the receiver, and lets the story happen up to now.
    pub(super) async fn prepare(guard: Arc<Guard>, public_url: PublicUrl) -> Result<Self, CommandError> {
        writeln!(std::io::stdout(), "Filling the example: eight days in a few seconds …")?;
        let folder = tempfile::Builder::new().prefix("herald-demo-").tempdir()?;
        let receiver = Receiver::start().await?;
        let password = new_password();
        let stage = fill::Stage { database: database_in(folder.path()), guard, public_url };
        let actor = stage.play(&password, &receiver).await?;
        Ok(Self { folder, actor, password, receiver })
    }

    pub(super) fn database(&self) -> DatabaseArgs {
        database_in(self.folder.path())
    }

    /// Lets something happen now and then, for as long as it is polled.
    pub(super) async fn go_on(mut self, herald: Herald) {
        let router = http::router(herald);
        for act in story::encore() {
            tokio::time::sleep(QUIET).await;
            if let Err(error) = self.actor.perform(&act, &router, &self.receiver).await {
                tracing::warn!(%error, "The example does not go on");
                return;
            }
        }
    }

    /// What one needs to look around.
    pub(super) fn greet(&self, out: &mut impl Write) -> std::io::Result<()> {
        let (origin, password) = (self.receiver.origin(), &self.password);
        writeln!(out, "This is an example, the organization {ORGANIZATION}. It is gone when Herald stops.")?;
        writeln!(out, "Sign in as {ADMIN} with the password {password}")?;
        writeln!(out, "Its webhooks go to {origin}/ where you can tell each receiver to fail.")
    }
}

fn database_in(folder: &Path) -> DatabaseArgs {
    DatabaseArgs::at(folder.join("herald.db"))
}

fn new_password() -> String {
    let mut rng = rand::rng();
    let characters = std::iter::repeat_with(|| PASSWORD_CHARACTERS.choose(&mut rng).copied().unwrap_or(b'x'));
    characters.take(PASSWORD_LENGTH).map(char::from).collect()
}
