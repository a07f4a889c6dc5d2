//! What a receiver answered, read within bounds: it may be endless, slow, or anything but text.

use std::time::{Duration, UNIX_EPOCH};

use domain::{
    Exchange, Timestamp,
    limits::{
        RESPONSE_HEADER_VALUE_BYTES_MAX, RESPONSE_HEADERS_KEPT_MAX, RESPONSE_KEPT_BYTES_MAX,
        RESPONSE_READ_BYTES_MAX,
    },
};
use reqwest::{
    Response,
    header::{HeaderMap, RETRY_AFTER},
};
use tokio::time::{Instant, timeout_at};

/// Reads until the answer ends, breaks off, is longer than the bound, or the deadline comes; what was read by then is kept.
/// The status line has already said how the attempt ended, so none of these changes that: they only cut the text.
pub(super) async fn read(mut response: Response, deadline: Instant) -> Exchange {
    let (headers, headers_cut) = kept_headers(response.headers());
    let mut body = Excerpt::default();
    let whole = timeout_at(deadline, body.fill(&mut response)).await.unwrap_or(false);
    let (text, text_cut) = text(&body.kept);
    Exchange { headers, body: text, truncated: headers_cut || text_cut || !whole || body.is_cut() }
}

/// How long the receiver asks to wait: a number of seconds, or a date (RFC 9110, 10.2.3). Anything else is ignored.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u32::MAX).into()));
    }
    let date = httpdate::parse_http_date(value).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let date = Timestamp::from_unix_ms(i64::try_from(date.as_millis()).ok()?);
    Some(date.since(now))
}

/// The beginning of a body.
#[derive(Default)]
struct Excerpt {
    kept: Vec<u8>,
    read: usize,
}

impl Excerpt {
    /// Whether the body came to its end. The rest of one that is too long is not read: dropping the response closes the
    /// connection.
    async fn fill(&mut self, response: &mut Response) -> bool {
        while self.read <= RESPONSE_READ_BYTES_MAX {
            match response.chunk().await {
                Ok(Some(chunk)) => self.add(&chunk),
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
        false
    }

    fn add(&mut self, chunk: &[u8]) {
        let room = RESPONSE_KEPT_BYTES_MAX - self.kept.len();
        self.kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
        self.read += chunk.len();
    }

    fn is_cut(&self) -> bool {
        self.read > self.kept.len()
    }
}

/// The headers to keep, and whether some were left out or cut.
fn kept_headers(headers: &HeaderMap) -> (Vec<(String, String)>, bool) {
    let mut cut = headers.len() > RESPONSE_HEADERS_KEPT_MAX;
    let kept = headers.iter().take(RESPONSE_HEADERS_KEPT_MAX).map(|(name, value)| {
        let bytes = value.as_bytes();
        let end = bytes.len().min(RESPONSE_HEADER_VALUE_BYTES_MAX);
        cut |= end < bytes.len();
        (name.to_string(), String::from_utf8_lossy(&bytes[..end]).into_owned())
    });
    (kept.collect(), cut)
}

/// Text of at most the kept size, and whether it had to be cut for that. A character that the cut went through is dropped,
/// and NUL, which a database's text cannot hold, is replaced as other bytes that are no text are.
fn text(bytes: &[u8]) -> (String, bool) {
    let cut_through = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() && bytes.len() == RESPONSE_KEPT_BYTES_MAX => {
            bytes.len() - error.valid_up_to()
        }
        _ => 0,
    };
    let mut text = String::from_utf8_lossy(&bytes[..bytes.len() - cut_through]).replace('\0', "\u{fffd}");
    // Each byte that is no text became three.
    let end = text.floor_char_boundary(RESPONSE_KEPT_BYTES_MAX);
    let cut = end < text.len();
    text.truncate(end);
    (text, cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_795_528_931_500);

    fn asked(value: &str) -> Option<u64> {
        let value = HeaderValue::from_str(value).expect("a header value");
        retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]), NOW).map(|delay| delay.as_secs())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked(" 0 "), Some(0));
        assert_eq!(asked("99999999999999999999"), Some(u32::MAX.into()));
        assert_eq!(asked("Tue, 24 Nov 2026 14:03:11 GMT"), Some(59), "from the middle of a second");
        assert_eq!(asked("Tue, 24 Nov 2026 14:02:10 GMT"), Some(0), "a date that has passed");
        assert_eq!(asked("Sunday, 06-Nov-94 08:49:37 GMT"), Some(0), "the obsolete form");
    }

    #[test]
    fn what_is_neither_is_ignored() {
        for value in ["", "soon", "-5", "+5", "1.5", "10 s", "Tue, 24 Nov 2026 14:03:11 CET"] {
            assert_eq!(asked(value), None, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), NOW), None);
    }

    #[test]
    fn a_body_that_is_no_text_stays_within_the_bound() {
        let (kept, cut) = text(&[0xff; RESPONSE_KEPT_BYTES_MAX]);
        assert!(kept.len() <= RESPONSE_KEPT_BYTES_MAX && cut);
        assert!(kept.chars().all(|c| c == '\u{fffd}'));
        assert_eq!(text(b"a\0b"), ("a\u{fffd}b".into(), false));
    }

    #[test]
    fn a_character_is_kept_whole_or_not_at_all() {
        let mut bytes = vec![b'x'; RESPONSE_KEPT_BYTES_MAX - 1];
        bytes.push("é".as_bytes()[0]);
        assert_eq!(text(&bytes).0, "x".repeat(RESPONSE_KEPT_BYTES_MAX - 1));
        assert_eq!(text(&"é".as_bytes()[..1]).0, "\u{fffd}", "the receiver's own broken end is shown");
    }

    #[test]
    fn headers_are_bounded_in_number_and_length() {
        let many = (0..100).map(|n| {
            let name = reqwest::header::HeaderName::try_from(format!("x-{n}")).expect("a name");
            (name, HeaderValue::from_bytes(&[0xe9; 2_000]).expect("obsolete text"))
        });
        let (kept, cut) = kept_headers(&HeaderMap::from_iter(many));
        assert_eq!(kept.len(), RESPONSE_HEADERS_KEPT_MAX);
        assert!(cut);
        assert!(kept.iter().all(|(_, value)| value.chars().count() == RESPONSE_HEADER_VALUE_BYTES_MAX));
    }
}
