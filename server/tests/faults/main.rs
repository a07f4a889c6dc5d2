//! Faults: kills, power cuts, disks that fail, stops under load. `HERALD_FAULTS=long` selects the long forms.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod disk;
mod kills;
mod load;
mod plan;
#[cfg(target_os = "linux")]
mod power;
#[cfg(target_os = "linux")]
mod preload;
#[cfg(target_os = "linux")]
mod script;
mod stops;
mod tally;
mod trial;
