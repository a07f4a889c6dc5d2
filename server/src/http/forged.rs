//! Refuses what a page of another site can make a browser send without asking first, even from a browser that says nothing of
//! where the request comes from: a cookie is no proof of intent.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
};

use super::cross_site;
use crate::{
    access::{read_cookie, session_cookie_name},
    herald::Herald,
};

/// The types that a cross-origin form can have. The console's own forms are of the first, and go to other paths.
const OF_FORMS: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

pub(super) async fn refuse(State(herald): State<Herald>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api");
    let refused = if is_api { &OF_FORMS[..] } else { &OF_FORMS[1..] };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let headers = request.headers();
    let by_cookie = !headers.contains_key(header::AUTHORIZATION)
        && read_cookie(headers, session_cookie_name(&herald.public_url)).is_some();
    if !reads && by_cookie && refused.contains(&content_type(headers).as_str()) {
        return cross_site();
    }
    next.run(request).await
}

fn content_type(headers: &HeaderMap) -> String {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
