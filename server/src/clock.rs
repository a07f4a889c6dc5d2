//! The time, as an argument: the real one, or one that a test moves.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use domain::{Timestamp, limits::CLOCK_LOOK_EVERY};
use tokio::sync::Notify;

/// Tells the time and waits for it.
#[derive(Clone)]
pub struct Clock {
    source: Source,
}

#[derive(Clone)]
enum Source {
    System { started_at: Timestamp, running: Instant },
    Given(Arc<GivenTime>),
}

struct GivenTime {
    wall_ms: AtomicI64,
    /// As if from a wall clock that is never set.
    steady_ms: AtomicI64,
    moved: Notify,
}

impl Clock {
    #[must_use]
    pub fn system() -> Self {
        Self { source: Source::System { started_at: system_now(), running: Instant::now() } }
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn given(start: Timestamp) -> Self {
        let given = GivenTime {
            wall_ms: AtomicI64::new(start.unix_ms()),
            steady_ms: AtomicI64::new(start.unix_ms()),
            moved: Notify::new(),
        };
        Self { source: Source::Given(Arc::new(given)) }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.source {
            Source::System { .. } => system_now(),
            Source::Given(given) => Timestamp::from_unix_ms(given.wall_ms.load(Ordering::SeqCst)),
        }
    }

    /// The time for what cannot be taken back, such as removing history: a clock that is set ahead must not make young things
    /// old. The start and the time that has passed since; less where the clock was set back.
    #[must_use]
    pub fn steady_now(&self) -> Timestamp {
        self.unset().min(self.now())
    }

    /// The time as it would be if nobody had set the clock since the start: it only goes on.
    pub(crate) fn unset(&self) -> Timestamp {
        match &self.source {
            Source::System { started_at, running } => *started_at + running.elapsed(),
            Source::Given(given) => Timestamp::from_unix_ms(given.steady_ms.load(Ordering::SeqCst)),
        }
    }

    /// Lets time pass on a given clock; the system's goes on by itself.
    pub fn advance(&self, by: Duration) {
        if let Source::Given(given) = &self.source {
            let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            given.wall_ms.fetch_add(ms, Ordering::SeqCst);
            given.steady_ms.fetch_add(ms, Ordering::SeqCst);
            given.moved.notify_waiters();
        }
    }

    /// Sets a given clock, ahead or back, as an administrator or a time server sets a machine's: no time passes.
    pub fn jump_to(&self, moment: Timestamp) {
        if let Source::Given(given) = &self.source {
            given.wall_ms.store(moment.unix_ms(), Ordering::SeqCst);
            given.moved.notify_waiters();
        }
    }

    /// Waits until the clock shows a moment, also when it is set meanwhile.
    pub async fn sleep_until(&self, moment: Timestamp) {
        match &self.source {
            Source::System { .. } => {
                while let Some(nap) = nap(self.now(), moment) {
                    tokio::time::sleep(nap).await;
                }
            }
            Source::Given(given) => given.until(|| self.now() >= moment).await,
        }
    }

    /// Waits for so much time to pass, whatever the clock shows.
    pub async fn sleep(&self, duration: Duration) {
        match &self.source {
            Source::System { .. } => tokio::time::sleep(duration).await,
            Source::Given(given) => {
                let end = self.unset() + duration;
                given.until(|| self.unset() >= end).await;
            }
        }
    }
}

impl GivenTime {
    async fn until(&self, reached: impl Fn() -> bool) {
        loop {
            // Registered before the time is read, so that no move in between is missed.
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            if reached() {
                return;
            }
            moved.await;
        }
    }
}

/// How long to sleep before the clock is looked at again: a timer does not notice that the clock was set. `None` once the
/// moment is there.
fn nap(now: Timestamp, moment: Timestamp) -> Option<Duration> {
    let left = moment.since(now);
    (!left.is_zero()).then(|| left.min(CLOCK_LOOK_EVERY))
}

fn system_now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_ms(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    const START: Timestamp = Timestamp::from_unix_ms(1_795_528_931_204);
    const AN_HOUR: Duration = Duration::from_secs(60 * 60);

    #[test]
    fn a_long_wait_looks_at_the_clock_again_and_again() {
        assert_eq!(nap(START, START + AN_HOUR), Some(CLOCK_LOOK_EVERY));
        assert_eq!(nap(START, START + Duration::from_millis(1)), Some(Duration::from_millis(1)));
        assert_eq!(nap(START, START), None);
        assert_eq!(nap(START + AN_HOUR, START), None);
    }

    #[test]
    fn a_clock_that_is_set_makes_nothing_older() {
        let clock = Clock::given(START);
        clock.jump_to(START + AN_HOUR);
        assert_eq!((clock.now(), clock.steady_now()), (START + AN_HOUR, START));
        clock.advance(AN_HOUR);
        assert_eq!((clock.now(), clock.steady_now()), (START + AN_HOUR * 2, START + AN_HOUR));
        clock.jump_to(START - AN_HOUR);
        assert_eq!((clock.now(), clock.steady_now()), (START - AN_HOUR, START - AN_HOUR));
    }

    #[test]
    fn the_systems_steady_time_goes_on_and_is_not_ahead() {
        let clock = Clock::system();
        let (first, second) = (clock.steady_now(), clock.now());
        assert!(first <= second && second.since(first) < AN_HOUR);
        let start_in_the_past = Source::System { started_at: START, running: Instant::now() };
        let clock = Clock { source: start_in_the_past };
        assert!(clock.steady_now().since(START) < AN_HOUR, "a year's jump does not count");
    }

    #[test]
    fn a_moment_comes_when_the_clock_shows_it_and_a_duration_when_it_has_passed() {
        let clock = Clock::given(START);
        let mut moment = Box::pin(clock.sleep_until(START + AN_HOUR));
        let mut duration = Box::pin(clock.sleep(AN_HOUR));
        assert!(moment.as_mut().now_or_never().is_none() && duration.as_mut().now_or_never().is_none());
        clock.jump_to(START + AN_HOUR);
        assert!(moment.as_mut().now_or_never().is_some());
        assert!(duration.as_mut().now_or_never().is_none());
        clock.jump_to(START - AN_HOUR);
        clock.advance(AN_HOUR);
        assert!(duration.as_mut().now_or_never().is_some());
    }
}
