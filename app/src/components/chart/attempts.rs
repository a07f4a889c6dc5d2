//! How many attempts succeeded and failed over time, as bars.

use domain::Bucket;
use leptos::{prelude::*, svg};

use super::{
    frame::{Drawing, Plane, number, value},
    rate::totals,
    table::FiguresTable,
};

/// What of a step is left free beside its bar.
const GAP: f64 = 0.25;

#[component]
pub(crate) fn AttemptsChart(buckets: Vec<Bucket>) -> impl IntoView {
    let (succeeded, failed) = totals(&buckets);
    let highest = buckets.iter().map(Bucket::attempts).max().unwrap_or_default();
    let plane = Plane::new(u64::from(highest), buckets.len());
    let bars = buckets.iter().enumerate().map(|(step, bucket)| bar(plane, step, bucket)).collect::<Vec<_>>();
    let rows = buckets
        .iter()
        .map(|bucket| (bucket.start, vec![bucket.succeeded.to_string(), bucket.failed.to_string()]))
        .collect::<Vec<_>>();
    view! {
        <figure class="chart-figure">
            <figcaption>
                <h3>"Attempts"</h3>
                <span class="chart-key chart-key-good">"Succeeded"</span>
                <span class="chart-key chart-key-bad">"Failed"</span>
            </figcaption>
            <Drawing
                nothing="No attempt in this time."
                label=format!("Attempts over time: {succeeded} succeeded, {failed} failed")
                plane
                buckets
                words=|value| format!("{value:.0}")
            >
                {bars}
            </Drawing>
            <FiguresTable what="Attempts over time" columns=&["Succeeded", "Failed"] rows/>
        </figure>
    }
}

fn bar(plane: Plane, step: usize, bucket: &Bucket) -> impl IntoView + use<> {
    let (good, all) = (u64::from(bucket.succeeded), u64::from(bucket.attempts()));
    let rect = |class: &'static str, from: u64, to: u64| {
        let (top, bottom) = (plane.y(value(to)), plane.y(value(from)));
        svg::rect()
            .attr("class", class)
            .attr("x", number(plane.x(step) + plane.step() * GAP / 2.0))
            .attr("width", number(plane.step() * (1.0 - GAP)))
            .attr("y", number(top))
            .attr("height", number(bottom - top))
    };
    view! {
        {(good > 0).then(|| rect("bar-good", 0, good))}
        {(all > good).then(|| rect("bar-bad", good, all))}
    }
}
