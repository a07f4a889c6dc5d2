//! One attempt: signs a delivery, posts it, and says what came of it.
//!
//! Dropping `send` closes its connection; nothing goes on behind it.

use std::{sync::Arc, time::Duration};

use domain::{
    Attempt, CustomHeaders, DeliveryId, EventId, Exchange, Issue, Outcome, RequestLine, Secret, Timestamp,
    Trigger, WebhookId, delivery_body,
    limits::{ACKNOWLEDGED_READ_MAX, ATTEMPT_TIMEOUT, CONNECT_TIMEOUT},
    sign,
    target::{AllowedTarget, TargetUrl},
};
use reqwest::{RequestBuilder, Response, header::HeaderValue};
use tokio::time::{Instant, timeout_at};

use super::{
    clients::Clients,
    failure::{self, Failure},
    guard::Guard,
    response,
};

/// A due delivery.
#[derive(Debug, Clone)]
pub struct Due {
    /// The row.
    pub key: i64,
    pub id: DeliveryId,
    pub event_id: EventId,
    pub event_time: Timestamp,
    /// `None` for a test.
    pub sequence: Option<i64>,
    /// How many attempts were made.
    pub attempts: u32,
    /// How many of them belong to earlier schedules.
    pub schedule_from: u32,
    /// What the next attempt is made for.
    pub trigger: Trigger,
    pub head: Arc<str>,
    pub payload: Arc<str>,
}

impl Due {
    /// The number of the attempt to be made, 1 for the first.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempts + 1
    }

    #[must_use]
    pub fn body_bytes(&self) -> usize {
        self.head.len() + self.payload.len()
    }
}

/// Where a webhook's requests go, and what signs them.
pub struct Route {
    /// The webhook's row.
    pub webhook: i64,
    pub webhook_id: WebhookId,
    pub url: String,
    target: Result<TargetUrl, Issue>,
    secret: Secret,
    /// The one before a rotation, and until when it signs as well.
    previous: Option<(Secret, Timestamp)>,
    headers: CustomHeaders,
    /// The private targets that its organization may call; `None`: all that the server allows.
    own_targets: Option<Vec<AllowedTarget>>,
}

impl Route {
    #[must_use]
    pub fn new(
        webhook: i64,
        webhook_id: WebhookId,
        url: String,
        secret: Secret,
        previous: Option<(Secret, Timestamp)>,
        headers: CustomHeaders,
    ) -> Self {
        let target = TargetUrl::parse(&url);
        Self { webhook, webhook_id, url, target, secret, previous, headers, own_targets: None }
    }

    /// The same for an organization that may call these private targets only.
    #[must_use]
    pub fn within(self, own_targets: Option<Vec<AllowedTarget>>) -> Self {
        Self { own_targets, ..self }
    }

    /// What may be kept of an answer.
    fn masked(&self, answer: Exchange) -> Exchange {
        if self.headers.is_empty() {
            return answer;
        }
        let headers = answer.headers.into_iter().map(|(name, value)| (name, self.headers.mask(&value)));
        Exchange { headers: headers.collect(), body: self.headers.mask(&answer.body), ..answer }
    }

    fn signature(&self, id: DeliveryId, now: Timestamp, body: &str) -> String {
        let previous = self.previous.as_ref().filter(|(_, until)| *until > now).map(|(secret, _)| secret);
        sign([&self.secret].into_iter().chain(previous), &id.to_string(), now.unix_seconds(), body.as_bytes())
    }
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
    pub signature: String,
}

impl Sent {
    /// The attempt as it is stored.
    #[must_use]
    pub fn into_attempt(self, due: &Due, route: &Route, started_at: Timestamp) -> Attempt {
        Attempt {
            number: due.attempt(),
            trigger: due.trigger,
            started_at,
            duration_ms: u64::try_from(self.duration.as_millis()).unwrap_or(u64::MAX),
            status: self.outcome.status(),
            error_class: self.outcome.error_class(),
            error_text: self.error_text,
            url: route.url.clone(),
            signature: self.signature,
            custom_headers: route.headers.names(),
            response: self.response.map(|response| route.masked(response)),
        }
    }
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
    pub async fn send(&self, route: &Route, due: &Due, now: Timestamp) -> Sent {
        let start = Instant::now();
        let deadline = start + self.timeouts.attempt;
        let body = delivery_body(&due.head, &due.payload);
        let signature = route.signature(due.id, now, &body);
        let request = Signed { due, body, signature: &signature, now };
        match self.attempt(route, request, deadline).await {
            Ok(response) => answered(response, now, start, deadline, signature).await,
            Err(Failure { class, text }) => Sent {
                outcome: Outcome::Broken(class),
                error_text: Some(text),
                duration: start.elapsed(),
                response: None,
                signature,
            },
        }
    }

    async fn attempt(
        &self,
        route: &Route,
        signed: Signed<'_>,
        deadline: Instant,
    ) -> Result<Response, Failure> {
        let target = route.target.as_ref().map_err(|issue| failure::of_url(issue.clone()))?;
        let policy = self.guard.policy(route.own_targets.as_deref());
        self.guard.check_url(&policy, target).map_err(failure::of_refusal)?;
        // Without its URL, whose path or query may hold a token.
        let failed = |error: reqwest::Error| {
            let proxied = self.guard.egress().is_some();
            failure::of_request(&error.without_url(), target, &self.timeouts, proxied)
        };
        let client = self.clients.for_target(policy, target).map_err(failed)?;
        let request = signed.onto(client.post(target.url().clone()), &route.headers);
        match timeout_at(deadline, request.send()).await {
            Ok(result) => result.map_err(failed),
            Err(_) => Err(failure::of_silence(target, &self.timeouts)),
        }
    }
}

/// A request's own part: body and signature of this very attempt.
struct Signed<'a> {
    due: &'a Due,
    body: String,
    signature: &'a str,
    now: Timestamp,
}

impl Signed<'_> {
    fn onto(self, request: RequestBuilder, custom: &CustomHeaders) -> RequestBuilder {
        let line = RequestLine {
            delivery_id: self.due.id,
            event_id: self.due.event_id,
            event_time: self.due.event_time,
            sequence: self.due.sequence,
            attempt: self.due.attempt(),
            started_at: self.now,
        };
        let own = line.headers(self.signature);
        let request = own.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        let custom = custom.reveal().iter();
        custom.fold(request, |request, (name, value)| request.header(name, sensitive(value))).body(self.body)
    }
}

/// Marked so that no log of a library prints it. The value was checked when it was saved.
fn sensitive(value: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

async fn answered(
    response: Response,
    now: Timestamp,
    start: Instant,
    deadline: Instant,
    signature: String,
) -> Sent {
    let status = response.status();
    let retry_after = response::retry_after(response.headers(), now);
    let outcome = Outcome::Answered { status: status.as_u16(), retry_after };
    let deadline =
        if outcome.is_success() { deadline.min(Instant::now() + ACKNOWLEDGED_READ_MAX) } else { deadline };
    let exchange = response::read(response, deadline).await;
    Sent {
        outcome,
        error_text: (!outcome.is_success()).then(|| failure::status_sentence(status, retry_after)),
        duration: start.elapsed(),
        response: Some(exchange),
        signature,
    }
}
