//! The time, as an argument: the real one, or one that a test moves.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use domain::Timestamp;
use tokio::sync::Notify;

/// Tells the time and waits for it.
#[derive(Clone, Default)]
pub struct Clock {
    given: Option<Arc<GivenTime>>,
}

struct GivenTime {
    unix_ms: AtomicI64,
    moved: Notify,
}

impl Clock {
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn given(start: Timestamp) -> Self {
        let given = GivenTime { unix_ms: AtomicI64::new(start.unix_ms()), moved: Notify::new() };
        Self { given: Some(Arc::new(given)) }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.given {
            Some(given) => Timestamp::from_unix_ms(given.unix_ms.load(Ordering::SeqCst)),
            None => {
                let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_unix_ms(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
            }
        }
    }

    /// Moves a given clock; the system's goes on by itself.
    pub fn advance(&self, by: Duration) {
        if let Some(given) = &self.given {
            let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            given.unix_ms.fetch_add(ms, Ordering::SeqCst);
            given.moved.notify_waiters();
        }
    }

    pub async fn sleep_until(&self, moment: Timestamp) {
        let Some(given) = &self.given else {
            return tokio::time::sleep(moment.since(self.now())).await;
        };
        loop {
            // Registered before the time is read, so that no move in between is missed.
            let moved = given.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            if self.now() >= moment {
                return;
            }
            moved.await;
        }
    }
}
