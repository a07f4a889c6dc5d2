//! The headers that every answer carries, errors and assets included.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::{access::session_cookie_name, herald::Herald};

/// Pages set their own policy, with a nonce; what is not a page may load nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // With `no-referrer` browsers would send `Origin: null`, which the check against forged requests refuses.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

const UNLESS_SET: [(HeaderName, &str); 2] =
    [(header::CONTENT_SECURITY_POLICY, NOTHING), (header::CACHE_CONTROL, "no-store")];

pub(super) async fn add(State(herald): State<Herald>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in UNLESS_SET {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if ends_session(headers, &herald) {
        // Not the cookies: that would take those of every site of the domain.
        let cleared = HeaderValue::from_static("\"cache\", \"storage\"");
        headers.insert(HeaderName::from_static("clear-site-data"), cleared);
    }
    if herald.public_url.is_https() {
        let a_year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    response
}

fn ends_session(headers: &HeaderMap, herald: &Herald) -> bool {
    let name = session_cookie_name(&herald.public_url).as_bytes();
    let is_emptied = |value: &[u8]| value.starts_with(b"=;");
    headers
        .get_all(header::SET_COOKIE)
        .iter()
        .any(|line| line.as_bytes().strip_prefix(name).is_some_and(is_emptied))
}
