//! One webhook's queue in memory: a window of its due deliveries, what is under way, and when something is due next.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use domain::{
    Health, Timestamp, WebhookId,
    limits::{LOAD_BYTES_MAX, WINDOW_PER_WEBHOOK},
};

use super::{Due, Route};

/// A window is filled up to so many deliveries for each place, and to no fewer than the second number.
const WINDOW_PER_PLACE: usize = 4;
const WINDOW_MIN: usize = 8;

/// The state of one webhook's deliveries. All that is here is in the store as well.
#[derive(Default)]
pub(super) struct Lane {
    pub(super) health: Health,
    record: Record,
    /// Loaded before the first attempt, and anew after each change of the webhook.
    pub(super) route: Option<Arc<Route>>,
    pub(super) webhook_id: Option<WebhookId>,
    window: VecDeque<Due>,
    /// The bodies in the window.
    bytes: usize,
    /// The rows in the window, under way, or waiting for their result to be stored.
    known: HashSet<i64>,
    pub(super) in_flight: usize,
    /// Its newest turn ended because all its places were taken.
    pub(super) is_full: bool,
    /// Under way or not stored yet.
    unsettled: usize,
    /// The store has due deliveries that are not in the window.
    more: bool,
    load: Option<Load>,
    /// It stands in the queue of those that are to be loaded.
    pub(super) load_queued: bool,
    /// Something changed while attempts were under way: look again when each of them is stored.
    look_again: bool,
    next_due: Option<Timestamp>,
    /// The store could not say what is due; it is not asked again before.
    blocked_until: Option<Timestamp>,
    /// The moment at which a timer of this lane goes off.
    pub(super) armed: Option<Timestamp>,
    /// What the fair share of this turn still allows, in bytes.
    pub(super) deficit: usize,
    pub(super) in_turn: bool,
    pub(super) place: Place,
}

/// Where a lane stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Place {
    #[default]
    Nowhere,
    /// Among those that may start something.
    Ring,
    /// Among those that wait for a place of the ones that have not shown that they work.
    Waiting,
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

/// What a read of the store brought for a lane.
pub(crate) struct Loaded {
    pub(crate) route: Arc<Route>,
    pub(crate) due: Vec<Due>,
    pub(crate) more: bool,
    pub(crate) next: Option<Timestamp>,
    pub(crate) record: Record,
}

/// How a webhook's attempts went, as far as is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Record {
    /// Nothing is known.
    #[default]
    New,
    Worked,
    /// None has succeeded since the last that failed.
    Failing,
}

impl Lane {
    /// Whether there is something to start, or to read from the store first.
    pub(super) fn has_work(&self) -> bool {
        !self.window.is_empty() || (self.more && self.load.is_none())
    }

    /// Whether it can be forgotten: the store knows all that it knows.
    pub(super) fn is_forgettable(&self) -> bool {
        self.window.is_empty()
            && !self.more
            && self.known.is_empty()
            && self.load.is_none()
            && self.next_due.is_none()
            && self.blocked_until.is_none()
            && self.place == Place::Nowhere
            && self.health == Health::default()
    }

    /// Whether it has failed, now or before the last start.
    pub(super) fn is_failing(&self) -> bool {
        !self.health.is_unblemished() || self.record == Record::Failing
    }

    pub(super) fn front(&self) -> Option<&Due> {
        self.window.front()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Until when nothing is started, where that lies ahead.
    pub(super) fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.health.paused_until(now).max(self.blocked_until.filter(|until| *until > now))
    }

    /// When it is to be looked at again, if nothing happens before.
    pub(super) fn wake_at(&self, now: Timestamp) -> Option<Timestamp> {
        match self.paused_until(now) {
            Some(until) if self.has_work() || self.next_due.is_some() => Some(until),
            Some(_) => None,
            None => self.next_due,
        }
    }

    /// Takes the first delivery: its attempt begins.
    pub(super) fn start(&mut self) -> Option<Due> {
        let due = self.window.pop_front()?;
        self.bytes -= due.body_bytes();
        self.in_flight += 1;
        self.unsettled += 1;
        Some(due)
    }

