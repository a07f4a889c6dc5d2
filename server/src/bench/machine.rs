//! How much of the machine others took meanwhile: on a busy one a thread that waited for the disk then waits for a core,
//! 4 ms at a time, and a ratio says more about that than about Herald.

use std::fs;

use super::{
    BenchError,
    numbers::{float, ratio},
};

/// Beyond this share of the machine's time a figure proves nothing.
const OTHERS_PERCENT_MAX: f64 = 10.0;
/// Where `/proc/self/stat` has the ticks of this process and of its ended children, after the name in parentheses.
const OWN_TICKS: std::ops::Range<usize> = 11..15;
/// Of the first line of `/proc/stat`: idle, and waiting for a disk. What follows `steal` is counted before already.
const IDLE: [usize; 2] = [3, 4];
const STATES: usize = 8;

/// The machine's ticks up to some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticks {
    all: u64,
    busy: u64,
    own: u64,
}

impl Ticks {
    pub(super) fn now() -> Result<Self, BenchError> {
        Self::read(&fs::read_to_string("/proc/stat")?, &fs::read_to_string("/proc/self/stat")?)
            .ok_or_else(|| "the system does not say who uses its cores".into())
    }

    fn read(machine: &str, own: &str) -> Option<Self> {
        let states = numbers(machine.lines().next()?.strip_prefix("cpu ")?);
        let states = states.get(..STATES)?;
        let idle: u64 = IDLE.iter().map(|state| states[*state]).sum();
        let all = states.iter().sum();
        let fields: Vec<&str> = own.rsplit_once(')')?.1.split_whitespace().collect();
        let own = numbers(&fields.get(OWN_TICKS)?.join(" ")).iter().sum();
        Some(Self { all, busy: all - idle, own })
    }

    /// What others took since then, in percent of all there is.
    pub(super) fn others_percent(self, since: Self) -> f64 {
        let others = (self.busy - since.busy).saturating_sub(self.own.saturating_sub(since.own));
        100.0 * ratio(float(others), float(self.all - since.all))
    }
}

/// Whether a figure that was taken meanwhile proves something.
pub(super) fn is_quiet(others_percent: f64) -> bool {
    others_percent <= OTHERS_PERCENT_MAX
}

fn numbers(text: &str) -> Vec<u64> {
    text.split_whitespace().map_while(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "7 (her) ald) S 1 1 1 0 -1 0 0 0 0 0";

    #[test]
    fn what_others_took_is_what_was_busy_without_oneself() {
        let before = Ticks::read("cpu  100 0 50 800 50 0 0 0 9 9\ncpu0 1", &format!("{OWN} 60 20 3 2 20 0"));
        let after = Ticks::read("cpu  150 0 70 820 60 0 0 0 9 9\ncpu0 1", &format!("{OWN} 90 30 4 4 20 0"));
        let (before, after) = (before.expect("ticks"), after.expect("ticks"));
        assert_eq!(before, Ticks { all: 1_000, busy: 150, own: 85 });
        // 70 busy of 100, 43 of them one's own.
        assert!((after.others_percent(before) - 27.0).abs() < 1e-9);
        assert_eq!(Ticks::read("cpu 1", OWN), None);
    }

    #[test]
    fn a_tenth_of_the_machine_is_too_much() {
        assert!(is_quiet(10.0) && !is_quiet(10.1));
    }
}
