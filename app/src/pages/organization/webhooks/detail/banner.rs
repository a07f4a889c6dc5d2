//! What an admin should know about a webhook before anything else.

use api::webhooks::{Failing, WebhookView};
use domain::limits::{DISABLE_AFTER, DISABLE_FAILURES_MIN};
use leptos::prelude::*;

use crate::components::moment::Moment;

#[component]
pub(super) fn Banner(view: WebhookView) -> impl IntoView {
    let WebhookView { webhook, held, disabled_reason, failing, paused_until, .. } = view;
    let notice = state_words(webhook.enabled, held, disabled_reason.as_deref());
    let warning = failing.filter(|_| webhook.enabled).and_then(warning_words);
    let paused = paused_until.filter(|_| webhook.enabled);
    view! {
        {notice.map(|words| view! { <p class="notice">{words}</p> })}
        {warning.map(|words| view! { <p class="notice">{words}</p> })}
        {paused.map(|until| view! {
            <p class="notice">
                "Paused until "<Moment at=until/>": its last attempts have failed, so Herald waits before the next. What is due stays pending."
            </p>
        })}
    }
}

/// What an admin should know about a webhook that is disabled.
fn state_words(enabled: bool, held: u32, reason: Option<&str>) -> Option<String> {
    let held = match held {
        0 => None,
        1 => Some("1 delivery is held: it was not sent, and it is not lost.".to_owned()),
        many => Some(format!("{many} deliveries are held: they were not sent, and they are not lost.")),
    };
    if enabled {
        return held;
    }
    let why = match reason {
        Some(reason) => format!("Herald disabled this webhook: {reason}"),
        None => "This webhook is disabled: what happens now is held, not sent.".to_owned(),
    };
    Some(held.map_or(why.clone(), |held| format!("{why} {held}")))
}

/// Said from half of the way on, and again more clearly later.
fn warning_words(failing: Failing) -> Option<String> {
    let Failing { attempts, since, percent } = failing;
    let urgency = match percent {
        0..50 => return None,
        50..70 => "Herald will disable this webhook if nothing changes",
        70..90 => "Herald will soon disable this webhook",
        _ => "Herald is about to disable this webhook",
    };
    let since = since.readable();
    Some(format!(
        "{urgency}: no attempt has succeeded since {since}, and {attempts} have failed. That is {percent} % of the way: \
         {DISABLE_FAILURES_MIN} failed attempts and {} days without a success.",
        DISABLE_AFTER.as_secs() / (24 * 60 * 60)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disabled_webhook_says_why_and_what_it_holds() {
        assert_eq!(state_words(true, 0, None), None);
        assert!(
            state_words(false, 0, None).is_some_and(|words| words.starts_with("This webhook is disabled"))
        );
        let words = state_words(false, 12, Some("it answered 410 Gone.")).expect("words");
        assert_eq!(
            words,
            "Herald disabled this webhook: it answered 410 Gone. 12 deliveries are held: they were not sent, and they \
             are not lost."
        );
    }

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
}
