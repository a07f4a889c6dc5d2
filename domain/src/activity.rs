//! What became of a webhook's attempts over time: counted, not listed.

use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How far back it is looked, and in what steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActivityRange {
    /// 12 times 5 minutes.
    #[serde(rename = "1h")]
    Hour,
    /// 24 hours.
    #[default]
    #[serde(rename = "24h")]
    Day,
    /// 28 times 6 hours.
    #[serde(rename = "7d")]
    Week,
    /// 30 days.
    #[serde(rename = "30d")]
    Month,
}

impl ActivityRange {
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// What one bucket covers.
    #[must_use]
    pub fn step(self) -> Duration {
        Duration::from_secs(match self {
            Self::Hour => 5 * MINUTE,
            Self::Day => HOUR,
            Self::Week => 6 * HOUR,
            Self::Month => DAY,
        })
    }

    #[must_use]
    pub fn buckets(self) -> usize {
        match self {
            Self::Hour => 12,
            Self::Day => 24,
            Self::Week => 28,
            Self::Month => 30,
        }
    }

    /// Empty buckets up to the one that `now` is in, the oldest first. They begin at whole steps in UTC.
    #[must_use]
    pub fn empty(self, now: Timestamp) -> Vec<Bucket> {
        let step = i64::try_from(self.step().as_millis()).unwrap_or(i64::MAX);
        let last = now.unix_ms() - now.unix_ms().rem_euclid(step);
        let back = (0..self.buckets()).rev().map(|steps| i64::try_from(steps).unwrap_or_default());
        back.map(|steps| Bucket::new(Timestamp::from_unix_ms(last - steps * step))).collect()
    }
}

impl fmt::Display for ActivityRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was given names no range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownRange;

impl FromStr for ActivityRange {
    type Err = UnknownRange;

    fn from_str(text: &str) -> Result<Self, UnknownRange> {
        Self::ALL.into_iter().find(|range| range.as_str() == text).ok_or(UnknownRange)
    }
}

/// The attempts that ended within a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub start: Timestamp,
    pub succeeded: u32,
    pub failed: u32,
    /// Of those that succeeded.
    pub durations: Durations,
}

impl Bucket {
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { start, succeeded: 0, failed: 0, durations: Durations::default() }
    }

    /// Counts attempts in.
    pub fn add(&mut self, succeeded: bool, class: DurationClass, attempts: u32) {
        let sum = if succeeded { &mut self.succeeded } else { &mut self.failed };
        *sum = sum.saturating_add(attempts);
        if succeeded {
            self.durations.add(class, attempts);
        }
    }

    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.succeeded.saturating_add(self.failed)
    }
}

/// A class of durations: each begins at 1.41 times where the one before began, from 1 ms on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DurationClass(u8);

impl DurationClass {
    /// The class of a duration in milliseconds.
    #[must_use]
    pub fn of(ms: u64) -> Self {
        let octaves = ms.checked_ilog2();
        let class = octaves.map_or(0, |octaves| {
            // The upper half of an octave begins at the root of 2: 2 * x^2 >= 4^(octaves + 1) / 2 without rounding.
            let upper = u128::from(ms).pow(2) >> octaves >> octaves >= 2;
            1 + 2 * octaves + u32::from(upper)
        });
        Self(u8::try_from(class).unwrap_or(u8::MAX))
    }

    /// As it is stored.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    #[must_use]
    pub fn from_number(number: u8) -> Self {
        Self(number)
    }

    /// Where it begins, in milliseconds.
    fn lower(self) -> f64 {
        match self.0 {
            0 => 0.0,
            class => 2_f64.powf(f64::from(class - 1) / 2.0),
        }
    }

    fn upper(self) -> f64 {
        Self(self.0.saturating_add(1)).lower()
    }
}

/// How many attempts took how long, by classes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Durations {
    attempts: BTreeMap<DurationClass, u32>,
}

impl Durations {
    pub fn add(&mut self, class: DurationClass, attempts: u32) {
        let sum = self.attempts.entry(class).or_default();
        *sum = sum.saturating_add(attempts);
    }

    pub fn add_all(&mut self, other: &Self) {
        for (class, attempts) in &other.attempts {
            self.add(*class, *attempts);
        }
    }

    /// How many milliseconds `percent` of the attempts took at most: right within a class. `None` where there were no attempts.
    #[must_use]
    pub fn percentile(&self, percent: u8) -> Option<u64> {
        let total: f64 = self.attempts.values().copied().map(f64::from).sum();
        let mut rest = total * f64::from(percent.min(100)) / 100.0;
        for (class, attempts) in &self.attempts {
            let attempts = f64::from(*attempts);
            if rest <= attempts {
                let within = class.lower() + (class.upper() - class.lower()) * rest / attempts;
                return Some(Duration::try_from_secs_f64(within.ceil()).map_or(u64::MAX, |ms| ms.as_secs()));
            }
            rest -= attempts;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_each_other_and_hold_what_they_say() {
        let firsts = [0_u64, 1, 2, 3, 4, 6, 8, 12, 16, 23, 32, 46, 64, 91, 128];
        let classes = firsts.map(|ms| DurationClass::of(ms).number());
        assert_eq!(classes, [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        for ms in (1..10_000).chain([1 << 40, u64::MAX]) {
            let class = DurationClass::of(ms);
            #[expect(clippy::cast_precision_loss, reason = "a bound is a float anyway")]
            let value = ms as f64;
            assert!(
                class.lower() <= value * 1.000_001 && value < class.upper() * 1.000_001,
                "{ms} in {class:?}"
            );
        }
    }

    #[test]
    fn percentiles_are_right_within_a_class() {
        let mut durations = Durations::default();
        assert_eq!(durations.percentile(50), None);
        for ms in 1..=1_000 {
            durations.add(DurationClass::of(ms), 1);
        }
        for (percent, exact) in [(50, 500), (95, 950), (99, 990)] {
            let found = durations.percentile(percent).expect("there were attempts");
            assert!(found.abs_diff(exact) * 100 <= exact * 12, "{percent} %: {found} for {exact}");
        }
        assert!(durations.percentile(0).is_some_and(|ms| ms <= 1));
    }

    #[test]
    fn buckets_begin_at_whole_steps_and_end_with_now() {
        let now = Timestamp::from_unix_ms(1_795_528_931_204);
        for range in ActivityRange::ALL {
            let buckets = range.empty(now);
            assert_eq!(buckets.len(), range.buckets());
            let last = buckets.last().expect("there are some").start;
            assert!(last <= now && now.since(last) < range.step());
            assert_eq!(buckets[1].start.since(buckets[0].start), range.step());
            assert_eq!(range.as_str().parse(), Ok(range));
        }
        assert_eq!("2h".parse::<ActivityRange>(), Err(UnknownRange));
    }
}
