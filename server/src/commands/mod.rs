//! The command line.

mod admin;
mod bench;
mod bootstrap;
mod database;
mod demo;
mod limits;
mod passwords;
mod receive;
mod serve;
mod signals;

use clap::{Parser, Subcommand};

/// Organization webhooks that other systems can rely on.
#[derive(Parser)]
#[command(name = "herald", version, about = "Organization webhooks that other systems can rely on.")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the console and the API, and deliver.
    Serve(serve::ServeArgs),
    /// Set up an empty database: the first organization and its platform admin. Reads the password from standard input.
    Bootstrap(bootstrap::BootstrapArgs),
    /// Recover access, and replace the master key.
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Receive webhooks and print them, to try things.
    Receive(receive::ReceiveArgs),
    /// Measure speed and cost on this machine, each against the least possible program.
    Bench(bench::BenchArgs),
}

/// Why a command ended, for the one who typed it.
pub type CommandError = Box<dyn std::error::Error + Send + Sync>;

impl Cli {
    /// # Errors
    /// When the command could not do what it is for.
    pub async fn run(self) -> Result<(), CommandError> {
        match self.command {
            Command::Serve(args) => serve::run(args).await,
            Command::Bootstrap(args) => bootstrap::run(args).await,
            Command::Admin(command) => admin::run(command).await,
            Command::Receive(args) => Ok(receive::run(args).await?),
            Command::Bench(args) => bench::run(args).await,
        }
    }
}
