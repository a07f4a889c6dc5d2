//! Takes due deliveries from the store, has them sent, and stores what came of it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use domain::{
    Attempt, RetryPolicy, Timestamp, Trigger, WebhookId, judge,
    limits::{IN_FLIGHT_MAX, IN_FLIGHT_PER_WEBHOOK_MAX, IN_FLIGHT_PER_WEBHOOK_START, STOP_GRACE},
};
use tokio::{sync::watch, task::JoinSet};

use super::{Due, Sender};
use crate::{
    clock::Clock,
    store::{Completion, Lane, Store, StoreError},
};

/// After an error of the store, how long until it is asked again.
const STORE_RETRY: Duration = Duration::from_secs(1);
/// After an error of one webhook alone.
const LANE_RETRY: Duration = Duration::from_secs(60);

/// The delivery engine. It sleeps when nothing is due: a commit, an attempt's end or the next due time wakes it.
pub struct Dispatcher {
    engine: Engine,
    /// The rows whose attempts are under way, by webhook.
    under_way: HashMap<WebhookId, HashSet<i64>>,
    places: Places,
    attempts: JoinSet<Ended>,
}

/// An attempt that is no longer under way.
struct Ended {
    webhook: WebhookId,
    key: i64,
    succeeded: bool,
}

#[derive(Clone)]
struct Engine {
    store: Store,
    sender: Arc<Sender>,
    clock: Clock,
    policy: Arc<RetryPolicy>,
}

impl Dispatcher {
    #[must_use]
    pub fn new(store: Store, sender: Sender, clock: Clock, policy: RetryPolicy) -> Self {
        let engine = Engine { store, sender: Arc::new(sender), clock, policy: Arc::new(policy) };
        Self { engine, under_way: HashMap::new(), places: Places::default(), attempts: JoinSet::new() }
    }

    /// Runs until `stop` turns true, then waits for the attempts under way. What is left stays pending.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let next = self.fill().await;
            let engine = self.engine.clone();
            tokio::select! {
                // An error means that the one who could stop us is gone.
                _ = stop.wait_for(|stop| *stop) => break,
                () = engine.store.deliveries_changed() => {}
                Some(ended) = self.attempts.join_next() => self.forget(ended),
                () = wait_until(&engine.clock, next) => {}
            }
        }
        let all_ended = async { while self.attempts.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_GRACE, all_ended).await.is_err() {
            tracing::warn!("Attempts that were still under way are given up; their deliveries stay pending");
        }
    }

    /// Starts what is due and has a place, and answers when something will be due next.
    async fn fill(&mut self) -> Option<Timestamp> {
        while let Some(ended) = self.attempts.try_join_next() {
            self.forget(ended);
        }
        match self.start_due().await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(%error, "Due deliveries could not be read");
                Some(self.engine.clock.now() + STORE_RETRY)
            }
        }
    }

    async fn start_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let now = self.engine.clock.now();
        let (due, later): (Vec<Lane>, Vec<Lane>) =
            self.engine.store.lanes().await?.into_iter().partition(|lane| lane.due_at <= now);
        let mut next = later.into_iter().map(|lane| lane.due_at).min();
        for webhook in self.least_busy_first(&due) {
            let free = self.free_places(webhook);
            if free == 0 {
                continue;
            }
            let under_way = self.under_way.entry(webhook).or_default();
            let after = match self.engine.store.due(webhook, under_way, free, now).await {
                Ok((ready, after)) => {
                    ready.into_iter().for_each(|due| self.start(due));
                    after.filter(|at| *at > now)
                }
                Err(StoreError::Database(error)) => return Err(error.into()),
                // Of this webhook alone, such as a secret that does not open: the others go on.
                Err(error) => {
                    tracing::error!(webhook_id = %webhook, %error, "A webhook's deliveries cannot be made");
                    Some(now + LANE_RETRY)
                }
            };
            next = next.into_iter().chain(after).min();
        }
        Ok(next)
    }

    /// So that a few busy webhooks do not take every place before others had one.
    fn least_busy_first(&self, lanes: &[Lane]) -> Vec<WebhookId> {
        let mut webhooks: Vec<WebhookId> = lanes.iter().map(|lane| lane.webhook_id).collect();
        webhooks.sort_by_key(|webhook| self.under_way.get(webhook).map_or(0, HashSet::len));
        webhooks
    }

    fn free_places(&self, webhook: WebhookId) -> usize {
        let own = self.under_way.get(&webhook).map_or(0, HashSet::len);
        let all = IN_FLIGHT_MAX.saturating_sub(self.attempts.len());
        self.places.of(webhook).saturating_sub(own).min(all)
    }

    fn start(&mut self, due: Due) {
        let (webhook, key) = (due.webhook_id, due.key);
        self.under_way.entry(webhook).or_default().insert(key);
        let engine = self.engine.clone();
        self.attempts.spawn(async move {
            let succeeded = engine.attempt(due).await;
            Ended { webhook, key, succeeded }
        });
    }

    fn forget(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        let Ended { webhook, key, succeeded } = match ended {
            Ok(ended) => ended,
            // Its row stays marked as under way until the next start: better late than sent in a loop.
            Err(error) => return tracing::error!(%error, "An attempt ended in a panic"),
        };
        self.places.learn(webhook, succeeded);
        if let Some(keys) = self.under_way.get_mut(&webhook) {
            keys.remove(&key);
            if keys.is_empty() {
                self.under_way.remove(&webhook);
            }
        }
    }
}

