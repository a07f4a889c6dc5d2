//! The delivery engine: takes what is due, has it sent, and stores what came of it.
//!
//! A commit, the end of an attempt or the next due time wakes it; nothing is polled. Whose turn it is stands in `turns`.

use std::{sync::Arc, time::Duration};

use domain::{RetryPolicy, Timestamp, limits::STOP_GRACE};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use super::{
    Pauses, Sender,
    attempt::{Engine, Report, STORE_RETRY, Task},
    turns::{Start, Turns, Wanted},
};
use crate::{
    clock::Clock,
    store::{Arrivals, Store, StoreError},
};

/// After an error of one webhook alone, such as a secret that does not open.
const LANE_RETRY: Duration = Duration::from_secs(60);
/// Reports that are taken in before new attempts are started.
const REPORTS_AT_ONCE: usize = 256;

/// The delivery engine.
pub struct Dispatcher {
    engine: Arc<Engine>,
    arrivals: Arrivals,
    turns: Turns,
    tasks: JoinSet<()>,
    report: mpsc::UnboundedSender<Report>,
    reports: mpsc::UnboundedReceiver<Report>,
}

impl Dispatcher {
    #[must_use]
    pub fn new(store: Store, sender: Arc<Sender>, clock: Clock, policy: RetryPolicy, pauses: Pauses) -> Self {
        let arrivals = store.arrivals();
        let engine = Arc::new(Engine { store, sender, clock, policy });
        let (report, reports) = mpsc::unbounded_channel();
        Self { engine, arrivals, turns: Turns::new(pauses), tasks: JoinSet::new(), report, reports }
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
                    lanes.into_iter().for_each(|lane| self.turns.due_at(lane.webhook, lane.due_at, now));
                    return true;
                }
                Err(error) => tracing::error!(%error, "Due deliveries could not be read; trying again"),
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return false,
                () = self.engine.clock.sleep(STORE_RETRY) => {}
            }
        }
    }

    async fn serve(&mut self, stop: &mut watch::Receiver<bool>) {
        let mut reports = Vec::with_capacity(REPORTS_AT_ONCE);
        loop {
            self.start_due();
            self.log_panics();
            let (clock, next) = (self.engine.clock.clone(), self.turns.next_wake());
            tokio::select! {
                // An error means that the one who could stop us is gone.
                _ = stop.wait_for(|stop| *stop) => return,
                _ = self.reports.recv_many(&mut reports, REPORTS_AT_ONCE) => {}
                news = self.arrivals.next() => self.turns.take_news(news, clock.now()),
                () = wait_until(&clock, next) => self.turns.wake_due(clock.now()),
            }
            // What a report is about was committed before, so its news is taken first: a delivery that were new after its
            // own end would be sent twice.
            if !reports.is_empty() {
                self.turns.take_news(self.arrivals.take(), clock.now());
                reports.drain(..).for_each(|report| self.take(report));
            }
        }
    }

    async fn settle_all(&mut self) {
        while self.turns.is_busy() {
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

    fn start_due(&mut self) {
        let now = self.engine.clock.now();
        while let Some(start) = self.turns.next_start(now) {
            let task = Task::new(self.report.clone(), &start);
            let Start { route, due, .. } = start;
            self.tasks.spawn(Arc::clone(&self.engine).attempt(task, route, due));
        }
        while let Some(wanted) = self.turns.next_load() {
            self.load(wanted, now);
        }
    }

    fn load(&mut self, wanted: Wanted, now: Timestamp) {
        let (store, report) = (self.engine.store.clone(), self.report.clone());
        self.tasks.spawn(async move {
            let lane = wanted.lane;
            let load = store.load_lane(wanted, now).await;
            // The engine has ended when nobody listens any more.
            let _ = report.send(Report::Loaded { lane, load });
        });
    }

    fn take(&mut self, report: Report) {
        let now = self.engine.clock.now();
        match report {
            Report::Loaded { lane, load: Ok(loaded) } => self.turns.loaded(lane, loaded, now),
            Report::Loaded { lane, load: Err(error) } => {
                tracing::error!(webhook = lane, %error, "A webhook's deliveries could not be read");
                let wait = if matches!(error, StoreError::Database(_) | StoreError::Sqlite(_)) {
                    STORE_RETRY
                } else {
                    LANE_RETRY
                };
                self.turns.load_failed(lane, now + wait, now);
            }
            Report::Ended { lane, outcome, took, unproven } => {
                self.turns.ended(lane, &outcome, took, unproven, now, rand::random());
            }
            Report::Settled { lane, key, again } => self.turns.settled(lane, key, again, now),
            Report::Unstored { task, completion } => {
                self.tasks.spawn(Arc::clone(&self.engine).store_again(task, completion));
            }
            Report::Lost { lane, key, in_flight, unproven } => {
                self.turns.lost(lane, key, in_flight, unproven, now);
            }
        }
    }
}

async fn wait_until(clock: &Clock, next: Option<Timestamp>) {
    match next {
        Some(next) => clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}
