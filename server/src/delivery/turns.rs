//! Whose turn it is: the queues of all webhooks, without I/O, clock or randomness.
//!
//! Each webhook has a lane of its own; in its turn it may start a share of bytes (deficit round robin).

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use domain::{
    Outcome, Timestamp,
    limits::{
        IN_FLIGHT_MAX, IN_FLIGHT_UNPROVEN_MAX, LOAD_BYTES_MAX, LOADS_AT_ONCE_MAX, UNSETTLED_MAX,
        WINDOWS_BYTES_MAX,
    },
};

use super::{
    Due, Pauses, Route,
    lane::{Lane, Loaded, Place},
};
use crate::store::{Change, News};

/// What a lane may start in one turn, in bytes.
const QUANTUM: usize = 8 * 1_024;
/// What an attempt costs beside its body.
const ATTEMPT_COST: usize = 1_024;
/// Of those that wait, so many have their turn for each one that has failed: receivers that are slow for ever must not keep one that
/// failed once from its retries. Where an attempt that times out takes ten times as long as a slow one, they have two fifths of the places.
const FAILED_EVERY: usize = 16;
/// When an attempt's task was lost, its delivery is looked for again after this: better late than sent in a loop.
const LOST_RETRY: Duration = Duration::from_secs(60);

/// An attempt to be started. Lanes are named by their webhook's row.
pub(super) struct Start {
    pub(super) lane: i64,
    /// Whether it takes one of the places for webhooks that have not shown that they work.
    pub(super) unproven: bool,
    pub(super) route: Arc<Route>,
    pub(super) due: Due,
}

/// What is to be read from the store for a lane.
pub(crate) struct Wanted {
    pub(crate) lane: i64,
    /// Rows that the engine has already.
    pub(crate) known: Vec<i64>,
    pub(crate) rows_max: usize,
    /// Of their bodies; one row is wanted in any case.
    pub(crate) bytes_max: usize,
}

#[derive(Default)]
pub(super) struct Turns {
    lanes: HashMap<i64, Lane>,
    /// The lanes that may start something, in the order of their turns.
    ring: VecDeque<i64>,
    /// Those that wait for a place of the ones that have not shown that they work, and behind them those that have failed. An
    /// entry counts while its lane says so.
    waiting: VecDeque<i64>,
    waiting_failed: VecDeque<i64>,
    /// How many of them were called.
    called: usize,
    /// Those that are to be loaded.
    loads: VecDeque<i64>,
    loading: usize,
    /// When lanes are to be looked at again: one moment a lane.
    timers: BTreeSet<(Timestamp, i64)>,
    in_flight: usize,
    unproven: usize,
    unsettled: usize,
    /// The bodies in all windows.
    bytes_held: usize,
    pauses: Pauses,
}

/// What a lane does in its turn.
enum Turn {
    Start(Start),
    /// It has more to start than its share.
    Again,
    /// It has nothing more to start for now.
    Over,
    /// It waits for a place among those that have not shown that they work.
    Waits,
}

impl Turns {
    pub(super) fn new(pauses: Pauses) -> Self {
        Self { pauses, ..Self::default() }
    }

    #[cfg(test)]
    pub(super) fn timers(&self) -> usize {
        self.timers.len()
    }

    #[cfg(test)]
    pub(super) fn bytes_held(&self) -> usize {
        self.bytes_held
    }

    /// Whether something is under way or not stored yet.
    pub(super) fn is_busy(&self) -> bool {
        self.unsettled > 0
    }

    /// The next attempt to be started, if there is one and a place for it.
    pub(super) fn next_start(&mut self, now: Timestamp) -> Option<Start> {
        while self.in_flight < IN_FLIGHT_MAX && self.unsettled < UNSETTLED_MAX {
            if self.ring.is_empty() && self.unproven < IN_FLIGHT_UNPROVEN_MAX {
                self.call_waiting(now);
            }
            let id = self.ring.pop_front()?;
            match self.turn(id, now) {
                Turn::Start(start) => {
                    self.ring.push_front(id);
                    return Some(start);
                }
                Turn::Again => {
                    self.end_turn(id, Place::Ring);
                    self.ring.push_back(id);
                }
                Turn::Over => {
                    self.end_turn(id, Place::Nowhere);
                    self.arm(id, now);
                }
                Turn::Waits => self.wait(id),
            }
        }
        None
    }

