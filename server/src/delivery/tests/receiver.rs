//! A receiver at the level of bytes: it does what it is told, also what no decent server does.

use std::{net::SocketAddr, sync::Arc};

use domain::{Secret, Timestamp, verify};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

/// What it does with each request.
#[derive(Clone)]
pub(super) enum Act {
    Answer(Vec<u8>),
    /// Answers and closes.
    AnswerAndClose(Vec<u8>),
    Close,
    Silence,
    /// This, and then the letter x for ever.
    Endless(Vec<u8>),
}

#[derive(Debug)]
pub(super) enum Seen {
    Request(Request),
    /// The other side closed a connection that had brought a request; so many bytes had been written to it.
    Closed(usize),
}

#[derive(Debug)]
pub(super) struct Request {
    /// Counts from 0.
    pub(super) connection: usize,
    pub(super) line: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> &str {
        let mut values = self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value);
        let value = values.next().unwrap_or_else(|| panic!("no header {name}"));
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    pub(super) fn verifies(&self, secret: &Secret, now: Timestamp) -> bool {
        let (id, timestamp) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        verify(secret, id, timestamp, self.header("webhook-signature"), &self.body, now).is_ok()
    }
}

pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    seen: mpsc::UnboundedReceiver<Seen>,
}

impl Receiver {
    pub(super) async fn start(act: Act) -> Self {
        Self::listen(act, None).await
    }

    pub(super) async fn answering(status_line: &str) -> Self {
        let answer = format!("HTTP/1.1 {status_line}\r\ncontent-length: 0\r\n\r\n");
        Self::start(Act::Answer(answer.into_bytes())).await
    }

    pub(super) async fn secured(config: ServerConfig) -> Self {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec();
        Self::listen(Act::Answer(answer), Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn listen(act: Act, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (tell, seen) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.expect("a connection");
                let (act, tls, tell) = (act.clone(), tls.clone(), tell.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, connection, act, tell).await,
                        Some(tls) => {
                            // A handshake that fails is what some tests are about.
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, connection, act, tell).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, seen }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook?token=t", self.address)
    }

    /// By a name, which has to be resolved.
    pub(super) fn named(&self, scheme: &str) -> String {
        format!("{scheme}://localhost:{}/hook", self.address.port())
    }

    pub(super) async fn request(&mut self) -> Request {
        match self.seen.recv().await.expect("the receiver lives") {
            Seen::Request(request) => request,
            Seen::Closed(_) => panic!("the connection was closed"),
        }
    }

    /// Waits until the other side closes, and says how much was written to it.
    pub(super) async fn closed(&mut self) -> usize {
        loop {
            if let Seen::Closed(written) = self.seen.recv().await.expect("the receiver lives") {
                return written;
            }
        }
    }

    /// Whether nobody ever connected: whoever connects now must be the first.
    pub(super) async fn was_left_alone(&mut self) -> bool {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(b"PROBE\r\ncontent-length: 0\r\n\r\n").await.expect("written");
        let request = self.request().await;
        (request.connection, request.line.as_str()) == (0, "PROBE")
    }
}

async fn serve<S>(mut stream: S, connection: usize, act: Act, tell: mpsc::UnboundedSender<Seen>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut written = None;
    while let Some(request) = read_request(&mut stream, connection).await {
        // A test that ended does not listen any more.
        let _ = tell.send(Seen::Request(request));
        let written = written.get_or_insert(0);
        match &act {
            Act::Answer(answer) => *written += write(&mut stream, answer).await,
            Act::AnswerAndClose(answer) => {
                write(&mut stream, answer).await;
                return;
            }
            Act::Close => return,
            Act::Silence => {}
            Act::Endless(head) => {
                *written += write(&mut stream, head).await;
                let block = [b'x'; 16 * 1024];
                while let Ok(more) = stream.write(&block).await {
                    *written += more;
                }
                break;
            }
        }
    }
    if let Some(written) = written {
        let _ = tell.send(Seen::Closed(written));
    }
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> usize {
    match stream.write_all(bytes).await {
        Ok(()) => bytes.len(),
        Err(_) => 0,
    }
}

/// `None` when the other side closed.
async fn read_request(stream: &mut (impl AsyncRead + Unpin), connection: usize) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).expect("a head in ASCII");
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut request = Request { connection, line, headers, body: Vec::new() };
    request.body.resize(request.header("content-length").parse().expect("a length"), 0);
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}
