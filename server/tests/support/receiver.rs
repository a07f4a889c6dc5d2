//! A real receiver of webhooks: keeps the headers and the exact bytes of every request, and answers as it is told.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

const PATIENCE: Duration = Duration::from_secs(10);
/// The one of the ports that the system gives out which Herald does not call.
const BLOCKED_PORT: u16 = 50_070;
const BODY_BYTES_MAX: usize = 1 << 20;

pub struct Receiver {
    url: String,
    kept: Arc<Kept>,
    /// How many `next` has handed out.
    taken: AtomicUsize,
    serving: JoinHandle<()>,
}

/// One request, as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

struct Kept {
    received: Mutex<Vec<Received>>,
    came: Notify,
    status: AtomicU16,
    header: Mutex<Option<(&'static str, &'static str)>>,
    echoes: AtomicBool,
}

impl Receiver {
    /// On a free port of 127.0.0.1; answers 200.
    pub async fn start() -> Self {
        loop {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            if listener.local_addr().expect("an address").port() != BLOCKED_PORT {
                return Self::serve(listener);
            }
        }
    }

    /// On an address that was free before, such as the one of a receiver that was dropped.
    pub async fn start_at(url: &str) -> Self {
        let address = url.trim_start_matches("http://");
        Self::serve(TcpListener::bind(address).await.expect("the address is free"))
    }

    fn serve(listener: TcpListener) -> Self {
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let kept = Kept {
            received: Mutex::default(),
            came: Notify::new(),
            status: AtomicU16::new(200),
            header: Mutex::default(),
            echoes: AtomicBool::new(false),
        };
        let kept = Arc::new(kept);
        let router = Router::new().fallback(keep).with_state(Arc::clone(&kept));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { url, kept, taken: AtomicUsize::new(0), serving }
    }

    /// `path` begins with `/`; empty for the origin alone.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The status of every answer from now on.
    pub fn answer_with(&self, status: u16) {
        *self.kept.header.lock().unwrap() = None;
        self.kept.status.store(status, Ordering::SeqCst);
    }

    /// The status and a header of every answer from now on.
    pub fn answer_with_header(&self, status: u16, name: &'static str, value: &'static str) {
        *self.kept.header.lock().unwrap() = Some((name, value));
        self.kept.status.store(status, Ordering::SeqCst);
    }

    /// Repeats from now on in every answer what came.
    pub fn echo(&self) {
        self.kept.echoes.store(true, Ordering::SeqCst);
    }

    /// The oldest request that was not handed out yet; waits for it.
    pub async fn next(&self) -> Received {
        self.next_within(PATIENCE).await
    }

    pub async fn next_within(&self, patience: Duration) -> Received {
        let index = self.taken.fetch_add(1, Ordering::SeqCst);
        let one = async {
            loop {
                // Registered before the list is read, so that none that comes in between is missed.
                let came = self.kept.came.notified();
                tokio::pin!(came);
                came.as_mut().enable();
                if let Some(received) = self.received().get(index) {
                    return received.clone();
                }
                came.await;
            }
        };
        let found = tokio::time::timeout(patience, one).await;
        found.unwrap_or_else(|_| {
            panic!("request {} did not come; these did: {:#?}", index + 1, self.received())
        })
    }

    /// Everything that came so far.
    pub fn received(&self) -> Vec<Received> {
        self.kept.received.lock().unwrap().clone()
    }
}

/// No new connections; those that are open may go on until their clients let go.
impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn keep(State(kept): State<Arc<Kept>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let body = to_bytes(body, BODY_BYTES_MAX).await.expect("a whole body").to_vec();
    let answer = if kept.echoes.load(Ordering::SeqCst) { body.clone() } else { Vec::new() };
    kept.received.lock().unwrap().push(Received { path, headers: parts.headers, body });
    kept.came.notify_waiters();
    let status = StatusCode::from_u16(kept.status.load(Ordering::SeqCst)).expect("a status");
    match *kept.header.lock().unwrap() {
        Some(header) => (status, [header], answer).into_response(),
        None => (status, answer).into_response(),
    }
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }
}
