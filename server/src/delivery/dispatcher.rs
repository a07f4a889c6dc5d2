//! The delivery engine: takes what is due, has it sent, and stores what came of it.
//!
//! Each webhook has a lane of its own; a round gives each lane with work the same share of bytes (deficit round robin). A
//! commit, the end of an attempt or the next due time wakes the engine; nothing is polled.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    Outcome, RetryPolicy, Timestamp, Verdict, WebhookId, judge,
    limits::{IN_FLIGHT_MAX, IN_FLIGHT_UNPROVEN_MAX, STOP_GRACE, UNSETTLED_MAX},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use super::{Due, Route, Sender, lane::Lane};
use crate::{
    clock::Clock,
    store::{Arrivals, Completion, LaneLoad, News, Store, StoreError},
};

/// After an error of the store, how long until it is asked again.
const STORE_RETRY: Duration = Duration::from_secs(1);
/// After an error of one webhook alone.
const LANE_RETRY: Duration = Duration::from_secs(60);
/// What a lane may start in one round, in bytes.
const QUANTUM: usize = 8 * 1_024;
/// What an attempt costs beside its body.
const ATTEMPT_COST: usize = 1_024;
/// Reports that are taken in before new attempts are started.
const REPORTS_AT_ONCE: usize = 256;

/// Until when webhooks are left alone, for the console.
#[derive(Clone, Default)]
pub struct Pauses {
    until: Arc<Mutex<HashMap<WebhookId, Timestamp>>>,
}

impl Pauses {
    #[must_use]
    pub fn of(&self, webhook: WebhookId, now: Timestamp) -> Option<Timestamp> {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(&webhook).copied().filter(|until| *until > now)
    }

    fn set(&self, webhook: WebhookId, until: Option<Timestamp>) {
        let mut all = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        match until {
            Some(until) => all.insert(webhook, until),
            None => all.remove(&webhook),
        };
    }
}

/// The delivery engine.
pub struct Dispatcher {
    engine: Engine,
    arrivals: Arrivals,
    pauses: Pauses,
    lanes: HashMap<i64, Lane>,
    /// The lanes that may start something, in the order of their turns.
    ring: VecDeque<i64>,
    /// When lanes are to be looked at again. Moments that have become void only cost a look.
    timers: BinaryHeap<Reverse<(Timestamp, i64)>>,
    in_flight: usize,
    /// Of these, attempts for webhooks whose newest attempt did not succeed.
    unproven: usize,
    unsettled: usize,
    /// The bodies in all windows.
    bytes_held: usize,
    tasks: JoinSet<()>,
    report: mpsc::UnboundedSender<Report>,
    reports: mpsc::UnboundedReceiver<Report>,
}

#[derive(Clone)]
struct Engine {
    store: Store,
    sender: Arc<Sender>,
    clock: Clock,
    policy: Arc<RetryPolicy>,
}

/// What a task tells the engine. Lanes are named by their webhook's row.
enum Report {
    Loaded {
        lane: i64,
        load: Result<LaneLoad, StoreError>,
    },
    /// The request is over; its place is free.
    Ended {
        lane: i64,
        outcome: Outcome,
        unproven: bool,
    },
    /// The result is stored. `again`: when it is tried again.
    Settled {
        lane: i64,
        key: i64,
        again: Option<Timestamp>,
    },
    /// A task ended without a word. Its row stays marked until the next start: better late than sent in a loop.
    Lost {
        lane: i64,
        in_flight: bool,
        unproven: bool,
    },
}

impl Dispatcher {
    #[must_use]
    pub fn new(store: Store, sender: Arc<Sender>, clock: Clock, policy: RetryPolicy, pauses: Pauses) -> Self {
        let arrivals = store.arrivals();
        let engine = Engine { store, sender, clock, policy: Arc::new(policy) };
        let (report, reports) = mpsc::unbounded_channel();
        Self {
            engine,
            arrivals,
            pauses,
            lanes: HashMap::new(),
            ring: VecDeque::new(),
            timers: BinaryHeap::new(),
            in_flight: 0,
            unproven: 0,
            unsettled: 0,
            bytes_held: 0,
            tasks: JoinSet::new(),
            report,
            reports,
        }
    }

