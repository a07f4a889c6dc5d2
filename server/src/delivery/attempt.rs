//! One attempt from its start to its stored result.

use std::{sync::Arc, time::Duration};

use domain::{Outcome, RetryPolicy, Timestamp, Verdict, judge};
use tokio::sync::mpsc;

use super::{Due, Route, Sender, Sent, lane::Loaded, turns::Start};
use crate::{
    clock::Clock,
    store::{Completion, Store, StoreError},
};

/// After an error of the store, how long until it is asked again.
pub(super) const STORE_RETRY: Duration = Duration::from_secs(1);

/// What an attempt needs.
pub(super) struct Engine {
    pub(super) store: Store,
    pub(super) sender: Arc<Sender>,
    pub(super) clock: Clock,
    pub(super) policy: RetryPolicy,
}

/// What a task tells the engine. Lanes are named by their webhook's row.
pub(super) enum Report {
    /// `None`: the webhook is disabled or deleted.
    Loaded { lane: i64, load: Result<Option<Loaded>, StoreError> },
    /// The request is over; its place is free.
    Ended { lane: i64, outcome: Outcome, took: Duration, unproven: bool },
    /// The result is stored. `again`: when the delivery is tried again.
    Settled { lane: i64, key: i64, again: Option<Timestamp> },
    /// The result could not be stored for now.
    Unstored { task: Task, completion: Arc<Completion> },
    /// A task ended without a word.
    Lost { lane: i64, key: i64, in_flight: bool, unproven: bool },
}

/// What an attempt's task owes the engine: said in any case, even if it panics.
pub(super) struct Task {
    report: mpsc::UnboundedSender<Report>,
    lane: i64,
    key: i64,
    unproven: bool,
    in_flight: bool,
    settled: bool,
}

impl Task {
    pub(super) fn new(report: mpsc::UnboundedSender<Report>, start: &Start) -> Self {
        let Start { lane, unproven, due, .. } = start;
        Self { report, lane: *lane, key: due.key, unproven: *unproven, in_flight: true, settled: false }
    }

    fn ended(&mut self, outcome: Outcome, took: Duration) {
        self.in_flight = false;
        self.say(Report::Ended { lane: self.lane, outcome, took, unproven: self.unproven });
    }

    fn settled(mut self, again: Option<Timestamp>) {
        self.settled = true;
        self.say(Report::Settled { lane: self.lane, key: self.key, again });
    }

    /// What came of storing the result. Without a word the engine is told that the delivery stays pending.
    fn take_in(self, completion: Arc<Completion>, stored: Result<(), StoreError>) {
        match stored {
            Ok(()) => self.settled(match completion.verdict {
                Verdict::RetryAt(at) => Some(at),
                Verdict::Delivered | Verdict::Failed | Verdict::Gone => None,
            }),
            Err(StoreError::Full | StoreError::Busy) => {
                // Dropped where the engine has ended, and said to nobody then.
                let _ = self.report.clone().send(Report::Unstored { task: self, completion });
            }
            Err(StoreError::Stopped | StoreError::Unsure) => {}
            Err(error) => {
                tracing::error!(%error, "The result of an attempt cannot be stored; its delivery stays pending");
            }
        }
    }

    fn say(&self, report: Report) {
        // The engine has ended when nobody listens any more.
        let _ = self.report.send(report);
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.settled {
            let Self { lane, key, in_flight, unproven, .. } = *self;
            self.say(Report::Lost { lane, key, in_flight, unproven });
        }
    }
}

impl Engine {
    /// One try: sent, judged, stored.
    pub(super) async fn attempt(self: Arc<Self>, mut task: Task, route: Arc<Route>, due: Due) {
        let started_at = self.clock.now();
        let sent = self.sender.send(&route, &due, started_at).await;
        let ended_at = self.clock.now();
        let outcome = sent.outcome;
        task.ended(outcome, sent.duration);
        let in_schedule = due.attempt() - due.schedule_from;
        let verdict = judge(in_schedule, &outcome, &self.policy, ended_at, rand::random());
        log(&route, &due, &sent);
        let completion = Completion {
            key: due.key,
            webhook: route.webhook,
            schedule_from: due.schedule_from,
            attempt: sent.into_attempt(&due, &route, started_at),
            verdict,
            ended_at,
        };
        let completion = Arc::new(completion);
        let stored = Arc::clone(&completion);
        // The task ends here: waking it once more for every result would cost as much as storing it.
        self.store.complete_then(completion, move |result| task.take_in(stored, result)).await;
    }

    /// Stores a result again and again while the disk is full: forgetting it would mean sending once more.
    pub(super) async fn store_again(self: Arc<Self>, task: Task, completion: Arc<Completion>) {
        loop {
            self.clock.sleep(STORE_RETRY).await;
            match self.store.complete(Arc::clone(&completion)).await {
                Err(StoreError::Full | StoreError::Busy) => {}
                result => return task.take_in(completion, result),
            }
        }
    }
}

fn log(route: &Route, due: &Due, sent: &Sent) {
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
