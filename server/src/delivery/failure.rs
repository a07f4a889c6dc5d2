//! What went wrong with an attempt: a class for hints and statistics, and a sentence for the admin.
//!
//! A sentence names the host as it stands in the URL, never an address that a name resolved to.

use std::{error::Error, io, time::Duration};

use domain::{
    ErrorClass, Issue, Timestamp,
    limits::RESOLVE_TIMEOUT,
    target::{Host, Refused, TargetUrl},
};
use hyper::StatusCode;
use rustls::{AlertDescription, CertificateError, InvalidMessage};

use super::{
    connector::TooSlow, guard::NoAddress, lookups::LookupError, pool::RequestError, sender::Timeouts,
};

/// Names of a wrong certificate that are told.
const NAMES_TOLD_MAX: usize = 3;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) class: ErrorClass,
    pub(super) text: String,
}

fn failure(class: ErrorClass, text: impl Into<String>) -> Failure {
    Failure { class, text: text.into() }
}

pub(super) fn of_url(issue: Issue) -> Failure {
    failure(ErrorClass::Blocked, issue.detail)
}

pub(super) fn of_refusal(refused: Refused) -> Failure {
    failure(ErrorClass::Blocked, refused.to_string())
}

/// No answer within the time for the whole attempt.
pub(super) fn of_silence(target: &TargetUrl, timeouts: &Timeouts) -> Failure {
    let text = format!("{} did not answer within {}.", place(target), seconds(timeouts.attempt));
    failure(ErrorClass::Timeout, text)
}

/// Interim answers without end.
pub(super) fn of_flood(target: &TargetUrl) -> Failure {
    let text = format!("{} sends interim answers (1xx) without end, and no answer.", place(target));
    failure(ErrorClass::Protocol, text)
}

/// No answer because of an error, which is found by its causes.
/// `proxied`: the connection was to be opened by the operator's proxy.
pub(super) fn of_request(
    error: &RequestError,
    target: &TargetUrl,
    timeouts: &Timeouts,
    proxied: bool,
) -> Failure {
    if let Some(cause) = cause::<NoAddress>(error) {
        return of_name(cause, target);
    }
    if let Some(cause) = cause::<rustls::Error>(error) {
        return of_tls(cause, target);
    }
    if cause::<TooSlow>(error).is_some()
        || (error.is_connect() && io_kind(error) == Some(io::ErrorKind::TimedOut))
    {
        let (place, limit) = (place(target), seconds(timeouts.connect));
        return failure(ErrorClass::ConnectTimeout, format!("{place} could not be reached within {limit}."));
    }
    if error.is_connect() && proxied {
        return of_proxy(error, target);
    }
    if error.is_connect() {
        return of_connect(error, target);
    }
    of_exchange(error, target)
}

/// The sentence for an answer that is not a success.
pub(super) fn status_sentence(status: StatusCode, retry_after: Option<Duration>) -> String {
    let known = status.canonical_reason().map_or_else(String::new, |reason| format!(" {reason}"));
    let number = status.as_u16();
    match (number, retry_after) {
        (300..=399, _) => {
            format!("The receiver answered {number} and a redirect; Herald does not follow redirects.")
        }
        (410, _) => format!("The receiver answered 410{known}: it wants no more of these."),
        (429 | 502 | 503 | 504, Some(wait)) if !wait.is_zero() => {
            format!(
                "The receiver answered {number}{known} and asked to wait {} s.",
                wait.as_millis().div_ceil(1_000)
            )
        }
        _ => format!("The receiver answered {number}{known}."),
    }
}

fn of_name(cause: &NoAddress, target: &TargetUrl) -> Failure {
    match cause {
        NoAddress::Refused(refused) => of_refusal(refused.clone()),
        NoAddress::Lookup(LookupError::NotFound(error)) => {
            let why = error.to_string();
            let why = why.strip_prefix("failed to lookup address information: ").unwrap_or(&why);
            failure(ErrorClass::NameNotFound, format!("The name {} was not found: {why}.", target.host()))
        }
        NoAddress::Lookup(LookupError::TooSlow) => {
            let limit = seconds(RESOLVE_TIMEOUT);
            let text = format!("The name {} could not be looked up within {limit}.", target.host());
            failure(ErrorClass::NameNotFound, text)
        }
    }
}

fn of_tls(cause: &rustls::Error, target: &TargetUrl) -> Failure {
    let place = place(target);
    match cause {
        rustls::Error::InvalidCertificate(fault) => of_certificate(fault, target),
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(
            AlertDescription::HandshakeFailure
            | AlertDescription::ProtocolVersion
            | AlertDescription::InsufficientSecurity,
        ) => failure(
            ErrorClass::TlsNoCommonCipher,
            format!("{place} and this server have no TLS version or cipher in common."),
        ),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            failure(ErrorClass::Tls, format!("{place} does not speak TLS: https:// is not served there."))
        }
        other => failure(ErrorClass::Tls, format!("The TLS connection to {place} failed: {other}.")),
    }
}

