//! The signature lab: which part of a received request is wrong. All of it runs in the browser; nothing is sent.

use domain::{Claim, Finding, Timestamp, diagnose};
use leptos::prelude::*;
use web_sys::js_sys::Date;

/// `secret` is the one that stands on the page already, if there is one.
#[island]
pub(crate) fn SignatureLab(secret: String) -> impl IntoView {
    let (secret, headers, body) =
        (RwSignal::new(secret), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let findings = move || {
        let (secret, headers, body) = (secret.get(), headers.get(), body.get());
        let pasted = !headers.trim().is_empty() || !body.is_empty();
        pasted.then(|| view! { <Findings found=examine(&secret, &headers, &body)/> })
    };
    view! {
        <div class="lab needs-script">
            <div class="field">
                <label class="label" for="lab-secret">"Secret"</label>
                <input
                    class="input mono"
                    id="lab-secret"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder="whsec_…"
                    value=secret.get_untracked()
                    on:input=move |event| secret.set(event_target_value(&event))
                />
            </div>
            <div class="field">
                <label class="label" for="lab-headers">"Headers"</label>
                <textarea
                    class="input mono"
                    id="lab-headers"
                    rows="4"
                    spellcheck="false"
                    placeholder="webhook-id: …\nwebhook-timestamp: …\nwebhook-signature: v1,…"
                    on:input=move |event| headers.set(event_target_value(&event))
                ></textarea>
            </div>
            <div class="field">
                <label class="label" for="lab-body">"Body"</label>
                <textarea
                    class="input mono"
                    id="lab-body"
                    rows="4"
                    spellcheck="false"
                    placeholder="{\"type\":\"USER_CREATED\",…}"
                    on:input=move |event| body.set(event_target_value(&event))
                ></textarea>
            </div>
            <div class="lab-findings" role="status">{findings}</div>
        </div>
    }
}

#[component]
fn Findings(found: Vec<Finding>) -> impl IntoView {
    let holds = found.iter().all(|finding| finding.holds == Some(true));
    let (class, title) = match holds {
        true => ("banner banner-good", "The signature holds."),
        false => ("banner banner-bad", "A receiver has to refuse this."),
    };
    let items = found.into_iter().map(item).collect_view();
    view! {
        <div class=class>
            <h3>{title}</h3>
            <ul class="lab-parts">{items}</ul>
        </div>
    }
}

fn item(finding: Finding) -> impl IntoView {
    let (icon, word) = match finding.holds {
        Some(true) => ("icon icon-check", "right: "),
        Some(false) => ("icon icon-close", "wrong: "),
        None => ("icon icon-minus", "not known: "),
    };
    view! {
        <li class:wrong=finding.holds == Some(false)>
            <span class=icon aria-hidden="true"></span>
            <span class="lab-part">{finding.part.words()}</span>
            <span><span class="visually-hidden">{word}</span>{finding.words}</span>
        </li>
    }
}

fn examine(secret: &str, headers: &str, body: &str) -> Vec<Finding> {
    let claim = Claim {
        secret,
        id: header(headers, "webhook-id"),
        timestamp: header(headers, "webhook-timestamp"),
        signatures: header(headers, "webhook-signature"),
        body,
    };
    diagnose(claim, Timestamp::from_unix_ms(Date::now() as i64))
}

/// The value of a header, as logs, proxies and `curl` write them: `name: value` or `name=value`, quoted or behind a `>`.
fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    const AROUND: [char; 8] = ['"', '\'', ',', '<', '>', '{', '}', '\\'];
    text.lines().find_map(|line| {
        let line = line.trim().trim_start_matches("-H ");
        let (key, value) = line.split_once([':', '='])?;
        let clean = |text: &'a str| text.trim_matches(|c: char| c.is_whitespace() || AROUND.contains(&c));
        clean(key).eq_ignore_ascii_case(name).then(|| clean(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_as_they_are_written_anywhere() {
        for text in [
            "webhook-id: 5",
            "content-type: application/json\r\nWebhook-Id:5\r\n",
            "> webhook-id: 5",
            "-H 'webhook-id: 5' \\",
            "  \"webhook-id\": \"5\",",
            "webhook-id=5",
        ] {
            assert_eq!(header(text, "webhook-id"), Some("5"), "{text:?}");
        }
        assert_eq!(header("webhook-id: 5", "webhook-signature"), None);
        let signature = "webhook-signature: v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
        assert_eq!(
            header(signature, "webhook-signature"),
            Some("v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=")
        );
    }
}
