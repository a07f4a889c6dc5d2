//! What went wrong in words, what to do about it, and when the next try is.

use api::deliveries::{DeliveryView, WebhookState};
use domain::{
    Attempt, DeliveryState, ErrorClass, Timestamp,
    limits::{ATTEMPT_TIMEOUT, CONNECT_TIMEOUT, RESPONSE_READ_BYTES_MAX},
};
use leptos::{either::EitherOf3, prelude::*};

use super::{next, timeline::outcome_words};
use crate::components::{moment::Due, next_attempt::NextAttempt};

#[component]
pub(super) fn Verdict(view: DeliveryView) -> impl IntoView {
    let delivery = &view.detail.delivery;
    if delivery.status == DeliveryState::Delivered {
        return None;
    }
    let failed = view.detail.attempts.last().filter(|attempt| attempt.error_class.is_some()).cloned();
    if failed.is_none() && delivery.status == DeliveryState::Pending {
        return None;
    }
    let class = if failed.is_some() { "banner banner-bad" } else { "banner" };
    let title = failed.as_ref().map_or_else(|| state_title(delivery.status), outcome_words);
    let hint = failed.as_ref().map(hint);
    Some(view! {
        <section class=class aria-labelledby="verdict-title">
            <h2 id="verdict-title">{title}"."</h2>
            {hint.map(|words| view! { <p>{words}</p> })}
            <p><Outlook view/></p>
        </section>
    })
}

fn state_title(state: DeliveryState) -> String {
    match state {
        DeliveryState::Held => "It was not sent: the webhook is disabled",
        DeliveryState::Cancelled => "It was cancelled and will not be sent",
        _ => "It did not arrive",
    }
    .to_owned()
}

/// What Herald does next, and what the reader can do.
#[component]
fn Outlook(view: DeliveryView) -> impl IntoView {
    match next(&view) {
        Some(NextAttempt { at, paused: true }) => EitherOf3::A(paused(at)),
        Some(NextAttempt { at, paused: false }) => {
            EitherOf3::B(view! { "The next try is "<Due at/>", and nothing is lost meanwhile." })
        }
        None => EitherOf3::C(ended_words(&view)),
    }
}

fn paused(until: Timestamp) -> impl IntoView {
    view! {
        "Its last attempts have failed, so Herald leaves the receiver alone and tries again "<Due at=until/>
        ". Nothing is lost meanwhile."
    }
}

fn ended_words(view: &DeliveryView) -> &'static str {
    let delivery = &view.detail.delivery;
    match (delivery.status, view.webhook.state) {
        _ if delivery.test => "A test is not tried again: send another from the webhook's page.",
        (DeliveryState::Held, _) => {
            "Nothing is lost: enable the webhook, and release what is held on its Deliveries tab."
        }
        (DeliveryState::Cancelled, _) if delivery.purged => {
            "The user was purged, so it is not sent any more."
        }
        (_, WebhookState::Deleted) => "The webhook was deleted, so nothing more is sent to it.",
        _ if delivery.purged => {
            "Herald has given up, and the user was purged since: there is nothing left that could be sent again."
        }
        (DeliveryState::Cancelled, _) => {
            "Somebody discarded it while it was held, or its webhook was deleted."
        }
        (_, WebhookState::Disabled) => {
            "Herald has given up, and the webhook is disabled. Enable it, then press “Redeliver now”."
        }
        _ => "Herald has given up. When the receiver works again, press “Redeliver now”.",
    }
}

/// What a failure means and what to do about it.
pub(in crate::pages) fn hint(attempt: &Attempt) -> String {
    match attempt.error_class {
        Some(ErrorClass::Status) => status_hint(attempt.status.unwrap_or_default()).to_owned(),
        Some(ErrorClass::Timeout) => format!(
            "It took the request, but no answer came within {} s. Let it answer 2xx first and do the work afterwards.",
            ATTEMPT_TIMEOUT.as_secs()
        ),
        Some(ErrorClass::ConnectTimeout) => format!(
            "No connection came about within {} s: the machine is off, or a firewall drops what Herald sends. Let \
             Herald's address through.",
            CONNECT_TIMEOUT.as_secs()
        ),
        Some(ErrorClass::BodyTooLong) => format!(
            "Herald reads {} KiB of an answer. A short answer, or none, is enough.",
            RESPONSE_READ_BYTES_MAX / 1024
        ),
        Some(ErrorClass::Redirect) => redirect_hint(attempt),
        Some(class) => class_hint(class).to_owned(),
        None => String::new(),
    }
}

