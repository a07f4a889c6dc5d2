//! Delivering: when (`dispatcher`, `lane`), where a request may go (`guard`), what is sent and what comes back (`sender`,
//! `response`), and what went wrong in words (`failure`). Only the dispatcher knows the store, and only it tries again.

mod clients;
mod dispatcher;
mod egress;
mod failure;
mod guard;
mod lane;
mod response;
mod sender;
#[cfg(test)]
mod tests;
mod trust;

pub use dispatcher::{Dispatcher, Pauses};
pub use egress::{EgressProxy, InvalidEgressProxy};
pub use guard::Guard;
pub use sender::{Due, Route, Sender, Sent, Timeouts};
pub use trust::InvalidAuthorities;
