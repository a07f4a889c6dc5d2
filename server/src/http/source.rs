//! Where a request comes from: the caller's address, and an id by which the audit log and the caller both name it.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use domain::limits::REQUEST_ID_LENGTH_MAX;

use super::address_of;
use crate::store::Source;

/// What [`note`] noted.
#[derive(Clone)]
struct RequestId(String);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Notes the id for whoever answers, and says it in the answer.
pub(super) async fn note(mut request: Request, next: Next) -> Response {
    let id = given_id(request.headers()).unwrap_or_else(new_id);
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Where a request comes from, for the audit log.
pub(crate) fn source_of(request: &Request) -> Source {
    let id = request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone());
    Source { address: Some(address_of(request)), request_id: id }
}

/// The caller's own id, where it is one that can stand anywhere.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    is_plain(id).then(|| id.to_owned())
}

fn is_plain(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=REQUEST_ID_LENGTH_MAX).contains(&id.len()) && id.bytes().all(plain)
}

fn new_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_1_to_64_plain_characters() {
        for id in ["a", "req_1.2-3", &"x".repeat(64)] {
            assert!(is_plain(id), "{id}");
        }
        for id in ["", "a b", "a\"", "é", "a\n", &"x".repeat(65)] {
            assert!(!is_plain(id), "{id}");
        }
    }

    #[test]
    fn new_ids_are_plain_and_differ() {
        assert!(is_plain(&new_id()));
        assert_ne!(new_id(), new_id());
    }
}
