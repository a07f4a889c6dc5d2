//! Charts: drawn by the server as SVG, with their figures in words or in a table beside them.

pub(crate) mod attempts;
mod frame;
pub(crate) mod latency;
pub(crate) mod rate;
pub(crate) mod sparkline;
mod table;
