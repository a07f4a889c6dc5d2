//! The load: clients that write HTTP/1.1 into a socket, so that little of a core goes into asking.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{io::AsyncWriteExt, net::TcpStream, task::JoinSet};

use super::{
    BenchError,
    message::{read_message, status},
    numbers::{float, ratio},
    side::Side,
    sink::Counts,
};

/// How often a client that waits for room looks again.
const LOOK_EVERY: Duration = Duration::from_micros(500);

/// A connection that is kept open.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::new() })
    }

    /// Sends one request and reads its answer, which must be a success.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> io::Result<&[u8]> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let answer = read_message(&mut self.stream, &mut self.buffer).await?;
        let answer = answer.ok_or(io::ErrorKind::UnexpectedEof)?;
        if !(200..300).contains(&status(&self.buffer)) {
            return Err(io::Error::other(String::from_utf8_lossy(&self.buffer).into_owned()));
        }
        Ok(&self.buffer[answer.body..answer.end])
    }
}

/// One request by itself.
pub(super) async fn ask(address: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
    Ok(Connection::open(address).await?.exchange(request).await?.to_vec())
}

/// Holds clients back while too much of what they published has not come to the receivers.
#[derive(Clone)]
pub(super) struct Backlog {
    published: Arc<AtomicU64>,
    received: Arc<Counts>,
    max: u64,
}

impl Backlog {
    pub(super) fn new(received: Arc<Counts>, max: u64) -> Self {
        Self { published: Arc::new(AtomicU64::new(received.received())), received, max }
    }

    /// Takes room for one more.
    async fn take(&self) {
        while self.published.load(Ordering::Relaxed) >= self.received.received() + self.max {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.published.fetch_add(1, Ordering::Relaxed);
    }
}

/// Clients that each send their next request when the last one is answered.
pub(super) struct Clients {
    pub(super) address: SocketAddr,
    pub(super) count: usize,
    /// Taken in turns.
    pub(super) requests: Arc<Vec<Vec<u8>>>,
    pub(super) backlog: Option<Backlog>,
}

/// What clients came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    pub(super) requests: u64,
    pub(super) per_second: f64,
}

impl Clients {
    /// All ask for so long; the clock starts when all are connected.
    pub(super) async fn run(self, side: &Side, duration: Duration) -> Result<Answered, BenchError> {
        side.handle().spawn(self.ask_for(duration)).await?
    }

    async fn ask_for(self, duration: Duration) -> Result<Answered, BenchError> {
        let mut connections = Vec::with_capacity(self.count);
        for _ in 0..self.count {
            connections.push(Connection::open(self.address).await?);
        }
        let start = Instant::now();
        let mut clients = JoinSet::new();
        for (number, connection) in connections.into_iter().enumerate() {
            let (requests, backlog) = (Arc::clone(&self.requests), self.backlog.clone());
            clients.spawn(ask_until(connection, requests, number, start + duration, backlog));
        }
        let mut requests = 0;
        while let Some(answered) = clients.join_next().await {
            requests += answered??;
        }
        Ok(Answered { requests, per_second: ratio(float(requests), start.elapsed().as_secs_f64()) })
    }
}

async fn ask_until(
    mut connection: Connection,
    requests: Arc<Vec<Vec<u8>>>,
    first: usize,
    until: Instant,
    backlog: Option<Backlog>,
) -> io::Result<u64> {
    let mut answered = 0;
    for request in requests.iter().cycle().skip(first % requests.len()) {
        if let Some(backlog) = &backlog {
            backlog.take().await;
        }
        if Instant::now() >= until {
            break;
        }
        connection.exchange(request).await?;
        answered += 1;
    }
    Ok(answered)
}

/// One client asks so many times; the times of its answers in milliseconds.
pub(super) async fn round_trips(
    side: &Side,
    address: SocketAddr,
    request: Vec<u8>,
    count: usize,
) -> Result<Vec<f64>, BenchError> {
    let asking = async move {
        let mut connection = Connection::open(address).await?;
        // The first one on a connection also waits for it to be taken.
        connection.exchange(&request).await?;
        let mut times = Vec::with_capacity(count);
        for _ in 0..count {
            let start = Instant::now();
            connection.exchange(&request).await?;
            times.push(start.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(times)
    };
    side.handle().spawn(asking).await?
}
