//! One attempt: signs a delivery, posts it, and says what came of it.
//!
//! Dropping `send` closes its connection; nothing goes on behind it.

use std::{sync::Arc, time::Duration};

use domain::{
    DeliveryId, EventId, Exchange, Outcome, Secret, Timestamp, WebhookId,
    limits::{ATTEMPT_TIMEOUT, CONNECT_TIMEOUT},
    sign,
    target::TargetUrl,
};
use reqwest::{RequestBuilder, Response, header::CONTENT_TYPE};
use tokio::time::{Instant, timeout_at};

use super::{
    clients::Clients,
    failure::{self, Failure},
    guard::Guard,
    response,
};

/// A due delivery with everything that its request needs.
pub struct Due {
    /// The row.
    pub key: i64,
    pub id: DeliveryId,
    pub event_id: EventId,
    pub webhook_id: WebhookId,
    pub event_time: Timestamp,
    pub sequence: i64,
    /// The number of the attempt to be made, 1 for the first.
    pub attempt: u32,
    pub url: String,
    /// Two during a rotation.
    pub secrets: Vec<Secret>,
    pub body: String,
}

/// What came of one attempt.
#[derive(Debug)]
pub struct Sent {
    pub outcome: Outcome,
    /// For the admin; `None` for a success.
    pub error_text: Option<String>,
    pub duration: Duration,
    /// `None` where no status line came.
    pub response: Option<Exchange>,
}

#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Until there is a connection: the name's lookup and the TLS handshake are part of it.
    pub connect: Duration,
    /// From the start to the last byte read.
    pub attempt: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: CONNECT_TIMEOUT, attempt: ATTEMPT_TIMEOUT }
    }
}

/// Sends. Shared by all attempts, since it holds the connections that are kept open.
pub struct Sender {
    guard: Arc<Guard>,
    clients: Clients,
    timeouts: Timeouts,
}

impl Sender {
    #[must_use]
    pub fn new(guard: Arc<Guard>) -> Self {
        Self::with_timeouts(guard, Timeouts::default())
    }

    #[must_use]
    pub fn with_timeouts(guard: Arc<Guard>, timeouts: Timeouts) -> Self {
        let clients = Clients::new(Arc::clone(&guard), timeouts.connect);
        Self { guard, clients, timeouts }
    }

    /// Makes one attempt. `now` goes into the signature, and `Retry-After` dates are judged by it.
    ///
    /// The status line decides: once a 2xx came, the delivery was acknowledged, and a body that then breaks off, is too
    /// long or too slow is only cut.
    pub async fn send(&self, due: &Due, now: Timestamp) -> Sent {
        let start = Instant::now();
        let deadline = start + self.timeouts.attempt;
        match self.attempt(due, now, deadline).await {
            Ok(response) => answered(response, now, start, deadline).await,
            Err(Failure { class, text }) => Sent {
                outcome: Outcome::Broken(class),
                error_text: Some(text),
                duration: start.elapsed(),
                response: None,
            },
        }
    }

    async fn attempt(&self, due: &Due, now: Timestamp, deadline: Instant) -> Result<Response, Failure> {
        let target = TargetUrl::parse(&due.url).map_err(failure::of_url)?;
        self.guard.check_url(&target).map_err(failure::of_refusal)?;
        // Without its URL, whose path or query may hold a token.
        let failed =
            |error: reqwest::Error| failure::of_request(&error.without_url(), &target, &self.timeouts);
        let client = self.clients.for_target(&target).map_err(failed)?;
        let request = with_headers(client.post(target.url().clone()), due, now).body(due.body.clone());
        match timeout_at(deadline, request.send()).await {
            Ok(result) => result.map_err(failed),
            Err(_) => Err(failure::of_silence(&target, &self.timeouts)),
        }
    }
}

fn with_headers(request: RequestBuilder, due: &Due, now: Timestamp) -> RequestBuilder {
    let id = due.id.to_string();
    let timestamp = now.unix_seconds();
    let signature = sign(&due.secrets, &id, timestamp, due.body.as_bytes());
    request
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .header("herald-event-id", due.event_id.to_string())
        .header("herald-event-time", due.event_time.to_string())
        .header("herald-sequence", due.sequence)
        .header("herald-attempt", due.attempt)
}

async fn answered(response: Response, now: Timestamp, start: Instant, deadline: Instant) -> Sent {
    let status = response.status();
    let retry_after = response::retry_after(response.headers(), now);
    let exchange = response::read(response, deadline).await;
    let outcome = Outcome::Answered { status: status.as_u16(), retry_after };
    Sent {
        outcome,
        error_text: (!outcome.is_success()).then(|| failure::status_sentence(status, retry_after)),
        duration: start.elapsed(),
        response: Some(exchange),
    }
}
