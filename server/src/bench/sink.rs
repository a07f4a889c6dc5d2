//! The receivers: they count, and answer 200 or never.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::Notify,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use super::{
    BenchError,
    message::read_message,
    numbers::float,
    side::Side,
    traffic::{now_ns, read_stamp},
};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
/// The one of the ports that the system gives out which Herald does not call.
const BLOCKED_PORT: u16 = 50_070;
/// How often a common port for all receivers is looked for.
const TRIES: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Counts and answers.
    Answers,
    /// The same, and notes how long what came was under way.
    Times,
    /// Takes everything and never answers.
    Silent,
}

/// What came to all receivers together.
#[derive(Default)]
pub(super) struct Counts {
    received: AtomicU64,
    connections: AtomicU64,
    goal: AtomicU64,
    reached: Notify,
    times_ms: Mutex<Vec<f64>>,
}

impl Counts {
    pub(super) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    pub(super) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Resolves when so many have come in all.
    pub(super) async fn until(&self, goal: u64, patience: Duration) -> Result<(), BenchError> {
        self.goal.store(goal, Ordering::SeqCst);
        let waiting = async {
            loop {
                // Registered before the number is read, so that the last one is not missed.
                let reached = self.reached.notified();
                tokio::pin!(reached);
                reached.as_mut().enable();
                if self.received() >= goal {
                    return;
                }
                reached.await;
            }
        };
        let received = || format!("only {} of {goal} deliveries came", self.received());
        tokio::time::timeout(patience, waiting).await.map_err(|_| received().into())
    }

    /// How long each was under way, in milliseconds; forgotten here.
    pub(super) fn take_times(&self) -> Vec<f64> {
        std::mem::take(&mut *self.times_ms.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn count(&self, manner: Manner, body: &[u8]) {
        if manner == Manner::Times
            && let Some(sent) = read_stamp(body)
        {
            let time_ms = float(now_ns().saturating_sub(sent)) / 1e6;
            self.times_ms.lock().unwrap_or_else(PoisonError::into_inner).push(time_ms);
        }
        let received = self.received.fetch_add(1, Ordering::SeqCst) + 1;
        if received == self.goal.load(Ordering::SeqCst) {
            self.reached.notify_waiters();
        }
    }
}

/// Receivers on addresses of their own and one port, as receivers on the internet share port 443.
pub(super) struct Sink {
    pub(super) counts: Arc<Counts>,
    addresses: Vec<SocketAddr>,
    accepting: Vec<JoinHandle<()>>,
    tls: Option<TlsAcceptor>,
}

impl Sink {
    pub(super) async fn open(
        side: &Side,
        receivers: u8,
        manner: Manner,
        tls: Option<TlsAcceptor>,
    ) -> Result<Self, BenchError> {
        let listeners = listen(receivers).await?;
        let counts = Arc::<Counts>::default();
        let addresses: io::Result<Vec<SocketAddr>> = listeners.iter().map(TcpListener::local_addr).collect();
        let accept = |listener| {
            let accepting = accept(listener, Arc::clone(&counts), manner, tls.clone());
            side.handle().spawn(accepting)
        };
        let accepting = listeners.into_iter().map(accept).collect();
        Ok(Self { counts, addresses: addresses?, accepting, tls })
    }

    /// One for each receiver.
    pub(super) fn urls(&self) -> Vec<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.addresses.iter().map(|address| format!("{scheme}://{address}/hook")).collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.accepting.iter().for_each(JoinHandle::abort);
    }
}

/// 127.0.1.1, 127.0.1.2, ... on the port that the first of them got.
async fn listen(receivers: u8) -> Result<Vec<TcpListener>, BenchError> {
    for _ in 0..TRIES {
        if let Ok(listeners) = listen_once(receivers).await {
            return Ok(listeners);
        }
    }
    Err("no port is free on 127.0.1.1 and its neighbours".into())
}

async fn listen_once(receivers: u8) -> io::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    let mut port = 0;
    for number in 1..=receivers {
        let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 1, number), port)).await?;
        port = listener.local_addr()?.port();
        if port == BLOCKED_PORT {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        listeners.push(listener);
    }
    Ok(listeners)
}

async fn accept(listener: TcpListener, counts: Arc<Counts>, manner: Manner, tls: Option<TlsAcceptor>) {
    // Connections end with the receiver that took them.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        counts.connections.fetch_add(1, Ordering::Relaxed);
        // Without it answers are only slower.
        let _ = stream.set_nodelay(true);
        let (counts, tls) = (Arc::clone(&counts), tls.clone());
        connections.spawn(async move {
            // A client that goes away in the middle is none of the receiver's business.
            let _ = match tls {
                None => receive(stream, &counts, manner).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => receive(stream, &counts, manner).await,
                    Err(error) => Err(error),
                },
            };
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn receive(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    counts: &Counts,
    manner: Manner,
) -> io::Result<()> {
    let mut buffer = Vec::new();
    while let Some(message) = read_message(&mut stream, &mut buffer).await? {
        counts.count(manner, &buffer[message.body..message.end]);
        buffer.drain(..message.end);
        if manner != Manner::Silent {
            stream.write_all(ANSWER).await?;
        }
    }
    Ok(())
}
