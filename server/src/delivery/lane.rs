//! One webhook's queue in memory: a window of its due deliveries, what is under way, and when something is due next.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use domain::{
    Health, Timestamp,
    limits::{WINDOW_PER_WEBHOOK, WINDOWS_BYTES_MAX},
};

use super::{Due, Route};

/// The state of one webhook's deliveries. All that is here is in the store as well.
#[derive(Default)]
pub(super) struct Lane {
    pub(super) health: Health,
    /// Loaded before the first attempt, and anew after each change of the webhook.
    pub(super) route: Option<Arc<Route>>,
    window: VecDeque<Due>,
    /// The rows in the window, under way, or waiting for their result to be stored.
    known: HashSet<i64>,
    pub(super) in_flight: usize,
    /// Under way or not stored yet.
    unsettled: usize,
    /// The store has due deliveries that are not in the window.
    more: bool,
    load: Option<Load>,
    /// Something changed while attempts were under way: look again when each of them is stored.
    look_again: bool,
    pub(super) next_due: Option<Timestamp>,
    /// What the fair share of this round still allows, in bytes.
    pub(super) deficit: usize,
    pub(super) in_ring: bool,
}

/// A read of the store that has begun.
#[derive(Default)]
struct Load {
    /// Rows whose results were stored meanwhile: the read may still see them as pending.
    settled: HashSet<i64>,
    /// Due deliveries came that found no room.
    overflowed: bool,
    /// The webhook changed, so what is read is out of date.
    stale: bool,
}

impl Lane {
    /// Whether there is something to start, or to read from the store first.
    pub(super) fn has_work(&self) -> bool {
        !self.window.is_empty() || (self.more && self.load.is_none())
    }

    pub(super) fn is_idle(&self) -> bool {
        !self.has_work() && self.known.is_empty() && self.load.is_none() && self.next_due.is_none()
    }

    pub(super) fn front(&self) -> Option<&Due> {
        self.window.front()
    }

    /// Takes the first delivery: its attempt begins.
    pub(super) fn start(&mut self) -> Option<Due> {
        let due = self.window.pop_front()?;
        self.in_flight += 1;
        self.unsettled += 1;
        Some(due)
    }

    /// Takes in a delivery that has just been stored, where there is room. Answers the bytes that it holds.
    pub(super) fn arrive(&mut self, due: Due, bytes_held: usize) -> usize {
        let full = self.window.len() >= WINDOW_PER_WEBHOOK
            || (bytes_held >= WINDOWS_BYTES_MAX && !self.window.is_empty());
        if self.more || full {
            return self.overflow();
        }
        let bytes = due.body_bytes();
        if !self.known.insert(due.key) {
            return 0;
        }
        self.window.push_back(due);
        bytes
    }

    pub(super) fn overflow(&mut self) -> usize {
        self.more = true;
        if let Some(load) = &mut self.load {
            load.overflowed = true;
        }
        0
    }

    /// Whether the store is to be read: nothing can be started without it, or soon cannot.
    pub(super) fn wants_load(&self) -> bool {
        self.load.is_none()
            && (self.route.is_none() || (self.more && self.window.len() <= WINDOW_PER_WEBHOOK / 2))
    }

    /// Begins a read: the rows that are known already, and how many more there is room for.
    pub(super) fn begin_load(&mut self, bytes_held: usize) -> (Vec<i64>, usize) {
        self.load = Some(Load::default());
        let room = WINDOW_PER_WEBHOOK.saturating_sub(self.window.len());
        let limit = if bytes_held < WINDOWS_BYTES_MAX { room } else { self.health.places().min(room) };
        (self.known.iter().copied().collect(), limit.max(1))
    }

    /// Takes in what was read. Answers how many bytes more the window holds.
    pub(super) fn loaded(
        &mut self,
        route: Arc<Route>,
        due: Vec<Due>,
        more: bool,
        next: Option<Timestamp>,
        now: Timestamp,
    ) -> usize {
        let load = self.load.take().unwrap_or_default();
        if load.stale {
            self.more = true;
            return 0;
        }
        self.route = Some(route);
        let mut bytes = 0;
        for due in due {
            if !load.settled.contains(&due.key) && self.known.insert(due.key) {
                bytes += due.body_bytes();
                self.window.push_back(due);
            }
        }
        self.more = more || load.overflowed;
        // A moment that has passed was read just now.
        self.next_due = self.next_due.filter(|at| *at > now).into_iter().chain(next).min();
        bytes
    }

    /// The read failed: nothing is sent before `at`. Answers the bytes that the window held.
    pub(super) fn load_failed(&mut self, at: Timestamp) -> usize {
        self.load = None;
        self.next_due = Some(at);
        self.clear()
    }

    /// The webhook is disabled or deleted. Answers the bytes that the window held.
    pub(super) fn closed(&mut self) -> usize {
        let stale = self.load.take().is_some_and(|load| load.stale);
        self.next_due = None;
        let bytes = self.clear();
        self.more = stale;
        bytes
    }

    /// The webhook was edited, enabled or disabled: what is known of it is out of date. Answers the bytes that the window
    /// held.
    pub(super) fn changed(&mut self) -> usize {
        self.health = Health::default();
        if let Some(load) = &mut self.load {
            load.stale = true;
        }
        self.look_again |= self.unsettled > 0;
        let bytes = self.clear();
        self.more = true;
        bytes
    }

    fn clear(&mut self) -> usize {
        self.route = None;
        self.more = false;
        for due in &self.window {
            self.known.remove(&due.key);
        }
        let bytes = self.window.iter().map(Due::body_bytes).sum();
        self.window.clear();
        bytes
    }

    /// A moment at which something will be due.
    pub(super) fn due_at(&mut self, at: Option<Timestamp>) {
        self.next_due = self.next_due.into_iter().chain(at).min();
    }

    /// What was due later may be due now.
    pub(super) fn wake(&mut self, now: Timestamp) {
        if self.next_due.is_some_and(|at| at <= now) {
            self.next_due = None;
            self.overflow();
        }
    }

    /// The result of an attempt is stored, or it will be made again at `again`.
    pub(super) fn settle(&mut self, key: i64, again: Option<Timestamp>) {
        self.known.remove(&key);
        self.unsettled = self.unsettled.saturating_sub(1);
        if let Some(load) = &mut self.load {
            load.settled.insert(key);
        }
        self.due_at(again);
        if self.look_again {
            self.overflow();
            self.look_again = self.unsettled > 0;
        }
    }
}