    /// Runs until `stop` turns true, then waits for the attempts under way. What is left stays pending.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        if self.open(&mut stop).await {
            self.serve(&mut stop).await;
        }
        if tokio::time::timeout(STOP_GRACE, self.settle_all()).await.is_err() {
            tracing::warn!("Attempts that were still under way are given up; their deliveries stay pending");
        }
    }

    /// Reads which webhooks have something pending. Answers whether to go on.
    async fn open(&mut self, stop: &mut watch::Receiver<bool>) -> bool {
        loop {
            let lanes = self.engine.store.lanes().await;
            let now = self.engine.clock.now();
            match lanes {
                Ok(lanes) => {
                    for lane in lanes {
                        self.due_at(lane.webhook, lane.due_at);
                    }
                    self.wake_due(now);
                    return true;
                }
                Err(error) => tracing::error!(%error, "Due deliveries could not be read; trying again"),
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return false,
                () = self.engine.clock.sleep_until(now + STORE_RETRY) => {}
            }
        }
    }

    async fn serve(&mut self, stop: &mut watch::Receiver<bool>) {
        let mut reports = Vec::with_capacity(REPORTS_AT_ONCE);
        loop {
            self.start_due();
            self.log_panics();
            let next = self.timers.peek().map(|Reverse((at, _))| *at);
            let clock = self.engine.clock.clone();
            tokio::select! {
                // An error means that the one who could stop us is gone.
                _ = stop.wait_for(|stop| *stop) => return,
                _ = self.reports.recv_many(&mut reports, REPORTS_AT_ONCE) => {
                    reports.drain(..).for_each(|report| self.take(report));
                }
                news = self.arrivals.next() => self.take_news(news),
                () = wait_until(&clock, next) => self.wake_due(clock.now()),
            }
        }
    }

    async fn settle_all(&mut self) {
        while self.unsettled > 0 {
            match self.reports.recv().await {
                Some(report) => self.take(report),
                None => return,
            }
        }
    }

    fn log_panics(&mut self) {
        while let Some(ended) = self.tasks.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "A task of the delivery engine ended in a panic");
            }
        }
    }

    /// Starts what is due and has a place: each lane in its turn, as much as its share allows.
    fn start_due(&mut self) {
        let now = self.engine.clock.now();
        // Lanes that have to wait for others that have not shown that they work.
        let mut waiting = Vec::new();
        while self.in_flight < IN_FLIGHT_MAX && self.unsettled < UNSETTLED_MAX {
            let Some(id) = self.ring.pop_front() else {
                break;
            };
            match self.visit(id, now) {
                Turn::Over => {
                    if let Some(lane) = self.lanes.get_mut(&id) {
                        lane.in_ring = false;
                        lane.deficit = 0;
                    }
                }
                Turn::Again => self.ring.push_back(id),
                Turn::Waits => waiting.push(id),
            }
        }
        self.ring.extend(waiting);
    }

    /// One lane's turn.
    fn visit(&mut self, id: i64, now: Timestamp) -> Turn {
        let Some(lane) = self.lanes.get_mut(&id) else {
            return Turn::Over;
        };
        if let Some(until) = lane.health.paused_until(now) {
            self.timers.push(Reverse((until, id)));
            return Turn::Over;
        }
        if lane.wants_load() && lane.has_work() {
            self.load(id, now);
        }
        let Some(lane) = self.lanes.get_mut(&id) else {
            return Turn::Over;
        };
        let Some(route) = lane.route.clone() else {
            return Turn::Over;
        };
        lane.deficit += QUANTUM;
        loop {
            let Some(lane) = self.lanes.get_mut(&id) else {
                return Turn::Over;
            };
            let Some(front) = lane.front() else {
                return Turn::Over;
            };
            let (cost, bytes) = (ATTEMPT_COST + front.body_bytes(), front.body_bytes());
            if lane.in_flight >= lane.health.places() {
                return Turn::Over;
            }
            if cost > lane.deficit || self.in_flight >= IN_FLIGHT_MAX {
                return Turn::Again;
            }
            let unproven = !lane.health.is_proven();
            if unproven && self.unproven >= IN_FLIGHT_UNPROVEN_MAX {
                return Turn::Waits;
            }
            let Some(due) = lane.start() else {
                return Turn::Over;
            };
            lane.deficit -= cost;
            self.bytes_held = self.bytes_held.saturating_sub(bytes);
            self.in_flight += 1;
            self.unsettled += 1;
            self.unproven += usize::from(unproven);
            let task = Task::new(self.report.clone(), id, unproven);
            self.tasks.spawn(self.engine.clone().attempt(task, Arc::clone(&route), due));
        }
    }

    fn load(&mut self, id: i64, now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&id) else {
            return;
        };
        let (known, limit) = lane.begin_load(self.bytes_held);
        let (store, report) = (self.engine.store.clone(), self.report.clone());
        self.tasks.spawn(async move {
            let load = store.load_lane(id, &known, limit, now).await;
            // The engine has ended when nobody listens any more.
            let _ = report.send(Report::Loaded { lane: id, load });
        });
    }

    fn take(&mut self, report: Report) {
        let now = self.engine.clock.now();
        match report {
            Report::Loaded { lane, load } => self.loaded(lane, load, now),
            Report::Ended { lane, outcome, unproven } => self.ended(lane, &outcome, unproven, now),
            Report::Settled { lane, key, again } => {
                self.unsettled = self.unsettled.saturating_sub(1);
                if let Some(found) = self.lanes.get_mut(&lane) {
                    found.settle(key, again);
                }
                self.arm(lane);
                self.enter(lane);
            }
            Report::Lost { lane, in_flight, unproven } => {
                self.unsettled = self.unsettled.saturating_sub(1);
                if in_flight {
                    self.free_place(lane, unproven);
                }
                self.enter(lane);
            }
        }
    }

    fn loaded(&mut self, id: i64, load: Result<LaneLoad, StoreError>, now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&id) else {
            return;
        };
        match load {
            Ok(LaneLoad { route: Some(route), due, more, next }) => {
                self.bytes_held += lane.loaded(route, due, more, next, now);
            }
            Ok(LaneLoad { route: None, .. }) => {
                self.bytes_held = self.bytes_held.saturating_sub(lane.closed());
            }
            Err(error) => {
                let of_all = matches!(error, StoreError::Database(_));
                tracing::error!(webhook = id, %error, "A webhook's deliveries could not be read");
                // Of this webhook alone, such as a secret that does not open: the others go on.
                let wait = if of_all { STORE_RETRY } else { LANE_RETRY };
                self.bytes_held = self.bytes_held.saturating_sub(lane.load_failed(now + wait));
            }
        }
        self.arm(id);
        self.enter(id);
    }

    fn ended(&mut self, id: i64, outcome: &Outcome, unproven: bool, now: Timestamp) {
        self.free_place(id, unproven);
        let Some(lane) = self.lanes.get_mut(&id) else {
            return;
        };
        let was_paused = lane.health.paused_until(now).is_some();
        lane.health.learn(outcome, now, rand::random());
        let until = lane.health.paused_until(now);
        if let Some(route) = &lane.route
            && (until.is_some() || was_paused)
        {
            self.pauses.set(route.webhook_id, until);
        }
        if let Some(until) = until {
            self.timers.push(Reverse((until, id)));
        }
        self.enter(id);
    }

    fn free_place(&mut self, id: i64, unproven: bool) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.unproven = self.unproven.saturating_sub(usize::from(unproven));
        if let Some(lane) = self.lanes.get_mut(&id) {
            lane.in_flight = lane.in_flight.saturating_sub(1);
        }
    }

    fn take_news(&mut self, news: News) {
        for id in news.changed {
            let lane = self.lanes.entry(id).or_default();
            if let Some(route) = &lane.route {
                self.pauses.set(route.webhook_id, None);
            }
            self.bytes_held = self.bytes_held.saturating_sub(lane.changed());
            self.enter(id);
        }
        for id in news.more {
            self.lanes.entry(id).or_default().overflow();
            self.enter(id);
        }
        for (id, arrived) in news.due {
            let lane = self.lanes.entry(id).or_default();
            for due in arrived.due {
                self.bytes_held += lane.arrive(due, self.bytes_held);
            }
            if arrived.overflowed {
                lane.overflow();
            }
            self.enter(id);
        }
    }

    /// Puts a lane into the ring if it may start something; forgets one that has nothing left to remember.
    fn enter(&mut self, id: i64) {
        let Some(lane) = self.lanes.get_mut(&id) else {
            return;
        };
        if lane.is_idle() && lane.health == domain::Health::default() {
            self.lanes.remove(&id);
            return;
        }
        let may_start = lane.has_work() && lane.in_flight < lane.health.places();
        if !lane.in_ring && may_start {
            lane.in_ring = true;
            self.ring.push_back(id);
        }
    }

    fn due_at(&mut self, id: i64, at: Timestamp) {
        self.lanes.entry(id).or_default().due_at(Some(at));
        self.arm(id);
    }

    fn arm(&mut self, id: i64) {
        if let Some(at) = self.lanes.get(&id).and_then(|lane| lane.next_due) {
            self.timers.push(Reverse((at, id)));
        }
    }

    fn wake_due(&mut self, now: Timestamp) {
        while let Some(Reverse((at, id))) = self.timers.peek().copied()
            && at <= now
        {
            self.timers.pop();
            if let Some(lane) = self.lanes.get_mut(&id) {
                lane.wake(now);
            }
            self.enter(id);
        }
    }
}

