//! Deliveries and their attempts: what was sent, what came back, and what went wrong in words.

use std::borrow::Cow;

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{DeliveryId, EventId, EventType, Issue, MASKED, Timestamp, WebhookId};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// Due now or later.
    Pending,
    /// A receiver answered 2xx.
    Delivered,
    /// The schedule is used up.
    Failed,
    /// The webhook is disabled; it waits for a decision.
    Held,
    /// The webhook was deleted, or someone discarded it.
    Cancelled,
}

impl DeliveryState {
    pub const ALL: [Self; 5] = [Self::Pending, Self::Delivered, Self::Failed, Self::Held, Self::Cancelled];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DeliveryState {
    type Err = Issue;

    fn from_str(text: &str) -> Result<Self, Issue> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            Issue::new("unknown", format!("“{text}” is not a state. The states are {known}."))
        })
    }
}

/// Why an attempt failed, as a class that hints and statistics can rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The guard refused the address; no connection was opened.
    Blocked,
    NameNotFound,
    ConnectionRefused,
    ConnectTimeout,
    Timeout,
    TlsExpired,
    TlsWrongName,
    TlsUnknownIssuer,
    TlsNoCommonCipher,
    Tls,
    Reset,
    /// An answer that is not HTTP.
    Protocol,
    BodyTooLong,
    /// 3xx: redirects are not followed.
    Redirect,
    /// Any other status that is not 2xx.
    Status,
}

impl ErrorClass {
    pub const ALL: [Self; 15] = [
        Self::Blocked,
        Self::NameNotFound,
        Self::ConnectionRefused,
        Self::ConnectTimeout,
        Self::Timeout,
        Self::TlsExpired,
        Self::TlsWrongName,
        Self::TlsUnknownIssuer,
        Self::TlsNoCommonCipher,
        Self::Tls,
        Self::Reset,
        Self::Protocol,
        Self::BodyTooLong,
        Self::Redirect,
        Self::Status,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::NameNotFound => "name_not_found",
            Self::ConnectionRefused => "connection_refused",
            Self::ConnectTimeout => "connect_timeout",
            Self::Timeout => "timeout",
            Self::TlsExpired => "tls_expired",
            Self::TlsWrongName => "tls_wrong_name",
            Self::TlsUnknownIssuer => "tls_unknown_issuer",
            Self::TlsNoCommonCipher => "tls_no_common_cipher",
            Self::Tls => "tls",
            Self::Reset => "reset",
            Self::Protocol => "protocol",
            Self::BodyTooLong => "body_too_long",
            Self::Redirect => "redirect",
            Self::Status => "status",
        }
    }

    /// What happened, for the admin who reads it.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Blocked => "This server may not call that address",
            Self::NameNotFound => "The receiver's name was not found",
            Self::ConnectionRefused => "Nothing listens there: the connection was refused",
            Self::ConnectTimeout => "The receiver could not be reached in time",
            Self::Timeout => "The receiver did not answer in time",
            Self::TlsExpired => "TLS: the receiver's certificate has expired",
            Self::TlsWrongName => "TLS: the receiver's certificate is for another name",
            Self::TlsUnknownIssuer => "TLS: the receiver's certificate comes from an unknown issuer",
            Self::TlsNoCommonCipher => "TLS: no cipher or version in common",
            Self::Tls => "TLS: the connection could not be secured",
            Self::Reset => "The receiver closed the connection without an answer",
            Self::Protocol => "The receiver's answer was not HTTP",
            Self::BodyTooLong => "The receiver's answer was too long",
            Self::Redirect => "The receiver redirected; redirects are not followed",
            Self::Status => "The receiver answered with an error",
        }
    }
}

impl ErrorClass {
    /// What happened in a word or two, for a table's cell.
    #[must_use]
    pub const fn brief(self) -> &'static str {
        match self {
            Self::Blocked => "Not allowed",
            Self::NameNotFound => "Name not found",
            Self::ConnectionRefused => "Refused",
            Self::ConnectTimeout | Self::Timeout => "Timeout",
            Self::TlsExpired
            | Self::TlsWrongName
            | Self::TlsUnknownIssuer
            | Self::TlsNoCommonCipher
            | Self::Tls => "TLS",
            Self::Reset => "Closed",
            Self::Protocol => "Not HTTP",
            Self::BodyTooLong => "Too long",
            Self::Redirect => "Redirect",
            Self::Status => "Error",
        }
    }
}

impl FromStr for ErrorClass {
    type Err = Issue;

    fn from_str(text: &str) -> Result<Self, Issue> {
        Self::ALL
            .into_iter()
            .find(|class| class.as_str() == text)
            .ok_or_else(|| Issue::new("unknown", format!("“{text}” is not an error class.")))
    }
}

/// How one attempt ended: an answer, or an error before there was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Answered { status: u16, retry_after: Option<Duration> },
    Broken(ErrorClass),
}

