//! How a receiver fares: how many attempts its webhook may have under way, and when to leave it alone for a while.

use std::time::Duration;

use crate::{
    Outcome, Timestamp,
    limits::{
        BREAKER_FAILURES, BREAKER_PAUSE_MAX, BREAKER_PAUSE_MIN, DISABLE_AFTER, DISABLE_FAILURES_MIN,
        IN_FLIGHT_PER_WEBHOOK_MAX, IN_FLIGHT_PER_WEBHOOK_START, PROMPT_MAX, RETRY_AFTER_PAUSE_MAX,
    },
};

/// What a webhook's attempts have shown so far. It lives in memory: after a start every receiver is tried anew, and those
/// that worked before are trusted to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    places: usize,
    /// Successes since it got its newest place, of those that ended while all were taken.
    successes: usize,
    /// Failures in a row.
    failures: u32,
    proven: bool,
    /// How often it was paused in a row.
    pauses: u32,
    /// The breaker's pause.
    resting_until: Option<Timestamp>,
    /// What the receiver asked for.
    asked_until: Option<Timestamp>,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            places: IN_FLIGHT_PER_WEBHOOK_START,
            successes: 0,
            failures: 0,
            proven: false,
            pauses: 0,
            resting_until: None,
            asked_until: None,
        }
    }
}

impl Health {
    /// Of a receiver whose record is good, though it has shown nothing yet.
    #[must_use]
    pub fn trusted() -> Self {
        Self { proven: true, ..Self::default() }
    }

    /// Whether nothing has failed since the last success.
    #[must_use]
    pub fn is_unblemished(&self) -> bool {
        self.failures == 0
    }

    /// How many attempts may be under way: one more whenever as many as there are places have succeeded while all of them were
    /// taken, half as many after each that does not succeed, and after a pause a single one that finds out. Who needs no more gets
    /// no more: each place that was ever used is a connection.
    #[must_use]
    pub fn places(&self) -> usize {
        if self.pauses > 0 { 1 } else { self.places }
    }

    /// Whether the newest attempt succeeded promptly. Webhooks that have not shown it share a part of all places.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.proven
    }

    /// Until when nothing is sent, where that lies ahead.
    #[must_use]
    pub fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.resting_until.max(self.asked_until).filter(|until| *until > now)
    }

    /// Ends the breaker's pause, so that one attempt finds out now. What the receiver asked for still counts.
    pub fn probe(&mut self) {
        self.resting_until = None;
    }

    /// Takes in how an attempt ended, how long it took, and whether all places were taken until then. `jitter` is drawn from 0
    /// to 1 and stretches a pause by up to a fifth.
    pub fn learn(&mut self, outcome: &Outcome, took: Duration, full: bool, now: Timestamp, jitter: f64) {
        if outcome.is_success() {
            let successes = self.successes + usize::from(full);
            let grows = successes >= self.places();
            *self = Self {
                places: (self.places() + usize::from(grows)).min(IN_FLIGHT_PER_WEBHOOK_MAX),
                successes: if grows { 0 } else { successes },
                proven: took <= PROMPT_MAX,
                // What asked to slow down meanwhile still counts.
                asked_until: self.asked_until,
                resting_until: self.resting_until,
                ..Self::default()
            };
            return;
        }
        self.places = (self.places / 2).max(1);
        self.successes = 0;
        self.failures = self.failures.saturating_add(1);
        self.proven = false;
        let asked = outcome.asked_delay().min(RETRY_AFTER_PAUSE_MAX);
        if !asked.is_zero() {
            self.asked_until = self.asked_until.max(Some(now + asked));
        }
        let rest = self.next_rest(now).mul_f64(1.0 + 0.2 * jitter.clamp(0.0, 1.0));
        if !rest.is_zero() {
            self.resting_until = Some(now + rest);
        }
    }

    /// After so many failures in a row each pause is twice as long as the one before. Attempts that were under way when
    /// it began do not count again.
    fn next_rest(&mut self, now: Timestamp) -> Duration {
        if self.failures < BREAKER_FAILURES || self.paused_until(now).is_some() {
            return Duration::ZERO;
        }
        let doubled = BREAKER_PAUSE_MIN.saturating_mul(1 << self.pauses.min(16));
        self.pauses = self.pauses.saturating_add(1);
        doubled.min(BREAKER_PAUSE_MAX)
    }
}

