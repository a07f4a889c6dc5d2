//! `herald serve`: the console, the API and the delivery engine in one process.

use std::{
    io::{IsTerminal, Write},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
};

use clap::{Args, builder::FalseyValueParser};
use domain::{
    RetryPolicy,
    limits::REQUEST_GRACE,
    target::{AllowedTarget, InvalidAllowedTarget, TargetPolicy},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tracing_subscriber::EnvFilter;

use super::{
    CommandError, database::DatabaseArgs, demo::Demo, limits::LimitArgs, passwords::PasswordArgs,
    signals::stop_signal,
};
use crate::{
    clock::Clock,
    delivery::Guard,
    herald::{Herald, PublicUrl},
    http,
};

#[derive(Args)]
pub(super) struct ServeArgs {
    /// The address to listen on.
    #[arg(long, env = "HERALD_LISTEN", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    #[command(flatten)]
    database: DatabaseArgs,
    /// Serve a filled example in place of a database: to look around. Webhooks may call this machine.
    #[arg(long, conflicts_with_all = ["database", "key_file", "key"])]
    demo: bool,
    /// A private target that webhooks may call: a range (10.0.0.0/8), a range and a port, or a name and a port. Repeat it for several.
    #[arg(long = "allow-target", env = "HERALD_ALLOW_TARGETS", value_delimiter = ',', value_name = "TARGET")]
    allow_targets: Vec<String>,
    /// Let webhooks call anyone over plain http, not only what is allowed above.
    #[arg(long, env = "HERALD_ALLOW_HTTP", value_parser = FalseyValueParser::new())]
    allow_http: bool,
    /// Where people reach Herald. By default `http://` and the address it listens on.
    #[arg(long, env = "HERALD_PUBLIC_URL")]
    public_url: Option<String>,
    /// A proxy through which all webhooks go out, such as http://proxy.internal:3128. One in the environment is never used.
    #[arg(long, env = "HERALD_EGRESS_PROXY", value_name = "URL", hide_env_values = true)]
    egress_proxy: Option<String>,
    /// More certificate authorities to trust when sending, as PEM.
    #[arg(long, env = "HERALD_CA_FILE")]
    ca_file: Option<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

pub(super) async fn run(args: ServeArgs) -> Result<(), CommandError> {
    let clock = Clock::system();
    let policy = TargetPolicy { allowed: allowed_targets(&args)?, allow_http: args.allow_http };
    let guard = Guard::new(policy, read_ca(&args)?.as_deref())?;
    let guard = Arc::new(match args.egress_proxy.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => guard.through(text.parse()?),
        None => guard,
    });
    let passwords = args.passwords.open()?;
    let (listener, public_url) = listen(&args).await?;
    let demo = match args.demo {
        true => Some(Demo::prepare(Arc::clone(&guard), public_url.clone()).await?),
        false => None,
    };
    // Not before the example is filled, which would be a hundred lines of what went wrong in it.
    start_log();
    raise_open_files();
    let store = demo.as_ref().map_or(args.database, Demo::database).open(clock.clone()).await?;
    let proxies = args.limits.trusted_proxies()?;
    let herald = Herald::new(store, clock, guard, public_url).setting(passwords);
    let herald = herald.limited_to(args.limits.rates()).behind(proxies);
    greet(&herald).await?;
    let Some(demo) = demo else {
        return serve(herald, listener).await;
    };
    demo.greet(&mut std::io::stdout())?;
    let going_on = tokio::spawn(demo.go_on(herald.clone()));
    let end = serve(herald, listener).await;
    // Waited for: it takes its folder along.
    going_on.abort();
    let _ = going_on.await;
    end
}

/// The address comes first: who waits for the example to be filled should not learn afterwards that it is in use.
async fn listen(args: &ServeArgs) -> Result<(TcpListener, PublicUrl), CommandError> {
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Choose another address with --listen.", args.listen)
    })?;
    let public_url = match args.public_url.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => PublicUrl::parse(text)?,
        None => PublicUrl::parse(&format!("http://{}", listener.local_addr()?))?,
    };
    Ok((listener, public_url))
}

