//! Routes: the HTTP API, the console, health, and the headers that every answer carries.

mod apart;
mod api;
mod forged;
mod headers;
mod health;
mod limits;
mod members;
mod problem;
mod source;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use domain::limits::REQUEST_BODY_BYTES_MAX;
use tower::ServiceBuilder;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::{console, herald::Herald};

pub(crate) use limits::address_of;
pub(crate) use problem::ProblemResponse;
pub(crate) use source::source_of;

/// Everything that Herald answers. To be served with `ConnectInfo<SocketAddr>`: limits and the log go by the address.
pub fn router(herald: Herald) -> Router {
    // Pages are rendered on tokio; an error means that this was said before.
    let _ = any_spawner::Executor::init_tokio();
    Router::new()
        .merge(api::routes())
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/assets/{name}", get(console::serve_asset))
        .route("/theme", post(console::set_theme))
        .route("/fn/{*path}", post(console::call_function))
        .fallback(console::render_page)
        // One after the other from the outside, as one layer: the router boxes and clones each of its own for every request.
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(source::note))
                .layer(middleware::from_fn(apart::answer))
                .layer(middleware::from_fn_with_state(herald.clone(), headers::add))
                .layer(middleware::from_fn_with_state(herald.clone(), limits::apply))
                .layer(csrf())
                .layer(middleware::from_fn_with_state(herald.clone(), forged::refuse))
                .layer(DefaultBodyLimit::max(REQUEST_BODY_BYTES_MAX)),
        )
        .with_state(herald)
}

/// Refuses what another site makes a browser send: by `Sec-Fetch-Site` and `Origin`, without tokens.
fn csrf() -> CsrfLayer<fn(ProtectionError) -> Response> {
    CsrfLayer::new().with_rejection_response(|_| cross_site())
}

fn cross_site() -> Response {
    let mut problem = ::api::Problem::forbidden();
    "This request came from another site. Open Herald itself and try there.".clone_into(&mut problem.detail);
    ProblemResponse(problem).into_response()
}