    /// Takes in a delivery that has just been stored, where there is room.
    pub(super) fn arrive(&mut self, due: Due, room: bool) {
        if self.more || !room || self.window.len() >= WINDOW_PER_WEBHOOK {
            self.overflow();
        } else {
            self.push(due);
        }
    }

    fn push(&mut self, due: Due) {
        if self.known.insert(due.key) {
            self.bytes += due.body_bytes();
            self.window.push_back(due);
        }
    }

    pub(super) fn overflow(&mut self) {
        self.more = true;
        if let Some(load) = &mut self.load {
            load.overflowed = true;
        }
    }

    /// Deliveries became due that are not named. Those that are under way may be among them, and a read leaves them out.
    pub(super) fn more_came(&mut self) {
        self.overflow();
        self.look_again |= self.unsettled > 0;
    }

    /// Whether the store is to be read: nothing can be started without it, or soon cannot. `room`: whether all windows
    /// together have any.
    pub(super) fn wants_load(&self, room: bool) -> bool {
        let has_few = room && self.bytes < LOAD_BYTES_MAX && self.window.len() <= self.window_max() / 2;
        let is_low = self.window.is_empty() || has_few;
        self.load.is_none() && ((self.route.is_none() && self.has_work()) || (self.more && is_low))
    }

    /// A receiver that may have little under way, and has not shown that it works, needs little in memory.
    fn window_max(&self) -> usize {
        if self.health.is_proven() {
            return WINDOW_PER_WEBHOOK;
        }
        (self.health.places() * WINDOW_PER_PLACE).clamp(WINDOW_MIN, WINDOW_PER_WEBHOOK)
    }

    /// Begins a read: the rows that are known already, and how many more there is room for.
    pub(super) fn begin_load(&mut self) -> (Vec<i64>, usize) {
        self.load = Some(Load::default());
        // What the read does not see is said meanwhile.
        self.next_due = None;
        let room = self.window_max().saturating_sub(self.window.len());
        (self.known.iter().copied().collect(), room.max(1))
    }

    /// Takes in what was read.
    pub(super) fn loaded(&mut self, loaded: Loaded) {
        let load = self.load.take().unwrap_or_default();
        if load.stale {
            self.more = true;
            return;
        }
        if loaded.record == Record::Worked && self.health == Health::default() {
            self.health = Health::trusted();
        }
        self.record = loaded.record;
        self.webhook_id = Some(loaded.route.webhook_id);
        self.route = Some(loaded.route);
        for due in loaded.due {
            if !load.settled.contains(&due.key) {
                self.push(due);
            }
        }
        self.more = loaded.more || load.overflowed;
        self.due_at(loaded.next);
    }

    /// The read failed: the store is not asked again before `at`, unless the webhook changes.
    pub(super) fn load_failed(&mut self, at: Timestamp) {
        let stale = self.load.take().is_some_and(|load| load.stale);
        self.unload();
        self.route = None;
        self.more = true;
        self.blocked_until = Some(at).filter(|_| !stale);
    }

    /// The webhook is disabled or deleted.
    pub(super) fn closed(&mut self) {
        let stale = self.load.take().is_some_and(|load| load.stale);
        self.unload();
        self.route = None;
        self.health = Health::default();
        self.next_due = None;
        self.more = stale;
    }

    /// The webhook's row was written: what is known of it is out of date.
    pub(super) fn changed(&mut self) {
        if let Some(load) = &mut self.load {
            load.stale = true;
        }
        self.unload();
        self.route = None;
        self.more = true;
        self.blocked_until = None;
        self.look_again |= self.unsettled > 0;
    }

    /// Gives the window back to the store, which has it all.
    pub(super) fn unload(&mut self) {
        self.more |= !self.window.is_empty();
        for due in self.window.drain(..) {
            self.known.remove(&due.key);
        }
        self.bytes = 0;
    }

    /// A moment at which something will be due.
    pub(super) fn due_at(&mut self, at: Option<Timestamp>) {
        self.next_due = self.next_due.into_iter().chain(at).min();
    }

    /// What was due later may be due now.
    pub(super) fn wake(&mut self, now: Timestamp) {
        self.blocked_until = self.blocked_until.filter(|at| *at > now);
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
