//! Delivering: when (`dispatcher`, `turns`, `lane`), where a request may go (`guard`), what is sent and what comes back (`sender`,
//! `response`), and what went wrong in words (`failure`). Only the dispatcher knows the store, and only it tries again.

mod attempt;
mod connector;
mod dispatcher;
mod egress;
mod failure;
mod guard;
mod lane;
mod lookups;
mod pauses;
mod pool;
mod response;
mod sender;
#[cfg(test)]
mod tests;
mod trust;
mod turns;

pub use dispatcher::Dispatcher;
pub use egress::{EgressProxy, InvalidEgressProxy};
pub use guard::Guard;
pub use pauses::Pauses;
pub use sender::{Due, Route, Sender, Sent, Timeouts};
pub use trust::InvalidAuthorities;

pub(crate) use lane::{Loaded, Record};
pub(crate) use turns::Wanted;
