//! What happened to a delivery, step by step, and what will.

use std::time::Duration;

use api::deliveries::DeliveryView;
use domain::{Attempt, DeliveryState, EventType, RetryPolicy, Timestamp, Trigger};
use leptos::{either::Either, prelude::*};

use super::{Shown, Side, next, verdict::hint};
use crate::{
    components::moment::{Due, Moment, Stamp},
    relative::lasting,
};

/// Waits that are named before the end of the schedule.
const WAITS_NAMED: usize = 3;

#[component]
pub(super) fn Timeline(view: DeliveryView, shown: Shown) -> impl IntoView {
    let detail = &view.detail;
    let happened = detail.event_time;
    let attempts = detail.attempts.iter();
    let attempts = attempts.map(|attempt| tried(&view, attempt, &shown)).collect::<Vec<_>>();
    let accepted = offset(happened, detail.delivery.created_at);
    let next = coming(&view);
    view! {
        <ol class="timeline">
            <li class="timeline-step">
                <p class="timeline-title"><strong>"Happened "</strong><Moment at=happened/></p>
                <p class="quiet">{happened_words(&view)}</p>
            </li>
            <li class="timeline-step">
                <p class="timeline-title"><strong>"Accepted "</strong><span class="quiet"><Stamp at=detail.delivery.created_at words=accepted/></span></p>
                <p class="quiet">{accepted_words(view.told, detail.delivery.test)}</p>
            </li>
            {attempts}
            {next}
        </ol>
    }
}

fn tried(view: &DeliveryView, attempt: &Attempt, shown: &Shown) -> impl IntoView + use<> {
    let happened = view.detail.event_time;
    let failed = attempt.error_class.is_some();
    let class = if failed { "timeline-step timeline-bad" } else { "timeline-step timeline-good" };
    let current = (shown.attempt == Some(attempt.number)).then_some("true");
    let side = if failed { Side::Response } else { shown.side };
    let (at, took) = (attempt.started_at, lasting(Duration::from_millis(attempt.duration_ms)));
    let trigger = match attempt.trigger {
        Trigger::Manual => " · by hand",
        Trigger::Scheduled | Trigger::Test => "",
    };
    view! {
        <li class=class>
            <p class="timeline-title">
                <a href=shown.address(Some(attempt.number), side) aria-current=current>
                    {format!("Attempt {}", attempt.number)}
                </a>
                " "
                <span class="quiet"><Stamp at words=offset(happened, at)/>" · "{took}{trigger}</span>
            </p>
            {outcome(view, attempt, shown)}
        </li>
    }
}

/// What came of it; what to do about a failure is a press away, and open for the attempt that is looked at, unless it stands
/// above the timeline already.
fn outcome(view: &DeliveryView, attempt: &Attempt, shown: &Shown) -> impl IntoView + use<> {
    let words = outcome_words(attempt);
    if attempt.error_class.is_none() {
        return Either::Left(view! { <p class="quiet">{words}</p> });
    }
    let is_last = view.detail.attempts.last().is_some_and(|last| last.number == attempt.number);
    let said_above = is_last && view.detail.delivery.status != DeliveryState::Delivered;
    let open = shown.attempt == Some(attempt.number) && !said_above;
    Either::Right(view! {
        <details class="timeline-why" open=open>
            <summary>{words}</summary>
            <p>{hint(attempt)}</p>
        </details>
    })
}

fn coming(view: &DeliveryView) -> impl IntoView + use<> {
    let delivery = &view.detail.delivery;
    match (next(view), ending(view)) {
        (Some(next), _) => {
            let number = delivery.attempts + 1;
            let made = delivery.attempts.saturating_sub(view.schedule_from);
            let policy = RetryPolicy::default();
            let waits = policy.waits_left(made);
            let end = (!waits.is_empty()).then(|| {
                let (last, day) = last_try(waits, next.at);
                view! { " until "<Stamp at=last words=day/> }
            });
            Some(Either::Left(view! {
                <li class="timeline-step timeline-next">
                    <p class="timeline-title"><strong>{format!("Attempt {number} ")}</strong><Due at=next.at/></p>
                    {next.paused.then(|| view! {
                        <p class="quiet">"The webhook is paused until then, because its last attempts have failed."</p>
                    })}
                    <p class="quiet">{rest_words(waits)}{end}</p>
                </li>
            }))
        }
        (None, Some((title, words))) => Some(Either::Right(view! {
            <li class="timeline-step">
                <p class="timeline-title"><strong>{title}</strong></p>
                <p class="quiet">{words}</p>
            </li>
        })),
        (None, None) => None,
    }
}

