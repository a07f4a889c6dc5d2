//! How long receivers took over time, as lines: the median, and what 95 of 100 attempts stayed within.

use domain::Bucket;
use leptos::{prelude::*, svg};

use super::{
    frame::{Drawing, Plane, number, value},
    table::FiguresTable,
};

const DOT: f64 = 2.0;

#[component]
pub(crate) fn LatencyChart(buckets: Vec<Bucket>) -> impl IntoView {
    let of = |percent: u8| -> Vec<Option<u64>> {
        buckets.iter().map(|bucket| bucket.durations.percentile(percent)).collect()
    };
    let (half, most) = (of(50), of(95));
    let highest = most.iter().flatten().copied().max().unwrap_or_default();
    let plane = Plane::new(highest, buckets.len());
    let (upper, lower) = (line(plane, "chart-p95", &most), line(plane, "chart-p50", &half));
    let rows = buckets
        .iter()
        .zip(half.iter().zip(&most))
        .map(|(bucket, (half, most))| (bucket.start, vec![cell(*half), cell(*most)]))
        .collect::<Vec<_>>();
    view! {
        <figure class="chart-figure">
            <figcaption>
                <h3>"Time to answer"</h3>
                <span class="chart-key chart-key-p50">"p50"</span>
                <span class="chart-key chart-key-p95">"p95"</span>
            </figcaption>
            <Drawing
                nothing="No attempt succeeded in this time."
                label=format!("Time to answer over time: p95 up to {}", ms_words(highest))
                plane
                buckets
                words=|value| format!("{value:.0} ms")
            >
                {upper}
                {lower}
            </Drawing>
            <FiguresTable what="Time to answer over time" columns=&["p50", "p95"] rows/>
        </figure>
    }
}

/// Steps without an attempt break the line; a step alone is a dot.
fn line(plane: Plane, class: &'static str, values: &[Option<u64>]) -> impl IntoView + use<> {
    let mut path = String::new();
    let mut dots = Vec::new();
    let mut drawing = false;
    for (step, found) in values.iter().enumerate() {
        if let Some(found) = found {
            let (x, y) = (number(plane.x(step) + plane.step() / 2.0), number(plane.y(value(*found))));
            path.push_str(&format!("{}{x} {y}", if drawing { 'L' } else { 'M' }));
            dots.push(
                svg::circle()
                    .attr("class", format!("chart-dot {class}"))
                    .attr("cx", x)
                    .attr("cy", y)
                    .attr("r", number(DOT)),
            );
        }
        drawing = found.is_some();
    }
    view! {
        {svg::path().attr("class", format!("chart-path {class}")).attr("d", path)}
        {dots}
    }
}

fn cell(ms: Option<u64>) -> String {
    ms.map_or_else(|| "—".to_owned(), ms_words)
}

/// `41 ms`, `1.2 s`.
pub(crate) fn ms_words(ms: u64) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1_000, ms % 1_000 / 100) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_its_unit() {
        assert_eq!(
            [0, 999, 1_000, 1_290, 15_000].map(ms_words),
            ["0 ms", "999 ms", "1.0 s", "1.2 s", "15.0 s"]
        );
    }
}
