//! What came of a test that was just sent.

use api::paths;
use domain::{Attempt, DeliveryDetail, Exchange, Scope};
use leptos::prelude::*;

use crate::{
    components::chart::latency::ms_words,
    pages::delivery::{hint, outcome_words},
};

#[component]
pub(super) fn TestResult(scope: Scope, test: DeliveryDetail) -> impl IntoView {
    let attempt = test.attempts.into_iter().next_back()?;
    let succeeded = attempt.error_class.is_none();
    let class = if succeeded { "banner banner-good" } else { "banner banner-bad" };
    let title = if succeeded { "The test was delivered" } else { "The test did not arrive" };
    let hint = (!succeeded).then(|| hint(&attempt));
    let lead = lead_words(&attempt);
    Some(view! {
        <section class=class id="test-result" aria-labelledby="test-title" role="status">
            <h2 id="test-title">{title}</h2>
            <p>{lead}</p>
            {hint.map(|words| view! { <p>{words}</p> })}
            {attempt.response.map(|answer| view! { <Answer status=attempt.status answer/> })}
            <p><a href=paths::delivery(scope, test.delivery.id)>"See the whole request and answer"</a></p>
        </section>
    })
}

/// `The receiver answered 500, after 41 ms.`
fn lead_words(attempt: &Attempt) -> String {
    format!("{}, after {}.", outcome_words(attempt), ms_words(attempt.duration_ms))
}

#[component]
fn Answer(status: Option<u16>, answer: Exchange) -> impl IntoView {
    view! {
        <pre class="code" aria-label="The head of the answer" tabindex="0"><code>{head(status, &answer)}</code></pre>
    }
}

/// The status and the headers, a line each.
fn head(status: Option<u16>, answer: &Exchange) -> String {
    let status = status.map(|status| format!("HTTP {status}"));
    let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    status.into_iter().chain(headers).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_the_status_and_a_line_for_each_header() {
        let headers = vec![("server".to_owned(), "nginx".to_owned()), ("x-a".to_owned(), "1".to_owned())];
        let answer = Exchange { headers, body: "ok".into(), truncated: false };
        assert_eq!(head(Some(502), &answer), "HTTP 502\nserver: nginx\nx-a: 1");
        assert_eq!(head(None, &Exchange { headers: Vec::new(), ..answer }), "");
    }
}
