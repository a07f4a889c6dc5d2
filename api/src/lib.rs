//! The server functions of Herald: the typed contract between the console, other Rust code and the server.
//!
//! One file a resource. On the server a function asks the [`Backend`] of its request; elsewhere it is a client.

pub mod account;
pub mod activity;
pub mod api_keys;
pub mod audit;
#[cfg(feature = "ssr")]
mod backend;
#[cfg(feature = "client")]
pub mod client;
pub mod deliveries;
pub mod events;
pub mod feed;
pub mod find;
mod fires;
mod flash;
pub mod groups;
pub mod jobs;
pub mod organizations;
pub mod paths;
mod payload;
mod problem;
pub mod session;
pub mod start;
#[cfg(not(feature = "client"))]
mod transport;
pub mod users;
pub mod webhooks;

#[cfg(feature = "ssr")]
pub use backend::{
    AccountBackend, ApiKeyBackend, AuditBackend, Backend, DeliveryBackend, EventBackend, FindBackend,
    GroupBackend, JobBackend, OrganizationBackend, SessionBackend, UserBackend, WebhookBackend,
};
#[cfg(feature = "ssr")]
use backend::{backend, settle};
pub use fires::Fires;
pub use flash::{Flash, FormFlash, Next, Toast, Told};
pub use payload::AnyPayload;
pub use problem::{Code, Problem};

/// How the functions reach the server.
#[cfg(feature = "client")]
use client::transport;

#[cfg(all(feature = "client", any(feature = "ssr", feature = "hydrate")))]
compile_error!(
    "`client` is for programs of their own: build them apart from the server and from the console"
);
