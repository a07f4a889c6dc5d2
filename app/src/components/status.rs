//! Statuses: an icon, a word and a colour, never one of them alone.

use domain::{DeliveryState, WebhookState, limits::WAITING_COUNTED_MAX};
use leptos::prelude::*;

use super::{icon::Icon, moment::Due, next_attempt::NextAttempt};

/// The colour of a status, by what it asks of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Waiting,
    Bad,
    Quiet,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "status status-good",
            Self::Waiting => "status status-waiting",
            Self::Bad => "status status-bad",
            Self::Quiet => "status status-quiet",
        }
    }
}

#[component]
pub(crate) fn Status(tone: Tone, icon: Icon, #[prop(into)] words: String) -> impl IntoView {
    view! {
        <span class=tone.class()>
            <span class=icon.class() aria-hidden="true"></span>
            {words}
        </span>
    }
}

/// How a webhook stands, and how many deliveries it holds back.
#[component]
pub(crate) fn WebhookStatus(state: WebhookState, held: u32) -> impl IntoView {
    let (tone, icon) = match state {
        WebhookState::Enabled => (Tone::Good, Icon::Check),
        WebhookState::Failing => (Tone::Bad, Icon::Alert),
        WebhookState::Disabled => (Tone::Quiet, Icon::Minus),
        WebhookState::DisabledByHerald => (Tone::Waiting, Icon::Stop),
    };
    view! { <Status tone icon words=webhook_words(state, held)/> }
}

fn webhook_words(state: WebhookState, held: u32) -> String {
    let word = state.words();
    if held == 0 { word.to_owned() } else { format!("{word} · {} held", waiting_words(held)) }
}

/// How much waits for a webhook, which lists count up to a bound: `12`, `1000 or more`.
pub(crate) fn waiting_words(count: u32) -> String {
    if count >= WAITING_COUNTED_MAX { format!("{WAITING_COUNTED_MAX} or more") } else { count.to_string() }
}

#[component]
pub(crate) fn UserStatus(active: bool) -> impl IntoView {
    if active {
        view! { <Status tone=Tone::Good icon=Icon::Check words="Active"/> }
    } else {
        view! { <Status tone=Tone::Quiet icon=Icon::Minus words="Disabled"/> }
    }
}

#[component]
pub(crate) fn DeliveryStatus(state: DeliveryState) -> impl IntoView {
    let (tone, icon, words) = match state {
        DeliveryState::Pending => (Tone::Waiting, Icon::Clock, "Pending"),
        DeliveryState::Delivered => (Tone::Good, Icon::Check, "Delivered"),
        DeliveryState::Failed => (Tone::Bad, Icon::Alert, "Failed"),
        DeliveryState::Held => (Tone::Quiet, Icon::Minus, "Held"),
        DeliveryState::Cancelled => (Tone::Quiet, Icon::Stop, "Cancelled"),
    };
    view! { <Status tone icon words/> }
}

/// A delivery that is to be tried again: which attempt is next, and when.
#[component]
pub(crate) fn PendingStatus(attempt: u32, next: NextAttempt) -> impl IntoView {
    let words = if next.paused { "Pending · webhook paused" } else { "Pending" };
    view! {
        <span class=Tone::Waiting.class()>
            <span class=Icon::Clock.class() aria-hidden="true"></span>
            <span>{format!("{words} · attempt {attempt} ")}<Due at=next.at/></span>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_deliveries_are_counted_beside_the_word() {
        assert_eq!(webhook_words(WebhookState::Enabled, 0), "Enabled");
        assert_eq!(webhook_words(WebhookState::Disabled, 12), "Disabled · 12 held");
        assert_eq!(webhook_words(WebhookState::Disabled, 1_000), "Disabled · 1000 or more held");
    }
}