const fn class_hint(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Blocked => {
            "No connection was opened. Give the webhook a URL that may be called, or ask whoever runs this server to \
             allow this one with --allow-target."
        }
        ErrorClass::NameNotFound => {
            "Check the spelling of the host in the webhook's URL. If the name is new, it may take a while until it is \
             known everywhere."
        }
        ErrorClass::ConnectionRefused => {
            "The machine is there, but nothing takes connections on that port. Is the receiver running, and is the \
             port of the URL right?"
        }
        ErrorClass::TlsExpired => "Renew the certificate on the receiver's side.",
        ErrorClass::TlsWrongName => {
            "Serve a certificate for the name in the webhook's URL, or use a name that the certificate is for."
        }
        ErrorClass::TlsUnknownIssuer => {
            "Often the chain is not sent whole: serve the certificate together with its intermediates (“fullchain”). A \
             private authority is added by whoever runs this server, with --ca-file."
        }
        ErrorClass::TlsNoCommonCipher => "Let the receiver offer TLS 1.2 or 1.3.",
        ErrorClass::Tls => "Look at the receiver's TLS configuration; its log may say more.",
        ErrorClass::Reset => {
            "It took the connection and closed it: look into the log of the receiver, or of the proxy before it."
        }
        ErrorClass::Protocol => {
            "Something else than a web server answers there. Check the port of the URL, and whether it is http or https."
        }
        _ => "Look into the receiver's log at the time of the attempt.",
    }
}

const fn status_hint(status: u16) -> &'static str {
    match status {
        400 | 415 | 422 => "It did not like the request: its answer, below, may say why.",
        401 | 403 => {
            "It refused the request. It may check the signature with another secret, or want a header: the webhook's \
             Secret tab has what it needs."
        }
        404 | 405 => "Nothing takes a POST at that path. Check the path of the webhook's URL.",
        408 | 425 | 429 => "It wants to be asked later, and Herald waits longer between its tries.",
        410 => "It wants no more of these, so Herald disabled the webhook.",
        413 => "It takes no body of this size: raise its limit.",
        502..=504 => "A proxy answered for it: the receiver behind is down, restarting, or too slow.",
        500..=599 => "It failed inside: look into its log at the time of the attempt.",
        _ => "Only an answer from 200 to 299 counts as delivered.",
    }
}

/// Where the redirect leads, so that it can be put into the webhook.
fn redirect_hint(attempt: &Attempt) -> String {
    let headers = attempt.response.iter().flat_map(|response| &response.headers);
    let to = headers.filter(|(name, _)| name.eq_ignore_ascii_case("location")).map(|(_, to)| to).next();
    match to {
        Some(to) => format!("It leads to {to}. If that is right, make it the webhook's URL."),
        None => "Give the webhook the URL that answers by itself.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Exchange, Trigger};

    fn attempt(error_class: ErrorClass, status: Option<u16>, headers: &[(&str, &str)]) -> Attempt {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Attempt {
            number: 1,
            trigger: Trigger::Scheduled,
            started_at: Timestamp::from_unix_ms(0),
            duration_ms: 1,
            status,
            error_class: Some(error_class),
            error_text: None,
            url: "https://a.example/".into(),
            signature: String::new(),
            custom_headers: Vec::new(),
            response: Some(Exchange { headers, body: String::new(), truncated: false }),
        }
    }

    #[test]
    fn every_failure_has_a_hint() {
        for class in ErrorClass::ALL {
            let hint = hint(&attempt(class, Some(500), &[]));
            assert!(hint.ends_with(['.', '?', '”']) && hint.len() > 20, "{class:?}: {hint}");
        }
    }

    #[test]
    fn a_redirect_says_where_it_leads() {
        let to = [("Location", "https://a.example/new")];
        assert!(hint(&attempt(ErrorClass::Redirect, Some(302), &to)).contains("https://a.example/new."));
    }

    #[test]
    fn a_status_says_who_has_to_look() {
        assert!(status_hint(404).contains("path") && status_hint(401).contains("secret"));
        assert!(status_hint(500).contains("log") && status_hint(503).contains("proxy"));
    }
}
