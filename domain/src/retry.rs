//! When a delivery is tried again: a pure function of attempt, outcome, policy, time and jitter.

use std::time::Duration;

use crate::{Outcome, Timestamp};

/// The delays after a failed attempt, and how far they may be stretched.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// The delay after the first failed attempt, after the second, ...; when they are used up the delivery has failed.
    pub delays: Vec<Duration>,
    /// By what share a delay may grow, so that many do not come back in step: 0.2 for up to 20 %.
    pub jitter_share: f64,
    /// A receiver's `Retry-After` counts up to here.
    pub retry_after_max: Duration,
}

impl Default for RetryPolicy {
    /// At once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h: ten attempts over three days.
    fn default() -> Self {
        let delays = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        Self {
            delays: delays.map(Duration::from_secs).to_vec(),
            jitter_share: 0.2,
            retry_after_max: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl RetryPolicy {
    /// How long it is waited after each attempt that is left when the next one fails too, where `made` attempts of a schedule
    /// were made. Each may be longer by the jitter.
    #[must_use]
    pub fn waits_left(&self, made: u32) -> &[Duration] {
        let made = usize::try_from(made).unwrap_or(usize::MAX);
        self.delays.get(made..).unwrap_or_default()
    }
}

/// What an outcome means for its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    RetryAt(Timestamp),
    /// The schedule is used up.
    Failed,
    /// 410: the receiver wants no more; the webhook is disabled.
    Gone,
}

/// Judges the attempt with this number in its schedule (1 for the first). `jitter` is drawn from 0 to 1.
#[must_use]
pub fn judge(attempt: u32, outcome: &Outcome, policy: &RetryPolicy, now: Timestamp, jitter: f64) -> Verdict {
    if outcome.is_success() {
        return Verdict::Delivered;
    }
    if outcome.status() == Some(410) {
        return Verdict::Gone;
    }
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(delay) = policy.delays.get(index) else {
        return Verdict::Failed;
    };
    let stretched = delay.mul_f64(1.0 + policy.jitter_share * jitter.clamp(0.0, 1.0));
    let asked = outcome.asked_delay().min(policy.retry_after_max);
    Verdict::RetryAt(now + stretched.max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorClass;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000);

    fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after: None }
    }

    #[test]
    fn the_whole_schedule_is_ten_attempts() {
        let policy = RetryPolicy::default();
        let waits: Vec<u64> = (1..=9)
            .map(|attempt| match judge(attempt, &answered(500), &policy, NOW, 0.0) {
                Verdict::RetryAt(at) => at.since(NOW).as_secs(),
                other => panic!("attempt {attempt}: {other:?}"),
            })
            .collect();
        assert_eq!(waits, [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert_eq!(judge(10, &answered(500), &policy, NOW, 0.0), Verdict::Failed);
    }

    #[test]
    fn the_waits_that_are_left_are_those_behind_the_next_attempt() {
        let policy = RetryPolicy::default();
        let left = |made| policy.waits_left(made).iter().map(Duration::as_secs).collect::<Vec<_>>();
        assert_eq!(left(2)[..2], [1_800, 7_200]);
        assert_eq!(left(8), [86_400], "the ninth attempt is next, and the tenth is the last");
        assert!(left(9).is_empty() && left(10).is_empty() && left(u32::MAX).is_empty());
    }

    #[test]
    fn jitter_adds_up_to_a_fifth_and_never_takes_away() {
        let policy = RetryPolicy::default();
        let broken = Outcome::Broken(ErrorClass::Timeout);
        let at = |jitter| judge(2, &broken, &policy, NOW, jitter);
        assert_eq!(at(0.0), Verdict::RetryAt(NOW + Duration::from_secs(300)));
        assert_eq!(at(1.0), Verdict::RetryAt(NOW + Duration::from_secs(360)));
        assert_eq!(at(-7.0), at(0.0));
    }

    #[test]
    fn success_and_gone_end_it() {
        let policy = RetryPolicy::default();
        assert_eq!(judge(1, &answered(204), &policy, NOW, 0.5), Verdict::Delivered);
        assert_eq!(judge(10, &answered(200), &policy, NOW, 0.5), Verdict::Delivered);
        assert_eq!(judge(1, &answered(410), &policy, NOW, 0.5), Verdict::Gone);
    }

    #[test]
    fn retry_after_lengthens_within_its_bound() {
        let policy = RetryPolicy::default();
        let asks =
            |status, seconds| Outcome::Answered { status, retry_after: Some(Duration::from_secs(seconds)) };
        let wait = |outcome| match judge(1, &outcome, &policy, NOW, 0.0) {
            Verdict::RetryAt(at) => at.since(NOW).as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(asks(429, 60)), 60);
        assert_eq!(wait(asks(503, 1)), 5, "never shorter than the schedule");
        assert_eq!(wait(asks(503, 999_999)), 86_400, "bounded");
        assert_eq!(wait(asks(500, 60)), 5, "500 does not ask to slow down");
    }
}
