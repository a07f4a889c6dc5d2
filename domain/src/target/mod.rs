//! Where Herald may send: the rules of the guard against server-side request forgery.

mod address;
mod allowed;
mod origin;
mod policy;
mod url;

pub use address::is_public;
pub use allowed::{AllowedTarget, InvalidAllowedTarget};
pub use origin::parse_origin;
pub use policy::{Refused, TargetPolicy};
pub use url::{Host, TargetUrl};