/// How a lane's turn ended.
enum Turn {
    /// It has nothing more to start for now.
    Over,
    /// It has more than its share.
    Again,
    /// It waits for a place among those that have not shown that they work.
    Waits,
}

async fn wait_until(clock: &Clock, next: Option<Timestamp>) {
    match next {
        Some(next) => clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}

/// What an attempt's task owes the engine: said in any case, even if it panics.
struct Task {
    report: mpsc::UnboundedSender<Report>,
    lane: i64,
    unproven: bool,
    in_flight: bool,
    settled: bool,
}

impl Task {
    fn new(report: mpsc::UnboundedSender<Report>, lane: i64, unproven: bool) -> Self {
        Self { report, lane, unproven, in_flight: true, settled: false }
    }

    fn ended(&mut self, outcome: Outcome) {
        self.in_flight = false;
        self.say(Report::Ended { lane: self.lane, outcome, unproven: self.unproven });
    }

    fn settled(mut self, key: i64, again: Option<Timestamp>) {
        self.settled = true;
        self.say(Report::Settled { lane: self.lane, key, again });
    }

    fn say(&self, report: Report) {
        // The engine has ended when nobody listens any more.
        let _ = self.report.send(report);
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.settled {
            self.say(Report::Lost { lane: self.lane, in_flight: self.in_flight, unproven: self.unproven });
        }
    }
}

impl Engine {
    /// One try: sent, judged, stored.
    async fn attempt(self, mut task: Task, route: Arc<Route>, due: Due) {
        let started_at = self.clock.now();
        let sent = self.sender.send(&route, &due, started_at).await;
        let ended_at = self.clock.now();
        let outcome = sent.outcome;
        task.ended(outcome);
        let in_schedule = due.attempt() - due.schedule_from;
        let verdict = judge(in_schedule, &outcome, &self.policy, ended_at, rand::random());
        log(&route, &due, &sent);
        let attempt = sent.into_attempt(&due, &route, started_at);
        let completion = Completion {
            key: due.key,
            webhook: route.webhook,
            schedule_from: due.schedule_from,
            attempt,
            verdict,
            ended_at,
        };
        if self.complete(completion).await {
            let again = match verdict {
                Verdict::RetryAt(at) => Some(at),
                Verdict::Delivered | Verdict::Failed | Verdict::Gone => None,
            };
            task.settled(due.key, again);
        }
    }

    /// Stores a result, again and again while the disk is full: forgetting it would mean sending once more. Answers
    /// whether it is stored.
    async fn complete(&self, completion: Completion) -> bool {
        loop {
            match self.store.complete(completion.clone()).await {
                Ok(()) => return true,
                Err(StoreError::Stopped) => return false,
                Err(error) => {
                    tracing::error!(%error, "The result of an attempt could not be stored; trying again");
                    self.clock.sleep_until(self.clock.now() + STORE_RETRY).await;
                }
            }
        }
    }
}

fn log(route: &Route, due: &Due, sent: &super::Sent) {
    let duration_ms = sent.duration.as_millis();
    let (delivery_id, webhook_id, attempt) = (due.id, route.webhook_id, due.attempt());
    match sent.outcome.error_class() {
        None => tracing::debug!(%delivery_id, %webhook_id, attempt, duration_ms, "Delivered"),
        Some(class) => {
            let (status, class) = (sent.outcome.status(), class.as_str());
            tracing::info!(%delivery_id, %webhook_id, attempt, duration_ms, status, class, "An attempt failed");
        }
    }
}
