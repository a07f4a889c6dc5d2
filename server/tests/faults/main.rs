//! Faults: what Herald does when the world around it fails or attacks. `HERALD_FAULTS=long` selects the long forms.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

#[path = "../support/mod.rs"]
mod support;

mod addresses;
mod clocks;
#[cfg(target_os = "linux")]
mod crowds;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod dns;
#[cfg(target_os = "linux")]
mod full;
mod gate;
mod guard;
mod hostile;
mod job;
mod kills;
mod load;
#[cfg(target_os = "linux")]
mod log;
#[cfg(target_os = "linux")]
mod names;
#[cfg(target_os = "linux")]
mod namespace;
mod plan;
#[cfg(target_os = "linux")]
mod power;
#[cfg(target_os = "linux")]
mod preload;
mod raw;
#[cfg(target_os = "linux")]
mod real_clock;
mod receivers;
#[cfg(target_os = "linux")]
mod script;
mod spellings;
mod stops;
mod tally;
mod trial;
#[cfg(target_os = "linux")]
mod watched;
