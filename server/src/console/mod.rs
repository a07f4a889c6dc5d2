//! The console on the server: pages, server functions, assets, cookies and what is carried over a redirect.

mod assets;
mod backend;
mod cookies;
mod feed;
mod flashes;
mod functions;
mod pages;
mod publishing;

pub(crate) use assets::serve as serve_asset;
pub(crate) use cookies::{end_session_cookie, session_cookie};
pub(crate) use flashes::Flashes;
pub(crate) use functions::call_function;
pub(crate) use pages::{render_page, set_theme};
