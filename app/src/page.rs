//! A page whose content has to be read first.

use std::future::Future;

use api::Problem;
use leptos::prelude::*;

use crate::pages::refused;

/// Renders the content once it is there, or the page that says why it cannot be shown. The server waits for it before
/// the first byte goes out, so the status is known and plain HTML has all of it.
pub(crate) fn page<F>(content: F) -> impl IntoView
where
    F: Future<Output = Result<AnyView, Problem>> + Send + 'static,
{
    let page = Suspend::new(async move { content.await.unwrap_or_else(refused) });
    view! { <Suspense>{page}</Suspense> }
}