    fn turn(&mut self, id: i64, now: Timestamp) -> Turn {
        let Some(lane) = self.lanes.get_mut(&id) else { return Turn::Over };
        if lane.paused_until(now).is_some() || !lane.has_work() {
            lane.is_full = false;
            return Turn::Over;
        }
        let unproven = !lane.health.is_proven();
        // Whether it has worked before is read with its route.
        if unproven && lane.route.is_some() && self.unproven >= IN_FLIGHT_UNPROVEN_MAX {
            return Turn::Waits;
        }
        self.want_load(id);
        let Some(lane) = self.lanes.get_mut(&id) else { return Turn::Over };
        let Some(route) = lane.route.clone() else { return Turn::Over };
        let Some(cost) = lane.front().map(|due| ATTEMPT_COST + due.body_bytes()) else { return Turn::Over };
        if lane.in_flight >= places(lane, self.in_flight, self.unproven) {
            lane.is_full = lane.in_flight >= lane.health.places();
            return Turn::Over;
        }
        if !lane.in_turn {
            lane.in_turn = true;
            lane.deficit += QUANTUM;
        }
        if cost > lane.deficit {
            return Turn::Again;
        }
        lane.deficit -= cost;
        let Some(due) = self.with(id, Lane::start).flatten() else { return Turn::Over };
        self.in_flight += 1;
        self.unsettled += 1;
        self.unproven += usize::from(unproven);
        Turn::Start(Start { lane: id, unproven, route, due })
    }

    fn end_turn(&mut self, id: i64, place: Place) {
        if let Some(lane) = self.lanes.get_mut(&id) {
            lane.in_turn = false;
            lane.place = place;
            if place != Place::Ring {
                lane.deficit = 0;
            }
        }
    }

    fn wait(&mut self, id: i64) {
        self.end_turn(id, Place::Waiting);
        let is_over = self.bytes_held >= WINDOWS_BYTES_MAX;
        let is_failing = self.with(id, |lane| {
            if is_over {
                lane.unload();
            }
            lane.is_failing()
        });
        let queue = if is_failing == Some(true) { &mut self.waiting_failed } else { &mut self.waiting };
        queue.push_back(id);
    }

    fn want_load(&mut self, id: i64) {
        let room = self.bytes_held < WINDOWS_BYTES_MAX;
        if let Some(lane) = self.lanes.get_mut(&id)
            && !lane.load_queued
            && lane.wants_load(room)
        {
            lane.load_queued = true;
            self.loads.push_back(id);
        }
    }

    /// The next read of the store to be begun, while there are not too many.
    pub(super) fn next_load(&mut self) -> Option<Wanted> {
        while self.loading < LOADS_AT_ONCE_MAX {
            let id = self.loads.pop_front()?;
            let left = WINDOWS_BYTES_MAX.saturating_sub(self.bytes_held);
            let Some(lane) = self.lanes.get_mut(&id) else { continue };
            lane.load_queued = false;
            if lane.wants_load(left > 0) {
                self.loading += 1;
                let (known, rows_max) = lane.begin_load();
                return Some(Wanted { lane: id, known, rows_max, bytes_max: left.min(LOAD_BYTES_MAX) });
            }
        }
        None
    }

    /// `None`: the webhook is disabled or deleted.
    pub(super) fn loaded(&mut self, id: i64, loaded: Option<Loaded>, now: Timestamp) {
        self.loading = self.loading.saturating_sub(1);
        let closed = self.with(id, |lane| match loaded {
            Some(loaded) => {
                lane.loaded(loaded);
                None
            }
            None => {
                lane.closed();
                lane.webhook_id
            }
        });
        if let Some(webhook) = closed.flatten() {
            self.pauses.set(webhook, None);
        }
        self.look_at(id, now);
    }

    pub(super) fn load_failed(&mut self, id: i64, again: Timestamp, now: Timestamp) {
        self.loading = self.loading.saturating_sub(1);
        self.with(id, |lane| lane.load_failed(again));
        self.look_at(id, now);
    }

    /// A request is over; its place is free.
    pub(super) fn ended(
        &mut self,
        id: i64,
        outcome: &Outcome,
        took: Duration,
        unproven: bool,
        now: Timestamp,
        jitter: f64,
    ) {
        self.free_place(id, unproven, now);
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        let was_paused = lane.health.paused_until(now).is_some();
        lane.health.learn(outcome, took, lane.is_full, now, jitter);
        let until = lane.health.paused_until(now);
        if let (Some(webhook), true) = (lane.webhook_id, until.is_some() || was_paused) {
            self.pauses.set(webhook, until);
        }
        if until.is_some() {
            self.with(id, Lane::unload);
        }
        self.look_at(id, now);
    }

    /// A result is stored. `again`: when the delivery is tried again.
    pub(super) fn settled(&mut self, id: i64, key: i64, again: Option<Timestamp>, now: Timestamp) {
        self.unsettled = self.unsettled.saturating_sub(1);
        self.with(id, |lane| lane.settle(key, again));
        self.look_at(id, now);
    }

    /// A task ended without a word of what came of its attempt.
    pub(super) fn lost(&mut self, id: i64, key: i64, in_flight: bool, unproven: bool, now: Timestamp) {
        if in_flight {
            self.free_place(id, unproven, now);
        }
        self.settled(id, key, Some(now + LOST_RETRY), now);
    }

