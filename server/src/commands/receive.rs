//! `herald receive`: a receiver for trying things. Prints each request and says whether its signature holds.

mod show;

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
};
use clap::Args;
use domain::{Secret, SignatureFault, Timestamp, verify};
use tokio::net::TcpListener;

use super::signals::stop_signal;

use crate::clock::Clock;
use show::{Received, Verdict};

/// Herald's own requests are far smaller.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Receives webhooks and prints them: for trying things.
#[derive(Debug, Args)]
pub(super) struct ReceiveArgs {
    /// Where to listen.
    #[arg(
        long,
        env = "HERALD_RECEIVE_LISTEN",
        default_value = "127.0.0.1:9000",
        value_name = "ADDRESS:PORT"
    )]
    listen: SocketAddr,
    /// The webhook's secret (whsec_…), to check signatures with.
    #[arg(long, env = "HERALD_RECEIVE_SECRET", hide_env_values = true, value_parser = Secret::parse)]
    secret: Option<Secret>,
    /// The status to answer with.
    #[arg(long, env = "HERALD_RECEIVE_ANSWER", default_value = "200", value_name = "STATUS", value_parser = status)]
    answer: StatusCode,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum ReceiveError {
    #[error(
        "{0} is in use: another program listens there already. End it, or choose another port with --listen."
    )]
    InUse(SocketAddr),
    #[error("cannot listen on {address}: {cause}")]
    Listen { address: SocketAddr, cause: io::Error },
    #[error("the receiver stopped: {0}")]
    Stopped(io::Error),
}

/// Receives until Ctrl-C or SIGTERM.
///
/// # Errors
/// When the address cannot be listened on.
pub(super) async fn run(args: ReceiveArgs) -> Result<(), ReceiveError> {
    let listener = listen(args.listen).await?;
    let address = listener.local_addr().map_err(ReceiveError::Stopped)?;
    let printer = Printer::new(io::stdout());
    printer
        .print(&format!("Listening on http://{address} — each request is printed here; Ctrl-C ends it.\n"));
    tokio::select! {
        served = serve(listener, args, printer) => served.map_err(ReceiveError::Stopped),
        signal = stop_signal() => signal.map_err(ReceiveError::Stopped),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ReceiveError> {
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        io::ErrorKind::AddrInUse => ReceiveError::InUse(address),
        _ => ReceiveError::Listen { address, cause },
    })
}

async fn serve<W: Write + Send + 'static>(
    listener: TcpListener,
    args: ReceiveArgs,
    printer: Printer<W>,
) -> io::Result<()> {
    let receiver = Receiver { secret: args.secret, answer: args.answer, clock: Clock::system(), printer };
    axum::serve(listener, Router::new().fallback(receive::<W>).with_state(Arc::new(receiver))).await
}

struct Receiver<W> {
    secret: Option<Secret>,
    answer: StatusCode,
    clock: Clock,
    printer: Printer<W>,
}

/// Prints whole requests, each in one piece.
struct Printer<W>(Mutex<W>);

impl<W: Write> Printer<W> {
    fn new(out: W) -> Self {
        Self(Mutex::new(out))
    }

    fn print(&self, text: &str) {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Where nobody reads any more there is nobody to tell.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

async fn receive<W: Write + Send + 'static>(
    State(receiver): State<Arc<Receiver<W>>>,
    request: Request,
) -> StatusCode {
    let at = receiver.clock.now();
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.ok();
    let verdict = judge(receiver.secret.as_ref(), &head.headers, body.as_ref(), at);
    let received =
        Received { at, method: &head.method, uri: &head.uri, headers: &head.headers, body: body.as_deref() };
    receiver.printer.print(&show::render(&received, verdict));
    if body.is_some() { receiver.answer } else { StatusCode::PAYLOAD_TOO_LARGE }
}

fn judge(secret: Option<&Secret>, headers: &HeaderMap, body: Option<&Bytes>, now: Timestamp) -> Verdict {
    let Some(secret) = secret else {
        return Verdict::NotChecked;
    };
    let Some(body) = body else {
        return Verdict::NotWhole;
    };
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let parts = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let (Some(id), Some(timestamp), Some(signatures)) = parts else {
        return Verdict::Fails(SignatureFault::Malformed);
    };
    match verify(secret, id, timestamp, signatures, body, now) {
        Ok(()) => Verdict::Holds,
        Err(fault) => Verdict::Fails(fault),
    }
}

fn status(text: &str) -> Result<StatusCode, String> {
    let status = text.parse().ok().filter(|number| (200..=599).contains(number));
    let status = status.and_then(|number| StatusCode::from_u16(number).ok());
    status.ok_or_else(|| "a status is a number from 200 to 599".to_owned())
}

#[cfg(test)]
mod tests;
