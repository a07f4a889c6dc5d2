//! What became of a webhook's attempts over a time, in figures and charts.

use api::activity::WebhookActivity;
use domain::{ActivityRange, Durations};
use leptos::{either::Either, prelude::*};

use crate::{
    address::address,
    components::{
        chart::{
            attempts::AttemptsChart,
            latency::{LatencyChart, ms_words},
            rate::{grouped, rate_words, totals},
        },
        moment::Moment,
    },
};

#[component]
pub(super) fn Figures(
    activity: WebhookActivity,
    pending: u32,
    range: ActivityRange,
    /// Of the page without a query.
    path: String,
) -> impl IntoView {
    let WebhookActivity { buckets, oldest_pending } = activity;
    let (succeeded, failed) = totals(&buckets);
    let mut durations = Durations::default();
    buckets.iter().for_each(|bucket| durations.add_all(&bucket.durations));
    let percentile = |percent| durations.percentile(percent).map_or_else(|| "—".to_owned(), ms_words);
    let (half, most, rate) = (percentile(50), percentile(95), rate_words(&buckets));
    let oldest = match oldest_pending {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right("—"),
    };
    view! {
        <section class="figures-section" aria-labelledby="figures-title">
            <div class="figures-head">
                <h2 id="figures-title">"Last "{words(range)}</h2>
                <Ranges range path/>
            </div>
            <dl class="tiles">
                <Tile term="Delivered">{grouped(succeeded)}</Tile>
                <Tile term="Failed attempts">{grouped(failed)}</Tile>
                <Tile term="Success">{rate}</Tile>
                <Tile term="p50">{half}</Tile>
                <Tile term="p95">{most}</Tile>
                <Tile term="Pending now">{grouped(pending.into())}</Tile>
                <Tile term="Oldest pending">{oldest}</Tile>
            </dl>
            <div class="columns columns-even">
                <AttemptsChart buckets=buckets.clone()/>
                <LatencyChart buckets/>
            </div>
            <p class="hint">"Times are in UTC. Tests do not count, and the time to answer is that of attempts that succeeded."</p>
        </section>
    }
}

#[component]
fn Ranges(range: ActivityRange, path: String) -> impl IntoView {
    let links = ActivityRange::ALL.map(|each| {
        let to = address(&path, [("range", each.as_str())]);
        let current = (each == range).then_some("true");
        view! { <li><a href=to aria-current=current>{words(each)}</a></li> }
    });
    view! {
        <nav aria-label="Time">
            <ul class="ranges">{links.into_iter().collect::<Vec<_>>()}</ul>
        </nav>
    }
}

#[component]
fn Tile(term: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="tile">
            <dt>{term}</dt>
            <dd>{children()}</dd>
        </div>
    }
}

const fn words(range: ActivityRange) -> &'static str {
    match range {
        ActivityRange::Hour => "1 h",
        ActivityRange::Day => "24 h",
        ActivityRange::Week => "7 d",
        ActivityRange::Month => "30 d",
    }
}
