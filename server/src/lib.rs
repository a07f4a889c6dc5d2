//! The server half of Herald: configuration, routes, access, use cases, the store, the delivery engine, the commands.

mod access;
mod access_cache;
mod bench;
mod breached;
pub mod clock;
pub mod commands;
mod console;
pub mod delivery;
mod herald;
mod housekeeping;
mod http;
mod ids;
pub mod key_file;
pub mod limits;
mod passwords;
pub mod store;
mod tokens;
mod usecases;
pub mod vault;

pub use herald::{Herald, PublicUrl};
pub use http::router;
