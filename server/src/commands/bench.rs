//! `herald bench`: reads what is to be measured, and prints the figures.

use clap::Args;

use super::{CommandError, signals::stop_signal};
use crate::bench::{self, Part, Scale};

#[derive(Args)]
pub(super) struct BenchArgs {
    /// Measure only these, such as B1,B4.
    #[arg(long, value_delimiter = ',', value_enum, ignore_case = true)]
    only: Vec<Part>,
    /// Print a list of figures as JSON in place of the table.
    #[arg(long)]
    json: bool,
    /// One short round of everything: shows that it works, and says nothing about speed.
    #[arg(long)]
    quick: bool,
    /// Also with ten million rows of history and of backlog: takes minutes, and tens of GiB.
    #[arg(long, conflicts_with = "quick")]
    long: bool,
}

pub(super) async fn run(args: BenchArgs) -> Result<(), CommandError> {
    let scale = match (args.quick, args.long) {
        (true, _) => Scale::quick(),
        (_, true) => Scale::long(),
        _ => Scale::full(),
    };
    // What is dropped half way removes its databases, which a process that is killed would leave behind.
    let figures = tokio::select! {
        biased;
        signal = stop_signal() => return Err(signal.map_or_else(Into::into, |()| "ended by a signal; nothing is left behind.".into())),
        figures = bench::run(&args.only, scale) => figures?,
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&figures)?);
    } else {
        println!("{}", bench::table(&figures));
    }
    Ok(())
}
