//! The parts that pages are made of.

pub(crate) mod breadcrumb;
pub(crate) mod button;
pub(crate) mod chart;
pub(crate) mod confirm;
pub(crate) mod copyable;
pub(crate) mod creation;
pub(crate) mod error_summary;
mod escape;
pub(crate) mod fact;
pub(crate) mod field;
pub(crate) mod fires;
pub(crate) mod header;
pub(crate) mod heading;
pub(crate) mod icon;
pub(crate) mod last;
pub(crate) mod modal;
pub(crate) mod moment;
pub(crate) mod next_attempt;
pub(crate) mod pager;
pub(crate) mod roles;
pub(crate) mod states;
pub(crate) mod status;
pub(crate) mod stored;
pub(crate) mod tabs;
pub(crate) mod toasts;
mod user_menu;
