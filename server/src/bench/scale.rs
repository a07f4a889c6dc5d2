//! How much is measured: enough for a figure, or only enough to see that it works.

use std::time::Duration;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// How often Herald and the floor take turns; the median counts.
    pub(super) rounds: usize,
    /// How long one side is under load in one round.
    pub(super) turn: Duration,
    /// How long an open loop runs in one round.
    pub(super) seconds: u32,
    /// POSTs of a floor that has its own count.
    pub(super) posts: u64,
    /// How often something is done that is timed by itself.
    pub(super) trips: usize,
    /// Events before anything is timed, after which the log has its size.
    pub(super) warm_up: usize,
    /// Clients at once where there are many.
    pub(super) clients: usize,
    /// Deliveries that are drained in one round, in hundreds: one for each receiver.
    pub(super) events_drained: usize,
    /// Rows of history and of backlog, and of the smaller history that is compared with.
    pub(super) rows: u64,
    pub(super) rows_few: u64,
    /// Also with ten times as many rows.
    pub(super) long: bool,
}

impl Scale {
    /// Each part ends within a minute.
    pub(crate) const fn full() -> Self {
        Self {
            rounds: 5,
            turn: Duration::from_millis(1_500),
            seconds: 3,
            posts: 10_000,
            trips: 500,
            warm_up: 5_000,
            clients: 256,
            events_drained: 200,
            rows: 1_000_000,
            rows_few: 10_000,
            long: false,
        }
    }

    /// As [`Scale::full`], with ten million rows where there is a backlog or a history.
    pub(crate) const fn long() -> Self {
        Self { long: true, ..Self::full() }
    }

    /// Says nothing about speed.
    pub(crate) const fn quick() -> Self {
        Self {
            rounds: 1,
            turn: Duration::from_millis(100),
            seconds: 1,
            posts: 100,
            trips: 10,
            warm_up: 100,
            clients: 8,
            events_drained: 2,
            rows: 2_000,
            rows_few: 1_000,
            long: false,
        }
    }
}
