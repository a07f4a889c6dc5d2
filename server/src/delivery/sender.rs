//! One attempt: signs a delivery, posts it, and says what came of it.
//!
//! Dropping `send` closes its connection; nothing goes on behind it.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::{
    Attempt, CustomHeaders, DeliveryId, EventId, Exchange, Issue, Outcome, RequestLine, Secret, Timestamp,
    Trigger, WebhookId, delivery_body,
    limits::{
        ACKNOWLEDGED_READ_MAX, ATTEMPT_TIMEOUT, CONNECT_TIMEOUT, GIVE_BACK_MAX, IDLE_CONNECTION_MAX,
        INTERIM_ANSWERS_MAX,
    },
    sign,
    target::{AllowedTarget, TargetUrl},
};
use http_body_util::Full;
use hyper::{
    Method, Request, Response, Uri,
    body::{Bytes, Incoming},
    ext::on_informational,
    header::{HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION},
};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::{
    connector::Clients,
    egress::EgressProxy,
    failure::{self, Failure},
    guard::Guard,
    pool::Lease,
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
    target: Result<Target, Issue>,
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
        let target = Target::parse(&url);
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

struct Target {
    url: TargetUrl,
    /// The same as requests name it.
    uri: Uri,
}

impl Target {
    fn parse(text: &str) -> Result<Self, Issue> {
        let url = TargetUrl::parse(text)?;
        let cannot_be_sent =
            |error| Issue::new("invalid", format!("No request can be sent to this URL: {error}."));
        let uri = Uri::try_from(url.url().as_str()).map_err(cannot_be_sent)?;
        Ok(Self { url, uri })
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
    /// How long a connection is kept open that nobody needs.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: CONNECT_TIMEOUT, attempt: ATTEMPT_TIMEOUT, idle: IDLE_CONNECTION_MAX }
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
        let clients = Clients::new(Arc::clone(&guard), timeouts);
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
            Ok((response, lease)) => answered(response, lease, now, start, deadline, signature).await,
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
    ) -> Result<(Response<Incoming>, Lease), Failure> {
        let Target { url, uri } = route.target.as_ref().map_err(|issue| failure::of_url(issue.clone()))?;
        let policy = self.guard.policy(route.own_targets.as_deref());
        self.guard.check_url(&policy, url).map_err(failure::of_refusal)?;
        let client = self.clients.under(policy);
        let (mut request, flood) = signed.request(uri.clone(), &route.headers);
        let proxy = self.guard.egress();
        // What goes through a tunnel is the receiver's to read: there the tunnel itself has it.
        if let Some(authorization) = proxy.filter(|_| !url.is_https()).and_then(EgressProxy::authorization) {
            request.headers_mut().insert(PROXY_AUTHORIZATION, authorization);
        }
        tokio::select! {
            sent = timeout_at(deadline, client.request(request)) => match sent {
                Ok(sent) => sent.map_err(|error| failure::of_request(&error, url, &self.timeouts, proxy.is_some())),
                Err(_) => Err(failure::of_silence(url, &self.timeouts)),
            },
            () = flood.notified() => Err(failure::of_flood(url)),
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
    /// Also answers what is notified when too many interim answers come: a receiver may send them for ever.
    fn request(self, uri: Uri, custom: &CustomHeaders) -> (Request<Full<Bytes>>, Arc<Notify>) {
        let line = RequestLine {
            delivery_id: self.due.id,
            event_id: self.due.event_id,
            event_time: self.due.event_time,
            sequence: self.due.sequence,
            attempt: self.due.attempt(),
            started_at: self.now,
        };
        let mut request = Request::new(Full::from(self.body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        for (name, value) in line.headers(self.signature) {
            request.headers_mut().insert(HeaderName::from_static(name), plain(value));
        }
        add_custom(request.headers_mut(), custom);
        let flood = Arc::new(Notify::new());
        let (interim, tell) = (AtomicUsize::new(0), Arc::clone(&flood));
        on_informational(&mut request, move |_| {
            if interim.fetch_add(1, Ordering::Relaxed) >= INTERIM_ANSWERS_MAX {
                tell.notify_one();
            }
        });
        (request, flood)
    }
}

fn add_custom(headers: &mut HeaderMap, custom: &CustomHeaders) {
    for (name, value) in custom.reveal() {
        // They were checked when they were saved.
        if let Ok(name) = HeaderName::try_from(name) {
            headers.append(name, sensitive(value));
        }
    }
}

/// All that Herald writes itself is text of visible characters.
fn plain(value: Cow<'static, str>) -> HeaderValue {
    match value {
        Cow::Borrowed(text) => HeaderValue::from_static(text),
        Cow::Owned(text) => HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("")),
    }
}

/// Marked so that no log of a library prints it. The value was checked when it was saved.
fn sensitive(value: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

async fn answered(
    response: Response<Incoming>,
    lease: Lease,
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
    let (exchange, whole) = response::read(response, deadline).await;
    let duration = start.elapsed();
    if whole {
        lease.give_back(deadline.min(Instant::now() + GIVE_BACK_MAX)).await;
    }
    Sent {
        outcome,
        error_text: (!outcome.is_success()).then(|| failure::status_sentence(status, retry_after)),
        duration,
        response: Some(exchange),
        signature,
    }
}