    fn free_place(&mut self, id: i64, unproven: bool, now: Timestamp) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(lane) = self.lanes.get_mut(&id) {
            lane.in_flight = lane.in_flight.saturating_sub(1);
        }
        if unproven {
            self.unproven = self.unproven.saturating_sub(1);
            self.call_waiting(now);
        }
    }

    /// Lets the next one that waits, and may start something, have its turn.
    fn call_waiting(&mut self, now: Timestamp) {
        while let Some(id) = self.next_waiting() {
            if self.place(id) == Some(Place::Waiting) {
                self.end_turn(id, Place::Nowhere);
                self.look_at(id, now);
                if self.place(id) == Some(Place::Ring) {
                    self.called = self.called.wrapping_add(1);
                    return;
                }
            }
        }
    }

    fn next_waiting(&mut self) -> Option<i64> {
        let (first, second) = if self.called % FAILED_EVERY == FAILED_EVERY - 1 {
            (&mut self.waiting_failed, &mut self.waiting)
        } else {
            (&mut self.waiting, &mut self.waiting_failed)
        };
        first.pop_front().or_else(|| second.pop_front())
    }

    fn place(&self, id: i64) -> Option<Place> {
        self.lanes.get(&id).map(|lane| lane.place)
    }

    pub(super) fn take_news(&mut self, news: News, now: Timestamp) {
        for (id, change) in news.changed {
            self.changed(id, change, now);
        }
        for id in news.more {
            self.lanes.entry(id).or_default().more_came();
            self.look_at(id, now);
        }
        for (id, arrived) in news.due {
            self.lanes.entry(id).or_default();
            for due in arrived.due {
                let room = self.bytes_held < WINDOWS_BYTES_MAX;
                self.with(id, |lane| lane.arrive(due, room));
            }
            if arrived.overflowed {
                self.with(id, Lane::overflow);
            }
            self.look_at(id, now);
        }
    }

    fn changed(&mut self, id: i64, change: Change, now: Timestamp) {
        self.lanes.entry(id).or_default();
        let webhook = self.with(id, |lane| {
            lane.changed();
            match change {
                Change::Row => {}
                Change::Probe => lane.health.probe(),
                Change::Anew => lane.health = domain::Health::default(),
            }
            (lane.webhook_id, lane.health.paused_until(now))
        });
        if let Some((Some(webhook), until)) = webhook {
            self.pauses.set(webhook, until);
        }
        self.look_at(id, now);
    }

    /// Something of this lane will be due at that moment.
    pub(super) fn due_at(&mut self, id: i64, at: Timestamp, now: Timestamp) {
        let lane = self.lanes.entry(id).or_default();
        lane.due_at(Some(at));
        lane.wake(now);
        self.look_at(id, now);
    }

    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }

    pub(super) fn wake_due(&mut self, now: Timestamp) {
        while let Some((at, id)) = self.timers.first().copied()
            && at <= now
        {
            self.timers.remove(&(at, id));
            if let Some(lane) = self.lanes.get_mut(&id) {
                lane.armed = None;
                lane.wake(now);
            }
            self.look_at(id, now);
        }
    }

    /// Puts a lane into the ring if it may start something, sets its timer, and forgets it if nothing is to be remembered.
    fn look_at(&mut self, id: i64, now: Timestamp) {
        self.arm(id, now);
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        if lane.is_forgettable() {
            self.lanes.remove(&id);
            return;
        }
        // What comes while all places are taken has no turn of its own.
        lane.is_full |= lane.has_work() && lane.in_flight >= lane.health.places();
        let is_free = match lane.place {
            Place::Nowhere => true,
            // It has shown meanwhile that it works.
            Place::Waiting => lane.health.is_proven(),
            Place::Ring => false,
        };
        if is_free
            && lane.has_work()
            && lane.paused_until(now).is_none()
            && lane.in_flight < lane.health.places()
        {
            lane.place = Place::Ring;
            self.ring.push_back(id);
        }
    }

    fn arm(&mut self, id: i64, now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        let at = lane.wake_at(now);
        if at == lane.armed {
            return;
        }
        if let Some(before) = lane.armed {
            self.timers.remove(&(before, id));
        }
        lane.armed = at;
        self.timers.extend(at.map(|at| (at, id)));
    }

    /// Does something to a lane and keeps the account of what the windows hold.
    fn with<T>(&mut self, id: i64, act: impl FnOnce(&mut Lane) -> T) -> Option<T> {
        let lane = self.lanes.get_mut(&id)?;
        let before = lane.bytes();
        let result = act(lane);
        self.bytes_held = (self.bytes_held + lane.bytes()).saturating_sub(before);
        Some(result)
    }
}

/// How many attempts a lane may have under way: its own places, but no more than are free besides, so that there is always
/// a place for one that has none. Of those that have yet to show that they work promptly each has but one once half of their
/// places are taken, so that a few dozen dead ones do not keep a new one waiting.
fn places(lane: &Lane, in_flight: usize, unproven: usize) -> usize {
    if unproven >= IN_FLIGHT_UNPROVEN_MAX / 2 && !lane.health.is_proven() {
        return 1;
    }
    lane.health.places().min(IN_FLIGHT_MAX.saturating_sub(in_flight).max(1))
}
