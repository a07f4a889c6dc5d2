//! All but the publishing of events is answered on threads of its own: behind the events of a busy platform a page would queue at
//! each of its steps.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::LazyLock,
};

use axum::{
    extract::Request,
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinError, JoinSet},
};

const THREADS: usize = 2;

/// `None` where the system gives no more threads: then all share those that there are.
static APART: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(THREADS).thread_name("herald-pages").enable_all();
    // A thread that cannot be had is a panic in tokio.
    let runtime = catch_unwind(AssertUnwindSafe(|| builder.build())).ok().and_then(Result::ok);
    if runtime.is_none() {
        tracing::warn!("Pages have no threads of their own: the system gives no more");
    }
    runtime
});

pub(super) async fn answer(request: Request, next: Next) -> Response {
    let runtime = if is_publishing(&request) { None } else { APART.as_ref() };
    let Some(runtime) = runtime else { return next.run(request).await };
    // A set ends what is in it when it is dropped: where its connection is gone, nobody waits for the page.
    let mut task = JoinSet::new();
    task.spawn_on(next.run(request), runtime.handle());
    match task.join_next().await.map(|ended| ended.map_err(JoinError::try_into_panic)) {
        Some(Ok(response)) => response,
        // As if it had happened here.
        Some(Err(Ok(panic))) => resume_unwind(panic),
        Some(Err(Err(_))) | None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn is_publishing(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path().ends_with("/webhook-events")
}
