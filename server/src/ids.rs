//! Where new ids come from: 5 random bytes a process and a counter.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::{Id, Timestamp};

/// Makes ids that are unique in this process, and but for 40 random bits on the whole earth.
pub(crate) struct IdSource {
    process: [u8; 5],
    counter: AtomicU32,
}

impl Default for IdSource {
    fn default() -> Self {
        Self { process: rand::random(), counter: AtomicU32::new(rand::random()) }
    }
}

impl IdSource {
    pub(crate) fn next<T>(&self, now: Timestamp) -> Id<T> {
        Id::new(now, self.process, self.counter.fetch_add(1, Ordering::Relaxed))
    }
}