/// Each connection to a receiver is an open file, and the usual limit of 1,024 is soon reached.
fn raise_open_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "The limit of open files could not be raised");
    }
}

/// An empty variable opens nothing; the example's receivers are on this machine.
fn allowed_targets(args: &ServeArgs) -> Result<Vec<AllowedTarget>, InvalidAllowedTarget> {
    let given = args.allow_targets.iter().map(String::as_str).filter(|text| !text.trim().is_empty());
    let of_demo = args.demo.then_some(["127.0.0.0/8", "::1/128"]).into_iter().flatten();
    given.chain(of_demo).map(str::parse).collect()
}

fn start_log() {
    let filter = EnvFilter::try_from_env("HERALD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // It fails only where a log was started before, which then serves as well.
    let _ = log.try_init();
}

fn read_ca(args: &ServeArgs) -> Result<Option<Vec<u8>>, CommandError> {
    let Some(path) = &args.ca_file else {
        return Ok(None);
    };
    let pem = std::fs::read(path)
        .map_err(|error| format!("the CA file {} cannot be read: {error}", path.display()))?;
    Ok(Some(pem))
}

/// What the one who started it needs to see.
async fn greet(herald: &Herald) -> Result<(), CommandError> {
    let mut out = std::io::stdout();
    for target in herald.guard.allowed() {
        writeln!(out, "Webhooks may call {target}.")?;
    }
    if let Some(proxy) = herald.guard.egress() {
        writeln!(out, "Webhooks go out through {proxy}.")?;
    }
    writeln!(out, "Herald is at {}", herald.public_url.join("/"))?;
    if herald.store.is_empty().await? {
        let link = herald.public_url.join(&api::paths::first_run(&herald.open_first_run()));
        writeln!(
            out,
            "Nobody is set up yet. Open this link once, to make the first organization and its admin:\n  {link}"
        )?;
    }
    Ok(())
}

/// Serves until a signal or a failed part ends it.
async fn serve(herald: Herald, listener: TcpListener) -> Result<(), CommandError> {
    let (stop, stopped) = watch::channel(false);
    let mut dispatching = tokio::spawn(herald.dispatcher(RetryPolicy::default()).run(stopped.clone()));
    let keeping = tokio::spawn(herald.clone().keep_house(stopped.clone()));
    let router = http::router(herald.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(told_to_stop(stopped));
    let mut serving = tokio::spawn(serving.into_future());
    let end = tokio::select! {
        signal = stop_signal() => signal.map_err(CommandError::from),
        () = herald.store.failed() => Err("the database failed; what was acknowledged is safe. See the log.".into()),
        ended = &mut dispatching => Err(format!("the delivery engine ended: {ended:?}").into()),
        ended = &mut serving => Err(format!("the server ended: {ended:?}").into()),
    };
    tracing::info!("Stopping: finishing what is under way");
    stop.send_replace(true);
    tokio::select! {
        () = finish(&herald, serving, dispatching, keeping) => end,
        _ = stop_signal() => Err("stopped at once by a second signal; what was acknowledged is safe.".into()),
    }
}

async fn told_to_stop(mut stopped: watch::Receiver<bool>) {
    // An error means that the one who could stop us is gone.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// No new requests, then those under way, then the attempts, then the store.
async fn finish<S>(
    herald: &Herald,
    serving: JoinHandle<S>,
    dispatching: JoinHandle<()>,
    keeping: JoinHandle<()>,
) {
    if !serving.is_finished() && tokio::time::timeout(REQUEST_GRACE, serving).await.is_err() {
        tracing::warn!("Requests that were still under way are given up");
    }
    for task in [dispatching, keeping] {
        if !task.is_finished()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "A task ended in a panic");
        }
    }
    herald.store.close().await;
}
