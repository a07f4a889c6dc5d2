//! Replacing the secret, with a time in which both sign. What the replaced one opened ends with it, so it is asked first.

use std::time::Duration;

use api::{paths, webhooks::RotateSecret};
use domain::{
    Scope, Timestamp, Webhook, WebhookId,
    limits::{SECRET_OVERLAP, SECRET_OVERLAP_MAX},
};
use leptos::{either::Either, prelude::*};

use crate::{
    address::Query,
    components::{
        confirm::Confirm,
        moment::{Due, Exact},
    },
    forms::Form,
    request::use_page,
};

const HOUR: u64 = 60 * 60;
/// The name by which the address asks, with the overlap in seconds.
const ASKING: &str = "rotate";
const BUTTON: &str = "rotate-secret";

/// Seconds in which the previous secret goes on signing, and what that is good for.
const OVERLAPS: [(u64, &str, &str); 4] = [
    (
        0,
        "No overlap",
        "Receivers refuse everything until they have the new one. For a secret that others know.",
    ),
    (HOUR, "1 hour", "When you can change the receiver now."),
    (SECRET_OVERLAP.as_secs(), "24 hours", "Enough for most."),
    (SECRET_OVERLAP_MAX.as_secs(), "7 days", "When somebody else has to do it."),
];

/// The overlap that the address asks about, one of those that are offered.
pub(super) fn asked_overlap(query: &Query) -> Option<Duration> {
    let asked = query.first(ASKING).parse().ok()?;
    OVERLAPS.iter().any(|(seconds, ..)| *seconds == asked).then(|| Duration::from_secs(asked))
}

#[component]
pub(super) fn Rotate(
    scope: Scope,
    webhook: WebhookId,
    /// What is asked about stays chosen.
    asked: Option<Duration>,
) -> impl IntoView {
    let chosen = asked.unwrap_or(SECRET_OVERLAP).as_secs();
    let choice = move |(seconds, words, hint): (u64, &'static str, &'static str)| {
        let id = format!("overlap-{seconds}");
        view! {
            <div class="overlap">
                <input
                    type="radio"
                    id=id.clone()
                    name=ASKING
                    value=seconds.to_string()
                    checked=seconds == chosen
                    aria-describedby=format!("{id}-hint")
                />
                <div>
                    <label r#for=id.clone()>{words}</label>
                    <p class="hint" id=format!("{id}-hint")>{hint}</p>
                </div>
            </div>
        }
    };
    view! {
        <section class="card" aria-labelledby="rotate-title">
            <h2 id="rotate-title">"Replace the secret"</h2>
            <form method="get" action=paths::webhook_secret(scope, webhook)>
                <fieldset>
                    <legend>"For how long shall the secret of today sign as well?"</legend>
                    {OVERLAPS.map(choice).into_iter().collect::<Vec<_>>()}
                </fieldset>
                <p class="actions"><button type="submit" class="button button-delete" id=BUTTON>"Rotate secret"</button></p>
            </form>
        </section>
    }
}

#[component]
pub(super) fn RotateModal(
    scope: Scope,
    webhook: Webhook,
    overlap: Duration,
    /// Until when the secret before the one of today signs.
    previous_until: Option<Timestamp>,
) -> impl IntoView {
    let until = (!overlap.is_zero()).then(|| use_page().now + overlap);
    let fields = vec![
        ("scope", scope.to_string()),
        ("webhook_id", webhook.id.to_string()),
        ("overlap_seconds", overlap.as_secs().to_string()),
    ];
    view! {
        <Confirm
            form={Form::of::<RotateSecret>()}
            title=format!("Rotate the secret of {}?", webhook.name)
            back=paths::webhook_secret(scope, webhook.id)
            asked_by=format!("#{BUTTON}")
            fields
            button="Rotate secret"
        >
            <p>{ending(until)}</p>
            {previous_until.map(|until| view! {
                <p>"The secret before it, which was to sign until "<Exact at=until/>", ends at once."</p>
            })}
        </Confirm>
    }
}

/// What becomes of the secret of today.
fn ending(until: Option<Timestamp>) -> impl IntoView {
    match until {
        Some(at) => Either::Left(view! {
            "The secret of today goes on signing beside the new one until "<strong><Exact at/></strong>" ("<Due at/>
            "). Give the new one to the receiver before."
        }),
        None => Either::Right(
            "The secret of today ends at once: the receiver refuses everything until it has the new one.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_overlap_that_is_offered_is_asked_about() {
        let asked = |text: &str| asked_overlap(&Query::parse(text));
        assert_eq!(asked("rotate=3600"), Some(Duration::from_secs(HOUR)));
        assert_eq!(asked("rotate=0"), Some(Duration::ZERO));
        assert_eq!((asked("rotate=1"), asked("rotate=x"), asked("")), (None, None, None));
    }
}
