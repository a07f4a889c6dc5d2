//! When a call is tried again, and how long is waited before that. Pure: the random share is an argument.

use std::time::Duration;

use domain::limits::{CLIENT_BACKOFF_MAX, CLIENT_BACKOFF_MIN, CLIENT_RETRY_AFTER_MAX};

/// What a try came to that may be worth another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setback {
    /// No connection, or one that broke.
    NoAnswer,
    /// 429 or 503, with what `Retry-After` asks for.
    Busy { retry_after: Option<Duration> },
}

/// How long to wait before another try, or `None` where there is to be none: the retries are used up, or the server asks
/// for more patience than a caller has.
///
/// `retries_done` counts from 0. `share` is random from 0 to 1, so that many callers do not come back at one moment.
pub(super) fn wait(setback: Setback, retries_done: u32, retries_max: u32, share: f64) -> Option<Duration> {
    if retries_done >= retries_max {
        return None;
    }
    let doubled = CLIENT_BACKOFF_MIN.saturating_mul(2_u32.saturating_pow(retries_done));
    let backoff = doubled.min(CLIENT_BACKOFF_MAX);
    match setback {
        Setback::Busy { retry_after: Some(asked) } if asked > CLIENT_RETRY_AFTER_MAX => None,
        // Never before it is asked for, and not all at once then.
        Setback::Busy { retry_after: Some(asked) } => Some(asked + backoff.mul_f64(share)),
        Setback::Busy { retry_after: None } | Setback::NoAnswer => Some(backoff.mul_f64(0.5 + share / 2.0)),
    }
}

/// `Retry-After` in seconds. A date is left alone: the two clocks may differ.
pub(super) fn retry_after(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Setback = Setback::Busy { retry_after: Some(Duration::from_secs(2)) };

    #[test]
    fn each_wait_is_twice_as_long_up_to_a_limit() {
        let wait_ms = |retries| wait(Setback::NoAnswer, retries, 99, 1.0).expect("a retry").as_millis();
        assert_eq!([wait_ms(0), wait_ms(1), wait_ms(2)], [200, 400, 800]);
        assert_eq!(wait_ms(40), CLIENT_BACKOFF_MAX.as_millis());
        assert_eq!(wait(Setback::NoAnswer, 0, 99, 0.0), Some(Duration::from_millis(100)));
    }

    #[test]
    fn the_server_is_never_asked_before_it_wants_to_be() {
        assert_eq!(wait(ASKED, 0, 3, 0.0), Some(Duration::from_secs(2)));
        assert_eq!(wait(ASKED, 0, 3, 1.0), Some(Duration::from_millis(2_200)));
    }

    #[test]
    fn retries_and_patience_end() {
        assert_eq!(wait(Setback::NoAnswer, 3, 3, 0.5), None);
        assert_eq!(wait(Setback::NoAnswer, 0, 0, 0.5), None);
        let hour = Setback::Busy { retry_after: Some(Duration::from_secs(3_600)) };
        assert_eq!(wait(hour, 0, 3, 0.5), None);
    }

    #[test]
    fn retry_after_is_read_in_seconds() {
        assert_eq!(retry_after(" 7 "), Some(Duration::from_secs(7)));
        for text in ["", "-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(retry_after(text), None, "{text}");
        }
    }
}
