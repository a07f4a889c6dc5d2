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

/// The same as buttons of a form, which takes along what is selected.
#[component]
pub(crate) fn PagerButtons(
    /// The id of the form.
    form: &'static str,
    /// The name by which it asks for a page.
    name: &'static str,
    page: u32,
    pages: u32,
) -> impl IntoView {
    let button = |to: u32, words: &'static str| {
        view! {
            <button type="submit" class="link" form=form name=name value=to.to_string()>{words}</button>
        }
    };
    let previous = (page > 1).then(|| button(page - 1, "Previous"));
    let next = (page < pages).then(|| button(page + 1, "Next"));
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
