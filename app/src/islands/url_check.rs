//! Says of a URL, as its field is left, whether it could be saved.

use api::{
    Code, Problem,
    webhooks::{UrlVerdict, check_url},
};
use domain::Scope;
use leptos::{ev, prelude::*, task::spawn_local};
use web_sys::{Element, Event, HtmlInputElement, wasm_bindgen::JsCast};

use crate::browser::by_id;

const FIELD: &str = "url";
const NOTE: &str = "url-check";
/// What the server said when the form was refused.
const ERROR: &str = "url-error";

/// What is said of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Verdict(UrlVerdict),
    /// It was not looked at, which is no fault of the URL.
    Unchecked(String),
}

impl Said {
    fn of(answer: Result<UrlVerdict, Problem>) -> Self {
        let problem = match answer {
            Ok(verdict) => return Self::Verdict(verdict),
            Err(problem) => problem,
        };
        let why = match problem.code {
            Code::Unauthenticated => "You are signed out; what you typed is kept when you save.",
            Code::Unavailable if problem.is_unanswered() => "The server cannot be reached.",
            _ => &problem.detail,
        };
        Self::Unchecked(format!("This URL could not be checked now. {why}"))
    }

    fn words(&self) -> String {
        match self {
            Self::Verdict(verdict) => verdict.words.clone(),
            Self::Unchecked(words) => words.clone(),
        }
    }

    const fn class(&self) -> &'static str {
        match self {
            Self::Verdict(UrlVerdict { allowed: true, .. }) => "note note-good",
            Self::Verdict(UrlVerdict { allowed: false, .. }) => "note note-error",
            Self::Unchecked(_) => "note",
        }
    }

    /// Whether the field is said to be wrong; `None` leaves what was said of it.
    const fn invalid(&self) -> Option<bool> {
        match self {
            Self::Verdict(verdict) => Some(!verdict.allowed),
            Self::Unchecked(_) => None,
        }
    }
}

/// The server says the same when the form is saved.
#[island]
pub(crate) fn UrlCheck(scope: Scope) -> impl IntoView {
    let said = RwSignal::new(None::<Said>);
    // What was asked about last: each value is asked about once, but for what nobody could say.
    let asked = StoredValue::new(String::new());
    Effect::new(move |_| {
        window_event_listener(ev::input, move |event| {
            if let Some(field) = field_of(&event) {
                asked.set_value(String::new());
                if let Some(outdated) = said.try_update(Option::take).flatten() {
                    take_back(&field, &outdated);
                }
            }
        });
        window_event_listener(ev::focusout, move |event| {
            let Some(field) = field_of(&event) else { return };
            let url = field.value();
            if !url.trim().is_empty() && asked.get_value() != url {
                asked.set_value(url.clone());
                spawn_local(async move {
                    let answer = Said::of(check_url(scope, url.clone()).await);
                    // What was typed meanwhile is another question.
                    if field.value() != url {
                        return;
                    }
                    if answer.invalid().is_none() {
                        asked.set_value(String::new());
                    }
                    show(&field, &answer);
                    said.set(Some(answer));
                });
            }
        });
    });
    view! {
        <p class=move || said.with(|said| said.as_ref().map_or("note", Said::class)) id=NOTE role="status">
            {move || said.with(|said| said.as_ref().map(Said::words))}
        </p>
    }
}

fn show(field: &HtmlInputElement, said: &Said) {
    let mut outdated = vec![NOTE];
    if let Some(invalid) = said.invalid() {
        let _ = field.set_attribute("aria-invalid", if invalid { "true" } else { "false" });
        outdated.push(ERROR);
        if let Some(error) = by_id::<Element>(ERROR) {
            error.remove();
        }
    }
    describe(field, &[NOTE], &outdated);
}

/// What was said is of another URL than the one that is typed now.
fn take_back(field: &HtmlInputElement, said: &Said) {
    if said.invalid().is_some() {
        let _ = field.remove_attribute("aria-invalid");
    }
    describe(field, &[], &[NOTE]);
}

fn describe(field: &HtmlInputElement, first: &[&str], without: &[&str]) {
    let before = field.get_attribute("aria-describedby").unwrap_or_default();
    let now = described(&before, first, without);
    let _ = if now.is_empty() {
        field.remove_attribute("aria-describedby")
    } else {
        field.set_attribute("aria-describedby", &now)
    };
}

/// The ids of what describes a field.
fn described(before: &str, first: &[&str], without: &[&str]) -> String {
    let kept = before.split_whitespace().filter(|id| !without.contains(id));
    first.iter().copied().chain(kept).collect::<Vec<_>>().join(" ")
}

fn field_of(event: &Event) -> Option<HtmlInputElement> {
    let field = event.target()?.dyn_into::<HtmlInputElement>().ok()?;
    (field.id() == FIELD).then_some(field)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_a_verdict_says_that_the_url_is_wrong() {
        let refused = UrlVerdict { allowed: false, words: "10.0.0.1 is a private address.".into() };
        assert_eq!(Said::of(Ok(refused)).invalid(), Some(true));
        let allowed = UrlVerdict { allowed: true, words: "It can be saved.".into() };
        assert_eq!(Said::of(Ok(allowed)).invalid(), Some(false));
        for (problem, why) in [
            (Problem::unauthenticated(), "You are signed out"),
            (Problem::unanswered(), "The server cannot be reached"),
            (Problem::rate_limited("Too many URLs were refused.", Duration::from_secs(9)), "Too many URLs"),
        ] {
            let said = Said::of(Err(problem));
            assert_eq!((said.invalid(), said.class()), (None, "note"));
            assert!(said.words().starts_with("This URL could not be checked now."), "{}", said.words());
            assert!(said.words().contains(why), "{}", said.words());
        }
    }

    #[test]
    fn the_hint_goes_on_describing_the_field() {
        let after = described("url-error url-hint", &[NOTE], &[NOTE, ERROR]);
        assert_eq!(after, "url-check url-hint");
        assert_eq!(described(&after, &[NOTE], &[NOTE, ERROR]), after, "once");
        assert_eq!(described(&after, &[], &[NOTE]), "url-hint");
        assert_eq!(described("url-check", &[], &[NOTE]), "");
    }
}
