//! `/healthz`: the process lives. `/readyz`: it can take and store events.

use axum::{extract::State, http::StatusCode};

use crate::herald::Herald;

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

pub(super) async fn readyz(State(herald): State<Herald>) -> (StatusCode, &'static str) {
    if herald.store.is_writable() && herald.store.is_readable().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the store cannot take events\n")
    }
}
