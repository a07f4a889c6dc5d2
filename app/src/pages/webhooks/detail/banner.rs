//! What an admin should know about a webhook before anything else: what is wrong since when, why, what to do, what is next.

use api::{
    paths,
    webhooks::{Failing, WebhookView},
};
use domain::{
    Attempt, Scope, WebhookState,
    limits::{DISABLE_AFTER, DISABLE_FAILURES_MIN},
};
use leptos::{either::EitherOf4, prelude::*};

use crate::{
    components::moment::{Due, Moment},
    pages::{
        delivery::{hint, outcome_words},
        organization::counted,
    },
};

#[component]
pub(super) fn Banner(scope: Scope, view: WebhookView, last_failed: Option<Attempt>) -> impl IntoView {
    let deliveries = paths::webhook_deliveries(scope, view.webhook.id);
    match view.state() {
        WebhookState::Failing => EitherOf4::A(view! { <FailingBanner view last_failed/> }),
        WebhookState::DisabledByHerald => {
            EitherOf4::B(view! { <DisabledByHerald view last_failed deliveries/> })
        }
        WebhookState::Disabled => EitherOf4::C(view! {
            <section class="banner" aria-labelledby="banner-title">
                <h2 id="banner-title">"This webhook is disabled."</h2>
                <p>"What happens now is held, not sent. "<Held held=view.held deliveries/></p>
            </section>
        }),
        WebhookState::Enabled => EitherOf4::D((view.held > 0).then(|| {
            view! { <section class="banner" aria-label="Held deliveries"><p><Held held=view.held deliveries/></p></section> }
        })),
    }
}

#[component]
fn FailingBanner(view: WebhookView, last_failed: Option<Attempt>) -> impl IntoView {
    let failing = view.failing?;
    let attempts = counted(usize::try_from(failing.attempts).unwrap_or(usize::MAX), "attempt");
    let next = view.paused_until.map(|until| {
        view! { "Herald leaves the receiver alone and tries again "<Due at=until/>". " }
    });
    Some(view! {
        <section class="banner banner-bad" aria-labelledby="banner-title">
            <h2 id="banner-title">"This webhook is failing."</h2>
            <p>"It began "<Moment at=failing.since/>": "{attempts}" in a row did not succeed. "{last_failed.as_ref().map(|attempt| format!("{}. ", outcome_words(attempt)))}</p>
            {last_failed.as_ref().map(|attempt| view! { <p>{hint(attempt)}</p> })}
            <p>{next}{pending_words(view.pending)}"; nothing is lost, and what fails is tried again for about three days."</p>
            {warning_words(failing).map(|words| view! { <p class="strong">{words}</p> })}
        </section>
    })
}

#[component]
fn DisabledByHerald(view: WebhookView, last_failed: Option<Attempt>, deliveries: String) -> impl IntoView {
    let reason = view.webhook.disabled_reason.unwrap_or_default();
    // A 410 is the reason itself.
    let hint = last_failed.filter(|attempt| attempt.status != Some(410)).map(|attempt| hint(&attempt));
    view! {
        <section class="banner banner-bad" aria-labelledby="banner-title">
            <h2 id="banner-title">"Herald disabled this webhook."</h2>
            <p>{reason}</p>
            {hint.map(|words| view! { <p>{words}</p> })}
            <p>"When the receiver works, send a test, then enable the webhook. Until then what happens is held, not lost. "<Held held=view.held deliveries/></p>
        </section>
    }
}

/// What waits for a decision, and where that is made.
#[component]
fn Held(held: u32, deliveries: String) -> impl IntoView {
    (held > 0).then(|| {
        let to = crate::address::address(&deliveries, [("status", "held")]);
        view! { <a href=to>{held_words(held)}</a>": not sent, and not lost." }
    })
}

fn held_words(held: u32) -> String {
    if held == 1 { "1 delivery is held".to_owned() } else { format!("{held} deliveries are held") }
}

fn pending_words(pending: u32) -> String {
    if pending == 1 {
        "1 delivery is pending".to_owned()
    } else {
        format!("{pending} deliveries are pending")
    }
}

/// Said from half of the way on, and again more clearly later.
fn warning_words(failing: Failing) -> Option<String> {
    let urgency = match failing.percent {
        0..50 => return None,
        50..70 => "Herald will disable this webhook if nothing changes",
        70..90 => "Herald will soon disable this webhook",
        _ => "Herald is about to disable this webhook",
    };
    let percent = failing.percent;
    Some(format!(
        "{urgency}: {percent} % of the way, which takes {DISABLE_FAILURES_MIN} failed attempts and {} days without a success.",
        DISABLE_AFTER.as_secs() / (24 * 60 * 60)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_being_disabled_is_said_from_half_of_it_on() {
        let words = |percent| {
            let since = domain::Timestamp::from_unix_ms(1_795_528_931_204);
            warning_words(Failing { attempts: 12, since, percent })
        };
        assert_eq!(words(49), None);
        let levels = [(50, "Herald will disable"), (70, "Herald will soon"), (90, "Herald is about")];
        for (percent, beginning) in levels {
            let words = words(percent).expect("words");
            assert!(words.starts_with(beginning) && words.contains(&format!("{percent} %")), "{words}");
        }
    }

    #[test]
    fn what_waits_is_counted_in_english() {
        assert_eq!(
            (held_words(1), held_words(12)),
            ("1 delivery is held".into(), "12 deliveries are held".into())
        );
        assert_eq!(
            (pending_words(1), pending_words(0)),
            ("1 delivery is pending".into(), "0 deliveries are pending".into())
        );
    }
}
