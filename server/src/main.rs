//! The `herald` program.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use server::commands::Cli;

/// An attempt makes many small pieces on one thread that another lets go: the system's allocator takes a sixth of all time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("herald: {error}");
            ExitCode::FAILURE
        }
    }
}
