//! Counts per window of time, for a bounded number of subjects.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{Timestamp, limits::RATE_WINDOWS_MAX};

/// Each has its own lock, held for one look-up: callers wait for each other only where they fall into the same one.
const SHARDS: usize = 64;

/// How often something may be done within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// 0: as often as one likes.
    pub max: u32,
    pub per: Duration,
}

/// Where a subject stands in its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) allowed: bool,
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Until the window ends.
    pub(crate) reset: Duration,
    /// Whether this is the first that is refused in the window: that one is logged.
    pub(crate) first_refused: bool,
}

/// A window begins with the first thing that is counted in it.
#[derive(Clone, Copy)]
struct Window {
    ends_at: Timestamp,
    count: u32,
    /// Whether one was refused.
    refused: bool,
}

/// What has been done by whom. Subjects are kept as 64-bit hashes under a random key, so that nobody can choose to share one.
pub(crate) struct Windows {
    shards: Vec<Mutex<HashMap<u64, Window>>>,
    hasher: RandomState,
}

impl Default for Windows {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl Windows {
    /// Counts one more, unless that would be too many. `now` is of a clock that is never set back.
    pub(crate) fn count(&self, subject: &impl Hash, rate: Rate, now: Timestamp) -> Standing {
        let hash = self.hasher.hash_one(subject);
        count_in(&mut self.shard(hash), hash, rate, now)
    }

    /// As [`Windows::count`], for a subject of which anything was counted before; `None` for another.
    pub(crate) fn count_known(&self, subject: &impl Hash, rate: Rate, now: Timestamp) -> Option<Standing> {
        let hash = self.hasher.hash_one(subject);
        let mut shard = self.shard(hash);
        shard.contains_key(&hash).then(|| count_in(&mut shard, hash, rate, now))
    }

    /// How a subject stands, without counting.
    pub(crate) fn look(&self, subject: &impl Hash, rate: Rate, now: Timestamp) -> Standing {
        let hash = self.hasher.hash_one(subject);
        let window = self.shard(hash).get(&hash).copied().filter(|window| window.ends_at > now);
        let window = window.unwrap_or(Window { ends_at: now + rate.per, count: 0, refused: false });
        standing(window, rate.max == 0 || window.count < rate.max, rate, now)
    }

    /// Takes one back that was counted in the window that runs.
    pub(crate) fn give_back(&self, subject: &impl Hash, now: Timestamp) {
        let hash = self.hasher.hash_one(subject);
        if let Some(window) = self.shard(hash).get_mut(&hash).filter(|window| window.ends_at > now) {
            window.count = window.count.saturating_sub(1);
        }
    }

    fn shard(&self, hash: u64) -> MutexGuard<'_, HashMap<u64, Window>> {
        let index = usize::try_from(hash % SHARDS as u64).unwrap_or_default();
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count_in(shard: &mut HashMap<u64, Window>, hash: u64, rate: Rate, now: Timestamp) -> Standing {
    make_room(shard, hash, now);
    let fresh = Window { ends_at: now + rate.per, count: 0, refused: false };
    let window = shard.entry(hash).or_insert(fresh);
    if window.ends_at <= now {
        *window = fresh;
    }
    let allowed = rate.max == 0 || window.count < rate.max;
    let first_refused = !allowed && !window.refused;
    window.refused |= !allowed;
    if allowed {
        window.count = window.count.saturating_add(1);
    }
    Standing { first_refused, ..standing(*window, allowed, rate, now) }
}

fn standing(window: Window, allowed: bool, rate: Rate, now: Timestamp) -> Standing {
    let remaining = rate.max.saturating_sub(window.count);
    let reset = window.ends_at.since(now);
    Standing { allowed, limit: rate.max, remaining, reset, first_refused: false }
}

/// In a full shard a new subject takes the place of one whose window is over, else of the one that has done least: who is
/// limited cannot get out of it by bringing many others.
fn make_room(shard: &mut HashMap<u64, Window>, hash: u64, now: Timestamp) {
    if shard.len() < RATE_WINDOWS_MAX / SHARDS || shard.contains_key(&hash) {
        return;
    }
    let weight = |window: &Window| if window.ends_at <= now { 0 } else { window.count };
    let least = shard.iter().min_by_key(|(_, window)| weight(window)).map(|(hash, _)| *hash);
    if let Some(least) = least {
        shard.remove(&least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000);
    const RATE: Rate = Rate { max: 3, per: Duration::from_secs(10) };

    #[test]
    fn a_window_takes_so_many_and_then_none_until_it_ends() {
        let windows = Windows::default();
        for remaining in [2, 1, 0] {
            let standing = windows.count(&"a", RATE, NOW);
            assert!(standing.allowed);
            assert_eq!((standing.limit, standing.remaining, standing.reset), (3, remaining, RATE.per));
        }
        let later = NOW + Duration::from_secs(9);
        let refused = windows.count(&"a", RATE, later);
        assert_eq!((refused.allowed, refused.remaining, refused.reset.as_secs()), (false, 0, 1));
        assert!(refused.first_refused && !windows.count(&"a", RATE, later).first_refused, "one is logged");
        assert!(!windows.look(&"a", RATE, later).allowed);
        assert!(windows.count(&"b", RATE, later).allowed, "each has its own");
        assert!(windows.count(&"a", RATE, NOW + RATE.per).allowed);
    }

    #[test]
    fn what_is_given_back_can_be_had_again() {
        let windows = Windows::default();
        for _ in 0..RATE.max {
            windows.count(&"a", RATE, NOW);
        }
        windows.give_back(&"a", NOW);
        windows.give_back(&"b", NOW);
        assert_eq!(windows.look(&"a", RATE, NOW).remaining, 1);
        assert!(windows.count(&"a", RATE, NOW).allowed);
        assert!(!windows.count(&"a", RATE, NOW).allowed);
    }

    #[test]
    fn no_limit_refuses_nobody() {
        let windows = Windows::default();
        let none = Rate { max: 0, per: RATE.per };
        assert!((0..10_000).all(|_| windows.count(&"a", none, NOW).allowed));
    }

    #[test]
    fn a_flood_of_others_neither_fills_the_memory_nor_frees_who_is_limited() {
        let windows = Windows::default();
        while windows.count(&"limited", RATE, NOW).allowed {}
        for other in 0..2 * RATE_WINDOWS_MAX {
            windows.count(&other, RATE, NOW);
        }
        let kept: usize = windows.shards.iter().map(|shard| shard.lock().expect("a lock").len()).sum();
        assert!(kept <= RATE_WINDOWS_MAX, "{kept}");
        assert!(!windows.count(&"limited", RATE, NOW).allowed);
    }

    #[test]
    fn only_who_was_counted_is_known() {
        let windows = Windows::default();
        assert!(windows.count_known(&"a", RATE, NOW).is_none());
        windows.count(&"a", RATE, NOW);
        assert_eq!(windows.count_known(&"a", RATE, NOW).map(|standing| standing.remaining), Some(1));
    }
}
