//! Request and response of one attempt: headers and body.

use domain::{Attempt, DeliveryDetail, Exchange, limits::RESPONSE_KEPT_BYTES_MAX};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

use super::{EXCHANGE, Shown, Side};
use crate::islands::{copy::CopyButton, json::Json};

#[component]
pub(super) fn ExchangePanel(
    detail: DeliveryDetail,
    /// None before the first.
    attempt: Option<Attempt>,
    shown: Shown,
    /// The attempt as a curl command.
    command: Option<String>,
) -> impl IntoView {
    let tab = |side: Side, words: &'static str| {
        let current = (side == shown.side).then_some("page");
        view! { <li><a href=shown.address(shown.attempt, side) aria-current=current>{words}</a></li> }
    };
    let content = match (&attempt, shown.side) {
        (Some(attempt), Side::Response) => Either::Left(view! { <Answer attempt=attempt.clone()/> }),
        _ => Either::Right(view! { <Request detail attempt=attempt.clone()/> }),
    };
    view! {
        <section class="exchange" id=EXCHANGE aria-labelledby="exchange-title">
            <h2 class="visually-hidden" id="exchange-title">"Request and response"</h2>
            <div class="exchange-head">
                <nav aria-label="Request and response">
                    <ul class="exchange-tabs">{tab(Side::Request, "Request")}{tab(Side::Response, "Response")}</ul>
                </nav>
                {attempt.map(|attempt| view! {
                    <p class="exchange-line">{format!("attempt {} · POST {}", attempt.number, attempt.url)}</p>
                })}
            </div>
            {content}
            {command.map(|command| view! { <Command command/> })}
        </section>
    }
}

#[component]
fn Request(detail: DeliveryDetail, attempt: Option<Attempt>) -> impl IntoView {
    let headers = match &attempt {
        Some(attempt) => Either::Left(view! { <Headers headers=detail.request_headers(attempt)/> }),
        None => Either::Right(view! {
            <p class="exchange-note">"Nothing was sent yet. This is the body that will be; it does not change any more."</p>
        }),
    };
    let purged = detail.delivery.purged.then(|| {
        let words = "The user was purged: what was about a person was removed from this.";
        view! { <p class="exchange-note">{words}</p> }
    });
    view! {
        {purged}
        {headers}
        <Json json=detail.body/>
    }
}

#[component]
fn Answer(attempt: Attempt) -> impl IntoView {
    let Some(Exchange { headers, body, truncated }) = attempt.response else {
        let words = attempt.error_text.unwrap_or_default();
        return Either::Left(view! { <p class="exchange-note">"There was no answer. "{words}</p> });
    };
    let status =
        attempt.status.map(|status| view! { <p class="exchange-note">{format!("Status {status}")}</p> });
    let body = match shape(&body) {
        Shape::Empty => EitherOf3::A(view! { <p class="exchange-note">"The body is empty."</p> }),
        Shape::Json => EitherOf3::B(view! { <Json json=compact(&body)/> }),
        Shape::Text => EitherOf3::C(view! { <pre class="code"><code>{body}</code></pre> }),
    };
    Either::Right(view! {
        {status}
        <Headers headers/>
        {body}
        {truncated.then(|| view! {
            <p class="exchange-note">
                {format!("Cut here: of an answer, Herald keeps the first {} KiB.", RESPONSE_KEPT_BYTES_MAX / 1024)}
            </p>
        })}
    })
}

#[component]
fn Headers(headers: Vec<(String, String)>) -> impl IntoView {
    let line = |(name, value): (String, String)| {
        view! { <span class="json-key">{name}</span>": "{value}"\n" }
    };
    let lines = headers.into_iter().map(line).collect::<Vec<_>>();
    view! { <pre class="code exchange-headers"><code>{lines}</code></pre> }
}

/// For those whose browser runs no script, and to look at before it is run.
#[component]
fn Command(command: String) -> impl IntoView {
    view! {
        <details class="exchange-command">
            <summary>"As a curl command"</summary>
            <pre class="code"><code>{command.clone()}</code></pre>
            <CopyButton text=command what="the curl command".to_owned()/>
        </details>
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Shape {
    Empty,
    Json,
    Text,
}

/// By how a body begins, since what was cut is no whole JSON.
fn shape(body: &str) -> Shape {
    match body.trim_start().chars().next() {
        None => Shape::Empty,
        Some('{' | '[') => Shape::Json,
        Some(_) => Shape::Text,
    }
}

/// Without the white space between its words.
fn compact(json: &str) -> String {
    let (mut within, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            let kept = within || !c.is_whitespace();
            match c {
                _ if escaped => escaped = false,
                '\\' if within => escaped = true,
                '"' => within = !within,
                _ => {}
            }
            kept
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_between_words_only() {
        assert_eq!(compact("{ \"a b\" :\n [1, \"c \\\" d\"] }"), "{\"a b\":[1,\"c \\\" d\"]}");
        assert_eq!(compact("{ \"cut o"), "{\"cut o");
    }

    #[test]
    fn a_body_is_what_it_begins_like() {
        assert_eq!(shape(" \n"), Shape::Empty);
        assert_eq!(shape(" [1"), Shape::Json);
        assert_eq!(shape("<html>"), Shape::Text);
    }
}
