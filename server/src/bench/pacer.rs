//! An open loop: events are sent at their moments, whether or not those before are answered.

use std::{
    io,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
};

use super::{
    BenchError,
    load::Connection,
    side::Side,
    traffic::{Target, event, now_ns, payload, write_stamp},
};
use domain::EventType;

/// More than are ever under way at once.
const CONNECTIONS: usize = 64;

/// Events of these types in turns, so many a second.
pub(super) struct Pacer {
    pub(super) target: Target,
    pub(super) types: Vec<EventType>,
    pub(super) per_second: u32,
    pub(super) seconds: u32,
}

type Moments = Arc<Mutex<mpsc::UnboundedReceiver<(usize, u64)>>>;

impl Pacer {
    /// Each event carries the moment at which it was due to be sent. Returns when all are answered.
    pub(super) async fn run(self, side: &Side) -> Result<(), BenchError> {
        let requests = self.types.iter().map(|event_type| self.target.publish(&event(&payload(*event_type))));
        let requests: Arc<Vec<Vec<u8>>> = Arc::new(requests.collect());
        let mut connections = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            connections.push(Connection::open(self.target.address).await?);
        }
        let (send, moments) = mpsc::unbounded_channel();
        let moments = Arc::new(Mutex::new(moments));
        let mut clients = JoinSet::new();
        for connection in connections {
            let sending = send_each(connection, Arc::clone(&requests), Arc::clone(&moments));
            clients.spawn_on(sending, side.handle());
        }
        let (count, every) = (self.per_second * self.seconds, 1.0 / f64::from(self.per_second));
        // A thread of its own: the runtime's timers are only exact to a millisecond.
        thread::Builder::new().name("pacer".to_owned()).spawn(move || tick(&send, count, every))?;
        while let Some(ended) = clients.join_next().await {
            ended??;
        }
        Ok(())
    }
}

fn tick(send: &mpsc::UnboundedSender<(usize, u64)>, count: u32, every_s: f64) {
    let start = Instant::now();
    for number in 0..count {
        let due = start + Duration::from_secs_f64(f64::from(number) * every_s);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        // An error means that the clients have ended with an error of their own.
        let _ = send.send((number as usize, now_ns()));
    }
}

async fn send_each(
    mut connection: Connection,
    requests: Arc<Vec<Vec<u8>>>,
    moments: Moments,
) -> io::Result<()> {
    let mut request = Vec::new();
    loop {
        let Some((number, moment)) = moments.lock().await.recv().await else {
            return Ok(());
        };
        request.clone_from(&requests[number % requests.len()]);
        write_stamp(&mut request, moment);
        connection.exchange(&request).await?;
    }
}
