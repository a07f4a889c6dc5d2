//! What became of a day's attempts, small enough for a table's cell.

use domain::Bucket;
use leptos::{prelude::*, svg};

use super::rate::{rate_words, totals};

const STEP: u32 = 5;
const BAR: u32 = 3;
const HEIGHT: u32 = 20;

/// A bar an hour, failures on top, beside the success rate.
#[component]
pub(crate) fn Sparkline(buckets: Vec<Bucket>) -> impl IntoView {
    let rate = rate_words(&buckets);
    let (succeeded, failed) = totals(&buckets);
    let label = match succeeded + failed {
        0 => "No attempts in the last 24 hours".to_owned(),
        _ => format!("Attempts of the last 24 hours: {succeeded} succeeded, {failed} failed"),
    };
    let highest = buckets.iter().map(Bucket::attempts).max().unwrap_or_default().max(1);
    let width = STEP * u32::try_from(buckets.len().max(1)).unwrap_or(1) - (STEP - BAR);
    let bars = (0..).step_by(STEP as usize).zip(&buckets).map(|(x, bucket)| bar(x, bucket, highest));
    let bars = bars.collect::<Vec<_>>();
    view! {
        <span class="sparkline">
            <svg class="sparkline-bars" role="img" aria-label=label viewBox=format!("0 0 {width} {HEIGHT}")>
                {bars}
            </svg>
            <span class="sparkline-rate">{rate}</span>
        </span>
    }
}

fn bar(x: u32, bucket: &Bucket, highest: u32) -> impl IntoView + use<> {
    let (good, bad) = heights(bucket, highest);
    let rect = |class: &'static str, y: u32, height: u32| {
        svg::rect()
            .attr("class", class)
            .attr("x", x.to_string())
            .attr("y", y.to_string())
            .attr("width", BAR.to_string())
            .attr("height", height.to_string())
    };
    let empty = bucket.attempts() == 0;
    view! {
        {empty.then(|| rect("bar-empty", HEIGHT - 1, 1))}
        {(good > 0).then(|| rect("bar-good", HEIGHT - good, good))}
        {(bad > 0).then(|| rect("bar-bad", HEIGHT - good - bad, bad))}
    }
}

/// Of what succeeded and what failed; whatever happened can be seen.
fn heights(bucket: &Bucket, highest: u32) -> (u32, u32) {
    let scaled = |count: u32| {
        let height = u64::from(count) * u64::from(HEIGHT) / u64::from(highest);
        u32::try_from(height).unwrap_or(HEIGHT).max(u32::from(count > 0) * 2)
    };
    let bad = scaled(bucket.failed);
    (scaled(bucket.succeeded).min(HEIGHT - bad), bad)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    #[test]
    fn whatever_happened_can_be_seen_and_fits() {
        let heights = |succeeded, failed, highest| {
            let bucket = Bucket { succeeded, failed, ..Bucket::new(Timestamp::from_unix_ms(0)) };
            heights(&bucket, highest)
        };
        assert_eq!(heights(0, 0, 10), (0, 0));
        assert_eq!(heights(5, 5, 10), (10, 10));
        assert_eq!(heights(1, 0, 1_000_000), (2, 0));
        assert_eq!(heights(999_999, 1, 1_000_000), (18, 2));
        assert_eq!(heights(u32::MAX, 0, u32::MAX), (20, 0));
    }
}
