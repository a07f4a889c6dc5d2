//! The server functions of Herald: the typed contract between the console, other Rust code and the server.
//!
//! One file a resource. On the server a function asks the [`Backend`] of its request; elsewhere it is a client.

#[cfg(feature = "ssr")]
mod backend;
pub mod deliveries;
mod flash;
pub mod organizations;
pub mod paths;
mod problem;
pub mod session;
pub mod users;
pub mod webhooks;

#[cfg(feature = "ssr")]
pub use backend::Backend;
#[cfg(feature = "ssr")]
use backend::{backend, settle};
pub use flash::{Flash, FormFlash, Next, Toast, ToastKind};
pub use problem::{Code, Problem};
