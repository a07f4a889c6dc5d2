//! Arithmetic on what was measured: medians, percentiles, and rates one after the other.

/// The middle one, or the mean of the two in the middle; 0 of nothing.
pub(super) fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    match (sorted.len(), sorted.len() % 2) {
        (0, _) => 0.0,
        (_, 1) => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// By nearest rank: the smallest value that at least this share of all do not exceed; 0 of nothing.
pub(super) fn percentile(values: &[f64], percent: usize) -> f64 {
    let sorted = sorted(values);
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The rate of a program that does both works for each event, one after the other.
pub(super) fn combined(a: f64, b: f64) -> f64 {
    if a <= 0.0 || b <= 0.0 { 0.0 } else { 1.0 / (1.0 / a + 1.0 / b) }
}

/// 0 where there is nothing to compare with.
pub(super) fn ratio(value: f64, floor: f64) -> f64 {
    if floor <= 0.0 { 0.0 } else { value / floor }
}

/// Counts stay far below the 2^53 up to which each has its own `f64`.
#[expect(clippy::cast_precision_loss, reason = "a benchmark counts to millions")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn the_median_is_the_middle() {
        assert!(near(median(&[]), 0.0));
        assert!(near(median(&[3.0, 1.0, 2.0]), 2.0));
        assert!(near(median(&[4.0, 1.0, 3.0, 2.0]), 2.5));
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert!(near(percentile(&hundred, 50), 50.0));
        assert!(near(percentile(&hundred, 99), 99.0));
        assert!(near(percentile(&hundred, 100), 100.0));
        assert!(near(percentile(&[7.0], 99), 7.0));
        assert!(near(percentile(&[], 99), 0.0));
    }

    #[test]
    fn two_works_take_the_sum_of_their_times() {
        assert!(near(combined(100.0, 100.0), 50.0));
        assert!(near(combined(100.0, 0.0), 0.0));
        assert!(near(ratio(3.0, 4.0), 0.75));
        assert!(near(ratio(3.0, 0.0), 0.0));
    }
}
