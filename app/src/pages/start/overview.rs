//! What needs somebody, what waits, and what happened last.

use api::{
    paths,
    start::{FailedDelivery, Overview, RecentEvent, Troubled, Waiting},
};
use domain::OrganizationId;
use leptos::{either::Either, prelude::*};

use crate::{
    address::address,
    components::{
        icon::Icon,
        moment::{Due, Moment},
        next_attempt::NextAttempt,
        status::{Status, Tone, waiting_words},
    },
};

#[component]
pub(super) fn OverviewCards(organization: OrganizationId, overview: Overview) -> impl IntoView {
    let Overview { troubled, failed, waiting, events, .. } = overview;
    let calm = troubled.is_empty() && failed.is_empty();
    view! {
        <div class="overview">
            <section class="card" aria-labelledby="failed-title">
                <h2 id="failed-title">"What failed lately"</h2>
                {calm.then(|| view! {
                    <p class="quiet">
                        <Status tone=Tone::Good icon=Icon::Check words="Nothing"/>
                        " No webhook fails, and nothing was given up."
                    </p>
                })}
                <TroubledList organization troubled/>
                <FailedList organization failed/>
            </section>
            <section class="card" aria-labelledby="waiting-title">
                <h2 id="waiting-title">"What is pending"</h2>
                <WaitingList organization waiting/>
            </section>
            <section class="card overview-wide" aria-labelledby="events-title">
                <h2 id="events-title">"Recent events"</h2>
                <EventList organization events/>
            </section>
        </div>
    }
}

#[component]
fn TroubledList(organization: OrganizationId, troubled: Vec<Troubled>) -> impl IntoView {
    let item = |one: Troubled| {
        let words = match (one.disabled_reason, one.failing_since) {
            (Some(reason), _) => Either::Left(format!("Disabled by Herald: {reason}")),
            (None, since) => Either::Right(view! {
                {failures_words(one.failures)}
                {since.map(|since| view! { ", first "<Moment at=since/> })}
            }),
        };
        view! {
            <li>
                <a class="strong" href=paths::webhook(organization, one.id)>{one.name}</a>
                <span class="bad">{words}</span>
            </li>
        }
    };
    list(troubled.into_iter().map(item).collect())
}

#[component]
fn FailedList(organization: OrganizationId, failed: Vec<FailedDelivery>) -> impl IntoView {
    let item = |FailedDelivery { row, webhook }: FailedDelivery| {
        let title = format!("{} for {}", row.delivery.event_type, row.username);
        let why = row.error_text.or_else(|| row.last.map(|last| last.summary)).unwrap_or_default();
        view! {
            <li>
                <a class="strong" href=paths::delivery(organization, row.delivery.id)>{title}</a>
                <span class="quiet">{format!("to {webhook}, given up: {why}")}</span>
                <Moment at=row.delivery.created_at/>
            </li>
        }
    };
    list(failed.into_iter().map(item).collect())
}

#[component]
fn WaitingList(organization: OrganizationId, waiting: Vec<Waiting>) -> impl IntoView {
    if waiting.is_empty() {
        return Either::Left(view! { <p class="quiet">"Nothing: all that was to be sent has been."</p> });
    }
    let item = |one: Waiting| {
        let path = paths::webhook_deliveries(organization, one.id);
        let pending = (one.pending > 0).then(|| {
            let to = address(&path, [("status", "pending")]);
            view! { <a href=to>{format!("{} pending", waiting_words(one.pending))}</a> }
        });
        let held = (one.held > 0).then(|| {
            let to = address(&path, [("status", "held")]);
            view! { <a href=to>{format!("{} held", waiting_words(one.held))}</a> }
        });
        let next = one.due_at.map(|due| NextAttempt::of(due, one.paused_until));
        let due = next.map(|NextAttempt { at, paused }| {
            view! { <span class="quiet">{if paused { "paused, next " } else { "next " }}<Due at/></span> }
        });
        view! {
            <li>
                <a class="strong" href=path>{one.name}</a>
                {pending}
                {held}
                {due}
            </li>
        }
    };
    Either::Right(list(waiting.into_iter().map(item).collect()))
}

#[component]
fn EventList(organization: OrganizationId, events: Vec<RecentEvent>) -> impl IntoView {
    if events.is_empty() {
        return Either::Left(view! { <p class="quiet">"Nothing has happened yet."</p> });
    }
    let row = |event: RecentEvent| {
        let id = event.id.to_string();
        let to = address(&paths::find(organization), [("q", id.as_str())]);
        let (tone, icon) = match (event.told, event.delivered) {
            (0, _) => (Tone::Quiet, Icon::Minus),
            (told, delivered) if told == delivered => (Tone::Good, Icon::Check),
            _ => (Tone::Waiting, Icon::Clock),
        };
        let words = arrived_words(event.told, event.delivered);
        view! {
            <tr>
                <td class="strong"><a href=to>{format!("{} for {}", event.event_type, event.username)}</a></td>
                <td><Status tone icon words/></td>
                <td><Moment at=event.happened_at/></td>
            </tr>
        }
    };
    let rows = events.into_iter().map(row).collect::<Vec<_>>();
    Either::Right(view! {
        <div class="table-scroll" role="region" aria-label="Table of recent events" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Event"</th>
                        <th scope="col">"Webhooks"</th>
                        <th scope="col">"Time"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    })
}

fn list<T: IntoView + 'static>(items: Vec<T>) -> impl IntoView {
    (!items.is_empty()).then(|| view! { <ul class="overview-list">{items}</ul> })
}

fn failures_words(count: u32) -> String {
    if count == 1 { "1 failed attempt".to_owned() } else { format!("{count} failed attempts") }
}

fn arrived_words(told: u32, delivered: u32) -> String {
    match (told, delivered) {
        (0, _) => "Nobody to tell".to_owned(),
        (1, 1) => "Delivered".to_owned(),
        (told, delivered) if told == delivered => format!("Delivered to all {told}"),
        (told, delivered) => format!("{delivered} of {told} delivered"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_how_many_were_reached() {
        assert_eq!(arrived_words(0, 0), "Nobody to tell");
        assert_eq!(arrived_words(1, 1), "Delivered");
        assert_eq!(arrived_words(3, 3), "Delivered to all 3");
        assert_eq!(arrived_words(3, 1), "1 of 3 delivered");
    }
}