/// How far a webhook is on the way to being disabled by Herald, in percent: it takes both so many failed attempts and so
/// much time without a success.
#[must_use]
pub fn disabling_percent(failures: u32, failing_since: Option<Timestamp>, now: Timestamp) -> u8 {
    let Some(since) = failing_since else {
        return 0;
    };
    let of_attempts = f64::from(failures) / f64::from(DISABLE_FAILURES_MIN);
    let of_time = now.since(since).as_secs_f64() / DISABLE_AFTER.as_secs_f64();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    let percent = (of_attempts.min(of_time).clamp(0.0, 1.0) * 100.0) as u8;
    percent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorClass;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000);
    const QUICK: Duration = Duration::from_millis(2);
    const SUCCESS: Outcome = Outcome::Answered { status: 200, retry_after: None };
    const SILENCE: Outcome = Outcome::Broken(ErrorClass::Timeout);

    fn after(outcomes: &[Outcome]) -> Health {
        let mut health = Health::default();
        outcomes.iter().for_each(|outcome| health.learn(outcome, QUICK, true, NOW, 0.0));
        health
    }

    fn pause(health: &Health, now: Timestamp) -> Option<u64> {
        health.paused_until(now).map(|until| until.since(now).as_secs())
    }

    #[test]
    fn places_grow_with_successes_and_halve_with_failures() {
        assert_eq!(Health::default().places(), IN_FLIGHT_PER_WEBHOOK_START);
        let start = IN_FLIGHT_PER_WEBHOOK_START;
        assert_eq!(after(&vec![SUCCESS; start - 1]).places(), start);
        assert_eq!(after(&vec![SUCCESS; start]).places(), start + 1);
        assert_eq!(after(&vec![SUCCESS; start + start + 1]).places(), start + 2);
        let mut health = after(&[SUCCESS; 1_000]);
        assert_eq!(health.places(), IN_FLIGHT_PER_WEBHOOK_MAX);
        health.learn(&SILENCE, QUICK, true, NOW, 0.0);
        assert_eq!(health.places(), IN_FLIGHT_PER_WEBHOOK_MAX / 2);
        assert_eq!(after(&[SILENCE; 4]).places(), 1);
    }

    #[test]
    fn who_does_not_need_all_places_gets_no_more() {
        let mut health = Health::default();
        (0..1_000).for_each(|_| health.learn(&SUCCESS, QUICK, false, NOW, 0.0));
        assert_eq!(health.places(), IN_FLIGHT_PER_WEBHOOK_START);
    }

    #[test]
    fn a_success_that_takes_long_proves_nothing_though_places_grow() {
        let mut health = Health::trusted();
        assert!(health.is_proven());
        health.learn(&SUCCESS, PROMPT_MAX + QUICK, true, NOW, 0.0);
        assert!(!health.is_proven());
        (0..IN_FLIGHT_PER_WEBHOOK_START)
            .for_each(|_| health.learn(&SUCCESS, PROMPT_MAX + QUICK, true, NOW, 0.0));
        assert_eq!((health.is_proven(), health.places()), (false, IN_FLIGHT_PER_WEBHOOK_START + 1));
        health.learn(&SUCCESS, QUICK, true, NOW, 0.0);
        assert!(health.is_proven() && health.is_unblemished());
    }

    #[test]
    fn a_probe_ends_the_breakers_pause_and_not_what_the_receiver_asked_for() {
        let mut health = after(&[SILENCE; 5]);
        health.probe();
        assert_eq!((pause(&health, NOW), health.places()), (None, 1));
        let mut asked =
            after(&[Outcome::Answered { status: 429, retry_after: Some(Duration::from_secs(60)) }]);
        asked.probe();
        assert_eq!(pause(&asked, NOW), Some(60));
    }

    #[test]
    fn five_failures_in_a_row_pause_it_and_one_success_ends_that() {
        assert_eq!(pause(&after(&[SILENCE; 4]), NOW), None);
        let mut health = after(&[SILENCE; 5]);
        assert_eq!((pause(&health, NOW), health.places()), (Some(5), 1));
        health.learn(&SILENCE, QUICK, true, NOW, 0.0);
        assert_eq!(pause(&health, NOW), Some(5), "it was under way when the pause began");
        let later = NOW + Duration::from_secs(5);
        assert_eq!(pause(&health, later), None, "a single attempt finds out");
        health.learn(&SUCCESS, QUICK, true, later, 0.0);
        assert_eq!((pause(&health, later), health.places(), health.is_proven()), (None, 2, true));
    }

    #[test]
    fn pauses_double_up_to_five_minutes() {
        let mut health = after(&[SILENCE; 4]);
        let mut now = NOW;
        let pauses: Vec<u64> = (0..9)
            .map(|_| {
                health.learn(&SILENCE, QUICK, true, now, 0.0);
                let until = health.paused_until(now).expect("a pause");
                let seconds = until.since(now).as_secs();
                now = until;
                seconds
            })
            .collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        health.learn(&SILENCE, QUICK, true, now, 1.0);
        assert_eq!(pause(&health, now), Some(360), "with all of the jitter");
    }

    #[test]
    fn who_asks_to_wait_is_left_alone_within_bounds() {
        let asks =
            |status, seconds| Outcome::Answered { status, retry_after: Some(Duration::from_secs(seconds)) };
        assert_eq!(pause(&after(&[asks(429, 60)]), NOW), Some(60));
        assert_eq!(pause(&after(&[asks(503, 86_400)]), NOW), Some(3_600));
        assert_eq!(pause(&after(&[asks(500, 60)]), NOW), None, "500 does not ask to slow down");
        assert_eq!(pause(&after(&[asks(429, 60), SUCCESS]), NOW), Some(60), "one that was under way");
    }

    #[test]
    fn disabling_takes_attempts_and_time() {
        let day = Duration::from_secs(24 * 60 * 60);
        let percent = |failures, days| disabling_percent(failures, Some(NOW), NOW + day * days);
        assert_eq!(percent(1_000_000, 0), 0);
        assert_eq!(percent(2, 100), 10);
        assert_eq!(percent(10, 100), 50);
        assert_eq!(percent(20, 4), 80);
        assert_eq!(percent(20, 5), 100);
        assert_eq!(disabling_percent(0, None, NOW), 0);
    }
}
