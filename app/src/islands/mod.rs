//! The islands: the only parts that run in the browser. Each adds to HTML that works without it.

pub(crate) mod attempts;
pub(crate) mod awake;
pub(crate) mod copy;
pub(crate) mod json;
pub(crate) mod lab;
pub(crate) mod live;
mod news;
mod polling;
pub(crate) mod progress;
pub(crate) mod question;
mod reach;
pub(crate) mod sample;
pub(crate) mod selection;
pub(crate) mod theme;
mod trouble;
pub(crate) mod url_check;
