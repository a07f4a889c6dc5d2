//! Receivers that do what no decent one does.

use std::{sync::Arc, time::Duration};

use domain::limits::RESPONSE_HEAD_BYTES_MAX;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    time::interval,
};

use crate::raw;

const BETWEEN_BYTES: Duration = Duration::from_millis(50);
const BLOCK_BYTES: usize = 16 * 1_024;
/// The one of the ports that the system gives out which Herald does not call.
const BLOCKED_PORT: u16 = 50_070;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Act {
    /// Resets the connection before anything was said on it.
    ResetAtOnce,
    ResetAfterRequest,
    ResetWithinHead,
    /// Reads the request and says nothing for ever.
    Silence,
    /// Lets the system open connections and takes none.
    NeverAccept,
    /// The system's queue of connections is full: none is opened.
    FullQueue,
    /// This, and then one byte at a time for ever.
    Dribble(&'static str),
    /// This, and then this again and again for ever, as fast as it goes.
    Flood(&'static str, &'static str),
    /// As many bytes of a head as a client holds, and then silence.
    Hoard,
    /// Answers this, which leads back here or to `Hostile::elsewhere`.
    Redirect(&'static str),
    /// Says this before there is a request, and closes.
    Garbage(&'static [u8]),
    /// Closes as soon as something came.
    CloseOnHello,
    /// Says this as soon as something came, and then one byte at a time for ever.
    DribbleHello(&'static [u8]),
}

pub(crate) struct Hostile {
    pub(crate) port: u16,
    connections: watch::Receiver<usize>,
    /// What keeps a queue full.
    _held: Vec<TcpStream>,
}

impl Hostile {
    /// `elsewhere` is where its redirects lead, if not to itself.
    pub(crate) async fn start(act: Act, elsewhere: &str) -> Self {
        let listener = listen(act);
        let port = listener.local_addr().expect("an address").port();
        let (count, connections) = watch::channel(0);
        let held = if act == Act::FullQueue { fill(port).await } else { Vec::new() };
        let location =
            if elsewhere.is_empty() { format!("http://127.0.0.1:{port}/") } else { elsewhere.to_owned() };
        tokio::spawn(accept(listener, act, Arc::from(location), count));
        Self { port, connections, _held: held }
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.borrow()
    }
}

fn listen(act: Act) -> TcpListener {
    let queue = if act == Act::FullQueue { 1 } else { 1_024 };
    loop {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let listener = socket.listen(queue).expect("it listens");
        if listener.local_addr().expect("an address").port() != BLOCKED_PORT {
            return listener;
        }
    }
}

/// Opens connections until no more open.
async fn fill(port: u16) -> Vec<TcpStream> {
    let mut held = Vec::new();
    loop {
        let next = tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(("127.0.0.1", port)));
        match next.await {
            Ok(stream) => held.push(stream.expect("it opens or hangs")),
            Err(_) => return held,
        }
    }
}

async fn accept(listener: TcpListener, act: Act, location: Arc<str>, count: watch::Sender<usize>) {
    if matches!(act, Act::NeverAccept | Act::FullQueue) {
        // The listener has to live on.
        return std::future::pending().await;
    }
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        count.send_modify(|count| *count += 1);
        tokio::spawn(serve(stream, act, Arc::clone(&location)));
    }
}

/// Errors end it: they mean that the other side has had enough.
async fn serve(mut stream: TcpStream, act: Act, location: Arc<str>) {
    let speaks_first =
        matches!(act, Act::ResetAtOnce | Act::Garbage(_) | Act::CloseOnHello | Act::DribbleHello(_));
    if !speaks_first && raw::read_request(&mut stream).await.is_none() {
        return;
    }
    let _ = perform(&mut stream, act, &location).await;
}

async fn perform(stream: &mut TcpStream, act: Act, location: &str) -> std::io::Result<()> {
    match act {
        Act::ResetAtOnce | Act::ResetAfterRequest => stream.set_zero_linger(),
        Act::ResetWithinHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-le").await?;
            stream.flush().await?;
            stream.set_zero_linger()
        }
        Act::Silence => until_closed(stream).await,
        Act::NeverAccept | Act::FullQueue => Ok(()),
        Act::Dribble(head) => {
            stream.write_all(head.as_bytes()).await?;
            dribble(stream).await
        }
        Act::Flood(head, part) => {
            stream.write_all(head.as_bytes()).await?;
            let block = part.repeat((BLOCK_BYTES / part.len()).max(1));
            loop {
                stream.write_all(block.as_bytes()).await?;
            }
        }
        Act::Hoard => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await?;
            stream.write_all(&vec![b'x'; RESPONSE_HEAD_BYTES_MAX - 1_024]).await?;
            until_closed(stream).await
        }
        Act::Redirect(status) => {
            let head = format!("HTTP/1.1 {status}\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            until_closed(stream).await
        }
        Act::Garbage(bytes) => stream.write_all(bytes).await,
        Act::CloseOnHello => stream.readable().await,
        Act::DribbleHello(bytes) => {
            stream.readable().await?;
            stream.write_all(bytes).await?;
            dribble(stream).await
        }
    }
}

async fn dribble(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut beat = interval(BETWEEN_BYTES);
    loop {
        beat.tick().await;
        stream.write_all(b"x").await?;
    }
}

async fn until_closed(stream: &mut TcpStream) -> std::io::Result<()> {
    while raw::read_request(stream).await.is_some() {}
    Ok(())
}

/// How an attempt against it ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Ends {
    AtOnce,
    WithConnectTimeout,
    WithAttemptTimeout,
    /// It has acknowledged, and the rest of its answer is not waited for.
    Acknowledged,
}

