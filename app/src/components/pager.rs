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
    let way = |to: String, words| view! { <a href=to>{words}</a> };
    let previous = (page > 1).then(|| way(to(page - 1), PREVIOUS));
    let next = (page < pages).then(|| way(to(page + 1), NEXT));
    ways(page, pages, previous, next)
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
    let way = |to: u32, words: &'static str| {
        view! {
            <button type="submit" class="link" form=form name=name value=to.to_string()>{words}</button>
        }
    };
    let previous = (page > 1).then(|| way(page - 1, PREVIOUS));
    let next = (page < pages).then(|| way(page + 1, NEXT));
    ways(page, pages, previous, next)
}

const PREVIOUS: &str = "Previous";
const NEXT: &str = "Next";

fn ways<W: IntoView>(page: u32, pages: u32, previous: Option<W>, next: Option<W>) -> impl IntoView {
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