/// How it ended, where no attempt says so itself.
fn ending(view: &DeliveryView) -> Option<(&'static str, &'static str)> {
    match view.detail.delivery.status {
        DeliveryState::Held => Some(("Held", "The webhook is disabled.")),
        DeliveryState::Cancelled => Some(("Cancelled", "It will not be sent.")),
        DeliveryState::Failed if !view.detail.delivery.test => {
            Some(("Given up", "It is not tried again by itself."))
        }
        _ => None,
    }
}

fn happened_words(view: &DeliveryView) -> String {
    let who = &view.username;
    if view.detail.delivery.test {
        return "Made up for a test.".to_owned();
    }
    match (view.detail.delivery.event_type, view.done_by.as_ref()) {
        (EventType::UserCreated, _) => format!("{who} logged in for the first time"),
        (EventType::UserLogin, _) => format!("{who} logged in"),
        (EventType::UserDisabled, Some(by)) => format!("{by} disabled {who}"),
        (EventType::UserDisabled, None) => format!("{who} was disabled"),
        (EventType::UserRemovedFromGroup, Some(by)) => format!("{by} removed {who} from a group"),
        (EventType::UserRemovedFromGroup, None) => format!("{who} was removed from a group"),
    }
}

fn accepted_words(told: u32, test: bool) -> String {
    match told {
        _ if test => "For this webhook alone".to_owned(),
        0 | 1 => "For one webhook of this type: this one".to_owned(),
        more => format!("For {more} webhooks of this type, this one among them"),
    }
}

/// What came of an attempt, as a part of a line.
pub(in crate::pages) fn outcome_words(attempt: &Attempt) -> String {
    let words = match (&attempt.error_text, attempt.error_class, attempt.status) {
        (Some(text), _, _) => text.clone(),
        (None, Some(class), _) => class.describe().to_owned(),
        (None, None, Some(status)) => format!("Delivered: the receiver answered {status}"),
        (None, None, None) => "Delivered".to_owned(),
    };
    words.trim_end_matches('.').to_owned()
}

/// `+5.6 s` after it happened; clocks may have been set in between.
fn offset(happened: Timestamp, at: Timestamp) -> String {
    format!("+{}", lasting(at.since(happened)))
}

/// `if it fails, again after 30 min, 2 h, 5 h …`.
fn rest_words(waits: &[Duration]) -> String {
    if waits.is_empty() {
        return "the last of the schedule".to_owned();
    }
    let named: Vec<String> = waits.iter().take(WAITS_NAMED).map(|wait| lasting(*wait)).collect();
    let more = if waits.len() > WAITS_NAMED { " …" } else { "" };
    format!("if it fails, again after {}{more}", named.join(", "))
}

/// When the schedule ends, and the day of it.
fn last_try(waits: &[Duration], due: Timestamp) -> (Timestamp, String) {
    let last = waits.iter().fold(due, |at, wait| at + *wait);
    (last, last.readable().chars().take("2026-11-28".len()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_the_schedule_is_said_up_to_its_end() {
        let due = Timestamp::from_unix_ms(1_795_528_931_204);
        let policy = RetryPolicy::default();
        let said = |made| (rest_words(policy.waits_left(made)), last_try(policy.waits_left(made), due).1);
        assert_eq!(said(2), ("if it fails, again after 30 min, 2 h, 5 h …".into(), "2026-11-27".into()));
        assert_eq!(said(8), ("if it fails, again after 1 d".into(), "2026-11-25".into()));
        assert_eq!(rest_words(policy.waits_left(9)), "the last of the schedule");
    }
}