fn of_certificate(fault: &CertificateError, target: &TargetUrl) -> Failure {
    let subject = format!("The TLS certificate of {}", target.host());
    match fault {
        CertificateError::Expired => failure(ErrorClass::TlsExpired, format!("{subject} has expired.")),
        CertificateError::ExpiredContext { not_after, .. } => {
            let end = i64::try_from(not_after.as_secs()).unwrap_or(i64::MAX).saturating_mul(1_000);
            let end = Timestamp::from_unix_ms(end).readable();
            failure(ErrorClass::TlsExpired, format!("{subject} has expired: it was valid until {end}."))
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            failure(ErrorClass::Tls, format!("{subject} is not valid yet."))
        }
        CertificateError::NotValidForName => {
            failure(ErrorClass::TlsWrongName, format!("{subject} is for another name."))
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            failure(ErrorClass::TlsWrongName, format!("{subject} is for another name{}.", told(presented)))
        }
        CertificateError::UnknownIssuer => failure(
            ErrorClass::TlsUnknownIssuer,
            format!(
                "{subject} comes from an issuer that this server does not know. If it is a private authority, ask \
                 whoever runs the server to add it with --ca-file."
            ),
        ),
        // What `openssl req -x509` makes when it is told nothing else.
        CertificateError::Other(cause) if cause.to_string().contains("CaUsedAsEndEntity") => failure(
            ErrorClass::Tls,
            format!("{subject} is marked as an authority (CA:TRUE); a server's own certificate must not be."),
        ),
        other => failure(ErrorClass::Tls, format!("{subject} was refused: {}.", other)),
    }
}

fn of_connect(error: &RequestError, target: &TargetUrl) -> Failure {
    let place = place(target);
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => failure(
            ErrorClass::ConnectionRefused,
            format!("{place} refused the connection: nothing listens there."),
        ),
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
            failure(ErrorClass::ConnectTimeout, format!("{place} cannot be reached: no route leads there."))
        }
        Some(kind) if is_close(kind) => {
            failure(ErrorClass::Reset, format!("{place} closed the connection before it was established."))
        }
        _ => failure(
            ErrorClass::ConnectionRefused,
            format!("No connection to {place} could be opened: {}.", root(error)),
        ),
    }
}

/// Either the proxy cannot be reached, or it opened no connection.
fn of_proxy(error: &RequestError, target: &TargetUrl) -> Failure {
    let text = format!(
        "The egress proxy opened no connection to {}: {}. Ask whoever runs the server.",
        place(target),
        root(error)
    );
    failure(ErrorClass::ConnectionRefused, text)
}

/// What happened after the connection was there.
fn of_exchange(error: &RequestError, target: &TargetUrl) -> Failure {
    let place = place(target);
    let http = cause::<hyper::Error>(error);
    if http.is_some_and(hyper::Error::is_parse_too_large) {
        return failure(ErrorClass::BodyTooLong, format!("{place} answered with headers that are too long."));
    }
    if http.is_some_and(hyper::Error::is_parse) {
        return failure(ErrorClass::Protocol, format!("{place} answered with something that is not HTTP."));
    }
    let closed = http.is_some_and(|e| e.is_incomplete_message() || e.is_closed() || e.is_canceled());
    if closed || io_kind(error).is_some_and(is_close) {
        return failure(ErrorClass::Reset, format!("{place} closed the connection without an answer."));
    }
    failure(ErrorClass::Protocol, format!("The request to {place} failed: {}.", root(error)))
}

fn is_close(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof, WriteZero,
    };
    matches!(
        kind,
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof | WriteZero
    )
}

/// Host and port as the URL has them.
fn place(target: &TargetUrl) -> String {
    match target.host() {
        Host::Address(std::net::IpAddr::V6(address)) => format!("[{address}]:{}", target.port()),
        host => format!("{host}:{}", target.port()),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

/// `: it names a.example, b.example and 3 more`.
fn told(names: &[String]) -> String {
    // rustls writes a name as `DnsName("a.example")`.
    let bare = names.iter().map(|name| name.split('"').nth(1).unwrap_or(name));
    let listed: Vec<&str> = bare.take(NAMES_TOLD_MAX).collect();
    match names.len().saturating_sub(NAMES_TOLD_MAX) {
        0 if listed.is_empty() => String::new(),
        0 => format!(": it names {}", listed.join(", ")),
        more => format!(": it names {} and {more} more", listed.join(", ")),
    }
}

/// The error and its causes. `io::Error` hides what it wraps from `source`, so it is opened here.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source())
    })
}

fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The kind of the innermost I/O error: the outer ones only wrap it.
fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last().map(io::Error::kind)
}

fn root(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}
