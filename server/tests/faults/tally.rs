//! A fast receiver that keeps of each request what tells it from others, and counts what came again.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
/// The one of the ports that the system gives out which Herald does not call.
const BLOCKED_PORT: u16 = 50_070;

pub(crate) struct Tally {
    url: String,
    seen: Arc<Seen>,
    serving: JoinHandle<()>,
}

struct Seen {
    /// What came, by `webhook-id`.
    deliveries: Mutex<HashMap<String, Delivery>>,
    /// Its paths and events.
    pairs: Mutex<HashSet<(String, String)>>,
    /// How many different ones.
    distinct: watch::Sender<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Each webhook of a test has a path of its own.
    pub(crate) path: String,
    pub(crate) event: String,
    pub(crate) sequence: String,
    pub(crate) times: usize,
}

impl Tally {
    pub(crate) async fn start() -> Self {
        let mut listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        while listener.local_addr().expect("an address").port() == BLOCKED_PORT {
            listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        }
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen =
            Seen { deliveries: Mutex::default(), pairs: Mutex::default(), distinct: watch::Sender::new(0) };
        let seen = Arc::new(seen);
        let serving = tokio::spawn(accept(listener, Arc::clone(&seen)));
        Self { url, seen, serving }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// How many different deliveries came, now and from now on.
    pub(crate) fn distinct(&self) -> watch::Receiver<usize> {
        self.seen.distinct.subscribe()
    }

    pub(crate) fn came(&self) -> usize {
        self.seen.deliveries.lock().unwrap().len()
    }

    pub(crate) fn deliveries(&self) -> HashMap<String, Delivery> {
        self.seen.deliveries.lock().unwrap().clone()
    }

    /// Waits until all of these paths and events came.
    pub(crate) async fn until_came(&self, wanted: &[(String, String)]) {
        let all = |_: &usize| {
            let pairs = self.seen.pairs.lock().unwrap();
            wanted.iter().all(|pair| pairs.contains(pair))
        };
        self.distinct().wait_for(all).await.expect("it goes on");
    }

    /// How many requests were for a delivery that had come before.
    pub(crate) fn duplicates(&self) -> usize {
        self.seen.deliveries.lock().unwrap().values().map(|delivery| delivery.times - 1).sum()
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Seen {
    fn add(&self, id: String, delivery: Delivery) {
        let mut deliveries = self.deliveries.lock().unwrap();
        if let Some(known) = deliveries.get_mut(&id) {
            known.times += 1;
            assert_eq!(*known, Delivery { times: known.times, ..delivery }, "{id} came as another one");
            return;
        }
        self.pairs.lock().unwrap().insert((delivery.path.clone(), delivery.event.clone()));
        deliveries.insert(id, delivery);
        drop(deliveries);
        self.distinct.send_modify(|count| *count += 1);
    }
}

async fn accept(listener: TcpListener, seen: Arc<Seen>) {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        tokio::spawn(serve(stream, Arc::clone(&seen)));
    }
}

/// One request after the other, until the client is gone; what did not come whole does not count.
async fn serve(mut stream: TcpStream, seen: Arc<Seen>) -> Option<()> {
    let mut buffer = Vec::with_capacity(4_096);
    loop {
        let head_end = loop {
            if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            read_more(&mut stream, &mut buffer).await?;
        };
        let head = String::from_utf8(buffer[..head_end].to_vec()).expect("text");
        let end = head_end + header(&head, "content-length").parse::<usize>().expect("a length");
        while buffer.len() < end {
            read_more(&mut stream, &mut buffer).await?;
        }
        buffer.drain(..end);
        let (id, delivery) = read_head(&head);
        seen.add(id, delivery);
        stream.write_all(ANSWER).await.ok()?;
    }
}

/// `None` where nothing more comes.
async fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    (stream.read_buf(buffer).await.ok()? > 0).then_some(())
}

fn read_head(head: &str) -> (String, Delivery) {
    let path = head.split(' ').nth(1).expect("a path").to_owned();
    let (event, sequence) = (header(head, "herald-event-id"), header(head, "herald-sequence"));
    let delivery = Delivery { path, event: event.to_owned(), sequence: sequence.to_owned(), times: 1 };
    (header(head, "webhook-id").to_owned(), delivery)
}

fn header<'h>(head: &'h str, name: &str) -> &'h str {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let found = lines.find(|(found, _)| found.eq_ignore_ascii_case(name));
    found.unwrap_or_else(|| panic!("no {name} in {head}")).1
}
