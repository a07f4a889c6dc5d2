//! The floors of HTTP: an axum server that only reads and answers, and a loop of reqwest's POSTs.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use domain::{
    EventType, WebhookId, WebhookRef, body_head, delivery_body,
    limits::{CONNECT_TIMEOUT, IDLE_CONNECTION_MAX, IN_FLIGHT_MAX, IN_FLIGHT_PER_WEBHOOK_MAX},
    target::TargetUrl,
};
use reqwest::redirect;
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};

use super::{
    BenchError,
    numbers::{float, ratio},
    traffic::{ORGANIZATION, Target, events_path, payload},
};
use crate::delivery::Guard;

/// As long as Herald's.
const ANSWER: &str = r#"{"id":"66ec434e84b4103f670cb617","type":"USER_LOGIN","deliveries":1}"#;

/// A server that reads the body and answers as Herald does.
pub(super) struct RawServer {
    pub(super) target: Target,
    serving: JoinHandle<io::Result<()>>,
}

impl RawServer {
    pub(super) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router =
            Router::new().route(&events_path(), post(accept)).route("/", post(StatusCode::NO_CONTENT));
        let serving = tokio::spawn(async move { axum::serve(listener, router.into_make_service()).await });
        // As long as a real key.
        let key = format!("pwt_{}", "x".repeat(65));
        Ok(Self { target: Target { address, key }, serving })
    }

    /// Nothing, there and back.
    pub(super) fn empty_request(&self) -> Vec<u8> {
        format!("POST / HTTP/1.1\r\nhost: {}\r\ncontent-length: 0\r\n\r\n", self.target.address).into_bytes()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn accept(_body: Bytes) -> impl IntoResponse {
    (StatusCode::ACCEPTED, [(header::CONTENT_TYPE, "application/json")], ANSWER)
}

/// The same POST again and again, with a client that is set up as Herald's is.
pub(super) struct RawPosts {
    client: reqwest::Client,
    headers: HeaderMap,
    body: Bytes,
}

impl RawPosts {
    pub(super) fn new(guard: &Guard) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_backend_preconfigured((**guard.tls().config()).clone())
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_CONNECTION_MAX)
            .pool_max_idle_per_host(IN_FLIGHT_PER_WEBHOOK_MAX)
            .tcp_nodelay(true)
            .build()?;
        let webhook =
            WebhookRef { id: WebhookId::from_bytes([1; 12]), organization: ORGANIZATION, name: "webhook-1" };
        let head = body_head(EventType::UserLogin, webhook);
        let body = delivery_body(&head, &payload(EventType::UserLogin).to_json());
        Ok(Self { client, headers: headers(), body: body.into() })
    }

    /// So many in all, as many at once as Herald may have under way. Answers how many a second.
    pub(super) async fn rate(&self, urls: &[String], posts: u64) -> Result<f64, BenchError> {
        let mut targets = Vec::with_capacity(urls.len());
        for url in urls {
            let target = TargetUrl::parse(url).map_err(|issue| issue.detail)?;
            targets.push(target.url().clone());
        }
        let (targets, left) = (Arc::new(targets), Arc::new(AtomicU64::new(posts)));
        let start = Instant::now();
        let mut posting = JoinSet::new();
        for first in 0..IN_FLIGHT_MAX {
            let (targets, left) = (Arc::clone(&targets), Arc::clone(&left));
            posting.spawn(post_while(
                self.client.clone(),
                targets,
                left,
                first,
                self.headers.clone(),
                self.body.clone(),
            ));
        }
        while let Some(posted) = posting.join_next().await {
            posted??;
        }
        Ok(ratio(float(posts), start.elapsed().as_secs_f64()))
    }
}

async fn post_while(
    client: reqwest::Client,
    targets: Arc<Vec<reqwest::Url>>,
    left: Arc<AtomicU64>,
    first: usize,
    headers: HeaderMap,
    body: Bytes,
) -> reqwest::Result<()> {
    let mut turns = targets.iter().cycle().skip(first % targets.len());
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
        && let Some(url) = turns.next()
    {
        let request = client.post(url.clone()).headers(headers.clone()).body(body.clone());
        request.send().await?.bytes().await?;
    }
    Ok(())
}

/// As many bytes as Herald's own.
fn headers() -> HeaderMap {
    let own = [
        ("content-type", "application/json"),
        ("user-agent", "Herald/0.1.0"),
        ("webhook-id", "66ec434e84b4103f670cb617"),
        ("webhook-timestamp", "1726759758"),
        ("webhook-signature", "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
        ("herald-event-id", "66ec434e84b4103f670cb617"),
        ("herald-event-time", "2024-09-19T15:29:18.123Z"),
        ("herald-sequence", "123456"),
        ("herald-attempt", "1"),
    ];
    own.into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect()
}
