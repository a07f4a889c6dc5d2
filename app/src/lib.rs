//! The console of Herald. The server renders pages and components; the browser wakes the islands in them.

// A page's view is one type, nested as deep as its HTML.
#![recursion_limit = "512"]
#![allow(unreachable_pub, reason = "the macro of components writes `pub` whatever their visibility is")]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` in one build drop every event handler: build the halves apart.");

mod browser;
mod islands;
mod relative;
mod theme;

#[cfg(feature = "ssr")]
mod address;
#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
mod forms;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod request;
#[cfg(feature = "ssr")]
mod root;
#[cfg(feature = "ssr")]
mod session;
#[cfg(feature = "ssr")]
mod shell;

#[cfg(feature = "ssr")]
pub use request::PageContext;
#[cfg(feature = "ssr")]
pub use root::App;
#[cfg(feature = "ssr")]
pub use shell::{Assets, shell};
pub use theme::Theme;

/// Makes the islands callable from the page's script.
#[cfg(feature = "hydrate")]
pub fn wake() {
    leptos::mount::hydrate_islands();
}
