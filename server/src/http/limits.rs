//! Counts requests, by API key or by address, and says in every answer how the caller stands.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use api::Problem;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::ProblemResponse;
use crate::{access::key_of, herald::Herald, limits::Standing, tokens::token_hash};

/// Whoever watches the process must not be told that it is down.
const NOT_COUNTED: [&str; 2] = ["/healthz", "/readyz"];

/// Where a request comes from, as far as it can be believed.
#[derive(Clone, Copy)]
struct ClientAddress(IpAddr);

/// What [`apply`] found out.
pub(crate) fn address_of(request: &Request) -> IpAddr {
    let found = request.extensions().get::<ClientAddress>();
    found.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ClientAddress(address)| *address)
}

pub(super) async fn apply(State(herald): State<Herald>, mut request: Request, next: Next) -> Response {
    let address = client_address(&herald, &request);
    request.extensions_mut().insert(ClientAddress(address));
    if herald.limits.requests_are_free() || NOT_COUNTED.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let standing = count(&herald, request.headers(), address).await;
    let mut response = if standing.allowed {
        next.run(request).await
    } else {
        if standing.first_refused {
            tracing::warn!(%address, "Requests are refused for a while: there were too many");
        }
        let problem = Problem::rate_limited("Too many requests.", standing.reset);
        ProblemResponse(problem).into_response()
    };
    tell(&mut response, &standing);
    response
}

fn client_address(herald: &Herald, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    herald.proxies.client_address(peer, request.headers())
}

/// A key has its own limit once it was seen to be one: what is made up counts for the address that sends it.
async fn count(herald: &Herald, headers: &HeaderMap, address: IpAddr) -> Standing {
    let (limits, now) = (&herald.limits, herald.clock.unset());
    if let Some(key) = key_of(headers).map(|key| token_hash(&key)) {
        if let Some(standing) = limits.count_known_key(key, now) {
            return standing;
        }
        let may_ask = limits.address_has_room(address, now);
        if may_ask && herald.store.key_user(key).await.is_ok_and(|found| found.is_some()) {
            return limits.count_key(key, now);
        }
    }
    limits.count_address(address, now)
}

/// draft-ietf-httpapi-ratelimit-headers-06: three headers, the time in whole seconds.
fn tell(response: &mut Response, standing: &Standing) {
    if standing.limit == 0 {
        return;
    }
    let reset = u64::try_from(standing.reset.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX);
    for (name, value) in [
        ("ratelimit-limit", u64::from(standing.limit)),
        ("ratelimit-remaining", u64::from(standing.remaining)),
        ("ratelimit-reset", reset),
    ] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}