impl Outcome {
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Answered { status: 200..=299, .. })
    }

    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(*status),
            Self::Broken(_) => None,
        }
    }

    /// How long the receiver asks to be left alone. `Retry-After` counts on the statuses that mean "slow down".
    #[must_use]
    pub fn asked_delay(&self) -> Duration {
        match self {
            Self::Answered { status: 429 | 502 | 503 | 504, retry_after: Some(delay) } => *delay,
            _ => Duration::ZERO,
        }
    }

    /// `None` for a success.
    #[must_use]
    pub fn error_class(&self) -> Option<ErrorClass> {
        match self {
            Self::Answered { status: 200..=299, .. } => None,
            Self::Answered { status: 300..=399, .. } => Some(ErrorClass::Redirect),
            Self::Answered { .. } => Some(ErrorClass::Status),
            Self::Broken(class) => Some(*class),
        }
    }
}

/// What made an attempt happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    Scheduled,
    Manual,
    Test,
}

impl Trigger {
    pub const ALL: [Self; 3] = [Self::Scheduled, Self::Manual, Self::Test];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Manual => "manual",
            Self::Test => "test",
        }
    }
}

impl FromStr for Trigger {
    type Err = Issue;

    fn from_str(text: &str) -> Result<Self, Issue> {
        Self::ALL
            .into_iter()
            .find(|trigger| trigger.as_str() == text)
            .ok_or_else(|| Issue::new("unknown", format!("“{text}” is not a trigger.")))
    }
}

/// A delivery in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub id: DeliveryId,
    pub event_id: EventId,
    #[serde(rename = "type")]
    pub event_type: EventType,
    pub webhook_id: WebhookId,
    pub status: DeliveryState,
    pub test: bool,
    /// How many attempts were made.
    pub attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// Whether what was about a person was removed from its body and from what came back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub purged: bool,
}

/// One HTTP try. Immutable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    pub trigger: Trigger,
    pub started_at: Timestamp,
    pub duration_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_class: Option<ErrorClass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_text: Option<String>,
    pub url: String,
    /// What was sent as `webhook-signature`.
    pub signature: String,
    /// The names of the webhook's own headers that went with it.
    pub custom_headers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Exchange>,
}

/// What a receiver answered, cut to the limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub truncated: bool,
}

/// A delivery as its request names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLine {
    pub delivery_id: DeliveryId,
    pub event_id: EventId,
    /// When it happened.
    pub event_time: Timestamp,
    /// `None` for a test.
    pub sequence: Option<i64>,
    pub attempt: u32,
    pub started_at: Timestamp,
}

impl RequestLine {
    /// The headers of an attempt but for the webhook's own: what is sent, and what is shown afterwards.
    #[must_use]
    pub fn headers(&self, signature: &str) -> Vec<(&'static str, Cow<'static, str>)> {
        let own = Cow::Owned;
        let mut headers = vec![
            ("content-type", Cow::Borrowed("application/json")),
            ("user-agent", Cow::Borrowed(USER_AGENT)),
            ("webhook-id", own(self.delivery_id.to_string())),
            ("webhook-timestamp", own(self.started_at.unix_seconds().to_string())),
            ("herald-event-id", own(self.event_id.to_string())),
            ("herald-event-time", own(self.event_time.to_string())),
            ("herald-attempt", own(self.attempt.to_string())),
        ];
        // Of an attempt from before it was kept, or whose user was purged, it is not known.
        if !signature.is_empty() {
            headers.push(("webhook-signature", own(signature.to_owned())));
        }
        headers.push(match self.sequence {
            Some(sequence) => ("herald-sequence", own(sequence.to_string())),
            None => ("herald-test", Cow::Borrowed("true")),
        });
        headers
    }
}

/// What Herald calls itself when it sends.
pub const USER_AGENT: &str = concat!("Herald/", env!("CARGO_PKG_VERSION"));

/// A delivery with everything that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryDetail {
    pub delivery: Delivery,
    pub event_time: Timestamp,
    pub sequence: Option<i64>,
    /// Byte for byte as it is sent.
    pub body: String,
    /// In their order.
    pub attempts: Vec<Attempt>,
}

impl DeliveryDetail {
    /// The headers that an attempt's request had, in their order; the values of the webhook's own are masked.
    #[must_use]
    pub fn request_headers(&self, attempt: &Attempt) -> Vec<(String, String)> {
        let line = RequestLine {
            delivery_id: self.delivery.id,
            event_id: self.delivery.event_id,
            event_time: self.event_time,
            sequence: self.sequence,
            attempt: attempt.number,
            started_at: attempt.started_at,
        };
        let own = line.headers(&attempt.signature).into_iter();
        let own = own.map(|(name, value)| (name.to_owned(), value.into_owned()));
        own.chain(attempt.custom_headers.iter().map(|name| (name.clone(), MASKED.to_owned()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_2xx_is_success() {
        let of = |status| Outcome::Answered { status, retry_after: None };
        assert!(of(200).is_success() && of(204).is_success() && of(299).is_success());
        assert_eq!(of(199).error_class(), Some(ErrorClass::Status));
        assert_eq!(of(302).error_class(), Some(ErrorClass::Redirect));
        assert_eq!(of(500).error_class(), Some(ErrorClass::Status));
        assert_eq!(of(204).error_class(), None);
    }

    #[test]
    fn words_and_values_belong_together() {
        for class in ErrorClass::ALL {
            assert_eq!(class.as_str().parse(), Ok(class));
            assert_eq!(serde_json::to_string(&class).expect("json"), format!("\"{}\"", class.as_str()));
        }
        for state in DeliveryState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }
}