/// A name, the scheme, what it does, how the attempt ends, and what stands in the attempt: an error class or a status.
pub(crate) type Case = (&'static str, &'static str, Act, Ends, &'static str);

pub(crate) const CASES: [Case; 27] = {
    use Act::{
        CloseOnHello, Dribble, DribbleHello, Flood, FullQueue, Garbage, Hoard, NeverAccept, Redirect,
        ResetAfterRequest, ResetAtOnce, ResetWithinHead, Silence,
    };
    use Ends::{Acknowledged, AtOnce, WithAttemptTimeout, WithConnectTimeout};
    [
        ("reset-at-once", "http", ResetAtOnce, AtOnce, "reset"),
        ("reset-after-request", "http", ResetAfterRequest, AtOnce, "reset"),
        ("reset-within-head", "http", ResetWithinHead, AtOnce, "reset"),
        ("silence", "http", Silence, WithAttemptTimeout, "timeout"),
        ("never-accept", "http", NeverAccept, WithAttemptTimeout, "timeout"),
        ("full-queue", "http", FullQueue, WithConnectTimeout, "connect_timeout"),
        ("dribbled-head", "http", Dribble("HTTP/1.1 200 OK\r\nx: "), WithAttemptTimeout, "timeout"),
        ("dribbled-status", "http", Dribble("HTTP/1.1 200 "), WithAttemptTimeout, "timeout"),
        (
            "dribbled-body",
            "http",
            Dribble("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n"),
            Acknowledged,
            "200",
        ),
        (
            "dribbled-refusal",
            "http",
            Dribble("HTTP/1.1 500 No\r\ncontent-length: 99999\r\n\r\n"),
            WithAttemptTimeout,
            "500",
        ),
        ("hoarded-head", "http", Hoard, WithAttemptTimeout, "timeout"),
        ("endless-header", "http", Flood("HTTP/1.1 200 OK\r\nx: ", "x"), AtOnce, "body_too_long"),
        ("flood-of-headers", "http", Flood("HTTP/1.1 200 OK\r\n", "a: b\r\n"), AtOnce, "body_too_long"),
        ("flood-of-continues", "http", Flood("", "HTTP/1.1 100 Continue\r\n\r\n"), AtOnce, "protocol"),
        (
            "endless-body",
            "http",
            Flood("HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n", "x"),
            AtOnce,
            "200",
        ),
        (
            "endless-failure",
            "http",
            Flood("HTTP/1.1 500 X\r\ncontent-length: 10737418240\r\n\r\n", "x"),
            AtOnce,
            "500",
        ),
        (
            "endless-gzip",
            "http",
            Flood(
                "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 10737418240\r\n\r\n",
                "\u{1f}\0",
            ),
            AtOnce,
            "200",
        ),
        (
            "tiny-chunks",
            "http",
            Flood("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
            AtOnce,
            "200",
        ),
        (
            "endless-extension",
            "http",
            Flood("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", "x"),
            AtOnce,
            "200",
        ),
        (
            "endless-trailers",
            "http",
            Flood("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", "a: b\r\n"),
            AtOnce,
            "200",
        ),
        ("redirect-loop", "http", Redirect("302 Found"), AtOnce, "302"),
        ("redirect-with-body", "http", Redirect("308 Permanent Redirect"), AtOnce, "308"),
        ("tls-garbage", "https", Garbage(b"\x16\x03\x03\x00\x05garbage and no handshake"), AtOnce, "tls"),
        ("tls-plain-answer", "https", Garbage(b"HTTP/1.1 400 Bad Request\r\n\r\n"), AtOnce, "tls"),
        ("tls-closed-in-handshake", "https", CloseOnHello, AtOnce, "reset"),
        ("tls-silence", "https", NeverAccept, WithConnectTimeout, "connect_timeout"),
        (
            "tls-dribble",
            "https",
            DribbleHello(b"\x16\x03\x03\x40\x00"),
            WithConnectTimeout,
            "connect_timeout",
        ),
    ]
};