/// How many attempts a webhook may have under way: more while they succeed, half as many after each that does not, so
/// that receivers that hang do not hold the places of those that answer.
#[derive(Default)]
struct Places {
    /// Those that have learned something else than the start.
    learned: HashMap<WebhookId, usize>,
}

impl Places {
    fn of(&self, webhook: WebhookId) -> usize {
        self.learned.get(&webhook).copied().unwrap_or(IN_FLIGHT_PER_WEBHOOK_START)
    }

    fn learn(&mut self, webhook: WebhookId, succeeded: bool) {
        let places = self.of(webhook);
        let places =
            if succeeded { (places + 1).min(IN_FLIGHT_PER_WEBHOOK_MAX) } else { (places / 2).max(1) };
        self.learned.insert(webhook, places);
    }
}

async fn wait_until(clock: &Clock, next: Option<Timestamp>) {
    match next {
        Some(next) => clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}

impl Engine {
    /// One try: sent, judged, stored. Answers whether it succeeded.
    async fn attempt(&self, due: Due) -> bool {
        let started_at = self.clock.now();
        let sent = self.sender.send(&due, started_at).await;
        let ended_at = self.clock.now();
        let verdict = judge(due.attempt, &sent.outcome, &self.policy, ended_at, rand::random());
        tracing::info!(
            delivery_id = %due.id,
            webhook_id = %due.webhook_id,
            attempt = due.attempt,
            status = sent.outcome.status(),
            error_class = sent.outcome.error_class().map(domain::ErrorClass::as_str),
            duration_ms = sent.duration.as_millis(),
            "An attempt ended"
        );
        let outcome = sent.outcome;
        let attempt = Attempt {
            number: due.attempt,
            trigger: Trigger::Scheduled,
            started_at,
            duration_ms: u64::try_from(sent.duration.as_millis()).unwrap_or(u64::MAX),
            status: sent.outcome.status(),
            error_class: sent.outcome.error_class(),
            error_text: sent.error_text,
            url: due.url,
            response: sent.response,
        };
        let completion = Completion { key: due.key, webhook_id: due.webhook_id, attempt, verdict, ended_at };
        self.complete(completion).await;
        outcome.is_success()
    }

    /// Stores a result, again and again while the disk is full: forgetting it would mean sending once more.
    async fn complete(&self, completion: Completion) {
        loop {
            match self.store.complete(completion.clone()).await {
                Ok(()) => return,
                Err(StoreError::Stopped) => return,
                Err(error) => {
                    tracing::error!(%error, "The result of an attempt could not be stored; trying again");
                    self.clock.sleep_until(self.clock.now() + STORE_RETRY).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_grow_with_successes_and_halve_with_failures() {
        let (busy, dead) = (WebhookId::from_bytes([1; 12]), WebhookId::from_bytes([2; 12]));
        let mut places = Places::default();
        for _ in 0..100 {
            places.learn(busy, true);
            places.learn(dead, false);
        }
        assert_eq!((places.of(busy), places.of(dead)), (IN_FLIGHT_PER_WEBHOOK_MAX, 1));
        places.learn(busy, false);
        places.learn(dead, true);
        assert_eq!((places.of(busy), places.of(dead)), (IN_FLIGHT_PER_WEBHOOK_MAX / 2, 2));
        assert_eq!(places.of(WebhookId::from_bytes([3; 12])), IN_FLIGHT_PER_WEBHOOK_START);
    }
}
