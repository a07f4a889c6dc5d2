//! What the charts over time share: a plane with a scale on the left and times below.

use std::time::Duration;

use domain::{Bucket, Timestamp};
use leptos::{either::Either, prelude::*, svg};

/// Of the whole drawing, in its own units.
pub(super) const WIDTH: f64 = 560.0;
pub(super) const HEIGHT: f64 = 180.0;
const LEFT: f64 = 52.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 24.0;
/// Lines across, the lowest at zero.
const LINES: u32 = 4;
/// Words below, so that they do not touch.
const TIMES_MAX: usize = 6;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Where things lie on the plane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    /// The value of the highest line.
    top: f64,
    /// There is nothing higher than zero.
    empty: bool,
    steps: usize,
}

impl Plane {
    pub(super) fn new(highest: u64, steps: usize) -> Self {
        Self { top: round_up(highest), empty: highest == 0, steps: steps.max(1) }
    }

    /// How wide a step is.
    pub(super) fn step(self) -> f64 {
        (WIDTH - LEFT) / float(self.steps)
    }

    /// The left edge of a step.
    pub(super) fn x(self, step: usize) -> f64 {
        LEFT + float(step) * self.step()
    }

    pub(super) fn y(self, value: f64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / self.top
    }
}

/// The drawing: its lines and words, and what is drawn on them.
#[component]
pub(super) fn Drawing(
    /// What stands in its place when there is nothing to draw.
    nothing: &'static str,
    /// What it shows, in a sentence.
    label: String,
    plane: Plane,
    buckets: Vec<Bucket>,
    /// The scale's words for a value.
    words: fn(f64) -> String,
    children: Children,
) -> impl IntoView {
    if plane.empty {
        return Either::Left(view! { <p class="chart-nothing">{nothing}</p> });
    }
    let lines = (0..=LINES).map(|line| {
        let value = plane.top * f64::from(line) / f64::from(LINES);
        let y = plane.y(value);
        view! {
            {svg::line().attr("class", "chart-line").attr("x1", number(LEFT)).attr("x2", number(WIDTH)).attr("y1", number(y)).attr("y2", number(y))}
            {svg::text().attr("class", "chart-words chart-scale").attr("x", number(LEFT - 8.0)).attr("y", number(y + 3.5)).child(words(value))}
        }
    }).collect::<Vec<_>>();
    let span = buckets.first().zip(buckets.last()).map(|(first, last)| last.start.since(first.start));
    let by_day = span.is_some_and(|span| span > DAY);
    let every = buckets.len().div_ceil(TIMES_MAX).max(1);
    let times = buckets
        .iter()
        .enumerate()
        .step_by(every)
        .map(|(step, bucket)| {
            let x = number(plane.x(step) + plane.step() / 2.0);
            svg::text()
                .attr("class", "chart-words chart-time")
                .attr("x", x)
                .attr("y", number(HEIGHT - 6.0))
                .child(time_words(bucket.start, by_day))
        })
        .collect::<Vec<_>>();
    Either::Right(view! {
        <svg class="chart" role="img" aria-label=label viewBox=format!("0 0 {WIDTH} {HEIGHT}")>
            {lines}
            {times}
            {children()}
        </svg>
    })
}

/// `14:00`, or `11-24` where days are what differs.
pub(super) fn time_words(at: Timestamp, by_day: bool) -> String {
    let text = at.to_string();
    let part = if by_day { text.get(5..10) } else { text.get(11..16) };
    part.unwrap_or_default().to_owned()
}

/// To a tenth of a unit.
pub(super) fn number(value: f64) -> String {
    format!("{value:.1}")
}

/// The next of 4, 8, 20, 40, 80, 200, ...: a quarter of it is a round number too.
fn round_up(highest: u64) -> f64 {
    let highest = highest.max(1);
    let mut unit = 4_u64;
    loop {
        for factor in [1, 2, 5] {
            let top = unit.saturating_mul(factor);
            if top >= highest {
                return value(top);
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a pixel is all that could be lost")]
pub(super) fn value(count: u64) -> f64 {
    count as f64
}

fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number() {
        let tops = [0, 1, 4, 5, 9, 30, 41, 100, 1_234, u64::MAX].map(round_up);
        assert_eq!(tops[..9], [4.0, 4.0, 4.0, 8.0, 20.0, 40.0, 80.0, 200.0, 2_000.0]);
        assert!(tops[9] >= value(u64::MAX));
    }

    #[test]
    fn what_is_drawn_stays_on_the_plane() {
        let plane = Plane::new(37, 24);
        assert!((plane.y(0.0) - (HEIGHT - BOTTOM)).abs() < 0.01);
        assert!(plane.y(37.0) >= TOP);
        assert!((plane.x(24) - WIDTH).abs() < 0.01);
        assert_eq!(number(plane.x(0)), "52.0");
    }

    #[test]
    fn times_are_said_by_what_differs() {
        let at = Timestamp::from_unix_ms(1_795_528_931_204);
        assert_eq!((time_words(at, false).as_str(), time_words(at, true).as_str()), ("14:02", "11-24"));
    }
}
