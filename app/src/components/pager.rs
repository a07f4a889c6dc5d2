//! The ways to the pages before and behind one of a list that counts its pages.

use leptos::prelude::*;

#[component]
pub(crate) fn Pager(
    /// Counted from 1.
    page: u32,
    pages: u32,
    /// The address of another.
    to: impl Fn(u32) -> String,
) -> impl IntoView {
    let previous = (page > 1).then(|| view! { <a href=to(page - 1)>"Previous"</a> });
    let next = (page < pages).then(|| view! { <a href=to(page + 1)>"Next"</a> });
    (pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {previous}
                <span>{format!("Page {page} of {pages}")}</span>
                {next}
            </nav>
        }
    })
}
