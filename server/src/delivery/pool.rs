//! Sends requests over HTTP/1.1 connections that are kept open.
//!
//! A connection is given back once it can take the next request, before its attempt is over: so the next attempt finds it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use domain::limits::{IN_FLIGHT_MAX, RESPONSE_HEAD_BYTES_MAX};
use http_body_util::Full;
use hyper::{
    Request, Response, Uri,
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
    header::{HOST, HeaderValue},
    http::uri::{Authority, Scheme},
};
use hyper_util::rt::TokioIo;
use tokio::{
    task::AbortHandle,
    time::{Instant, timeout_at},
};

use super::connector::{Connector, Fault};

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum RequestError {
    #[error("no connection could be opened")]
    Connect(#[source] Fault),
    #[error("the exchange failed")]
    Exchange(#[from] hyper::Error),
}

impl RequestError {
    pub(super) fn is_connect(&self) -> bool {
        matches!(self, Self::Connect(_))
    }
}

/// Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub(super) struct Client {
    connector: Connector,
    idle: Arc<Idle>,
}

type Origin = (Scheme, Authority);

/// A connection. Dropped, it is closed, and what was not written yet is not written.
struct Line {
    send: SendRequest<Full<Bytes>>,
    /// It would go on writing to a receiver that does not read.
    exchanges: AbortHandle,
}

impl Line {
    async fn ready(&mut self) -> Result<(), hyper::Error> {
        self.send.ready().await
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.exchanges.abort();
    }
}

impl Client {
    /// Connections that nobody needs for `idle_max` are closed.
    pub(super) fn new(connector: Connector, idle_max: Duration) -> Self {
        Self { connector, idle: Arc::new(Idle { max: idle_max, state: Mutex::default() }) }
    }

    /// Sends a request to its whole URL, over a connection that is open already where there is one.
    pub(super) async fn request(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Lease), RequestError> {
        let uri = request.uri().clone();
        let (Some(scheme), Some(authority)) = (uri.scheme().cloned(), uri.authority().cloned()) else {
            return Err(RequestError::Connect("the URL has no host".into()));
        };
        address(&mut request, &authority, self.connector.relays(&scheme));
        let origin = (scheme, authority);
        while let Some(mut line) = self.idle.take(&origin) {
            match line.send.try_send_request(request).await {
                Ok(response) => return Ok((response, self.lease(origin, line))),
                // The receiver has closed it meanwhile, and nothing was sent.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(error.into_error().into()),
                },
            }
        }
        // Boxed, so that the many requests that find a connection do not carry what opening one takes.
        let mut line = Box::pin(self.open(uri)).await?;
        let response = line.send.send_request(request).await?;
        Ok((response, self.lease(origin, line)))
    }

    fn lease(&self, origin: Origin, line: Line) -> Lease {
        Lease { idle: Arc::clone(&self.idle), origin, line }
    }

    async fn open(&self, uri: Uri) -> Result<Line, RequestError> {
        let connection = self.connector.open(uri).await.map_err(RequestError::Connect)?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(RESPONSE_HEAD_BYTES_MAX);
        let (send, exchanges) = builder.handshake(TokioIo::new(connection)).await?;
        // Its errors are told to who waits for the answer.
        let mut line = Line { send, exchanges: tokio::spawn(exchanges).abort_handle() };
        line.ready().await?;
        Ok(line)
    }
}

/// Says where the request goes in the way of HTTP/1.1: by `Host`, and by the whole URL only to a proxy that passes it on.
fn address(request: &mut Request<Full<Bytes>>, authority: &Authority, relayed: bool) {
    if let Ok(host) = HeaderValue::from_str(authority.as_str()) {
        request.headers_mut().insert(HOST, host);
    }
    if !relayed {
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
    }
}

/// A connection in use. Dropped, it is closed.
pub(super) struct Lease {
    idle: Arc<Idle>,
    origin: Origin,
    line: Line,
}

impl Lease {
    /// Keeps the connection for the next request, once its answer was read to the end; not where it takes no other until then.
    pub(super) async fn give_back(mut self, deadline: Instant) {
        if matches!(timeout_at(deadline, self.line.ready()).await, Ok(Ok(()))) {
            Idle::keep(&self.idle, self.origin, self.line);
        }
    }
}

/// Connections that wait for a request.
struct Idle {
    /// How long one may.
    max: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The one used last is the last.
    lines: HashMap<Origin, Vec<Kept>>,
    is_reaped: bool,
}

struct Kept {
    line: Line,
    since: Instant,
}

impl Kept {
    fn is_good(&self, idle_max: Duration) -> bool {
        !self.line.send.is_closed() && self.since.elapsed() < idle_max
    }
}

impl Idle {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, origin: &Origin) -> Option<Line> {
        let mut state = self.state();
        let lines = state.lines.get_mut(origin)?;
        std::iter::from_fn(|| lines.pop()).find(|kept| kept.is_good(self.max)).map(|kept| kept.line)
    }

    fn keep(this: &Arc<Self>, origin: Origin, line: Line) {
        let mut state = this.state();
        let lines = state.lines.entry(origin).or_default();
        // Several webhooks may share a receiver.
        if lines.len() >= IN_FLIGHT_MAX {
            lines.remove(0);
        }
        lines.push(Kept { line, since: Instant::now() });
        if !state.is_reaped {
            state.is_reaped = true;
            tokio::spawn(Self::reap(Arc::downgrade(this), this.max / 4));
        }
    }

    /// Closes what nobody needed for a while, for as long as there is anything.
    async fn reap(this: Weak<Self>, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            let Some(this) = this.upgrade() else { return };
            let mut state = this.state();
            state.lines.retain(|_, lines| {
                // The next look comes too late for what is to be closed by then.
                lines.retain(|kept| kept.is_good(this.max.saturating_sub(every)));
                !lines.is_empty()
            });
            if state.lines.is_empty() {
                state.is_reaped = false;
                return;
            }
        }
    }
}
