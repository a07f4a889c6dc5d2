//! What a receiver answered, read within bounds: it may be endless, slow, or anything but text.

use std::time::{Duration, UNIX_EPOCH};

use domain::{
    Exchange, Timestamp,
    limits::{
        RESPONSE_HEADER_VALUE_BYTES_MAX, RESPONSE_HEADERS_KEPT_BYTES_MAX, RESPONSE_HEADERS_KEPT_MAX,
        RESPONSE_KEPT_BYTES_MAX, RESPONSE_READ_BYTES_MAX,
    },
};
use http_body_util::BodyExt;
use hyper::{
    Response,
    body::Incoming,
    header::{HeaderMap, HeaderValue, RETRY_AFTER},
};
use tokio::time::{Instant, timeout_at};

/// Reads until the answer ends, breaks off, is longer than the bound, or the deadline comes; what was read by then is kept.
/// The status line has already said how the attempt ended, so none of these changes that: they only cut the text. Also says whether
/// all of it was read.
pub(super) async fn read(response: Response<Incoming>, deadline: Instant) -> (Exchange, bool) {
    let (headers, headers_cut) = kept_headers(response.headers());
    let mut body = Excerpt::default();
    let whole = timeout_at(deadline, body.fill(response.into_body())).await.unwrap_or(false);
    let (text, text_cut) = text(&body.kept);
    let truncated = headers_cut || text_cut || !whole || body.is_cut();
    (Exchange { headers, body: text, truncated }, whole)
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
    async fn fill(&mut self, mut body: Incoming) -> bool {
        while self.read <= RESPONSE_READ_BYTES_MAX {
            match body.frame().await {
                // Trailers are not kept.
                Some(Ok(frame)) => self.add(frame.data_ref().map_or(&[], |chunk| chunk)),
                None => return true,
                Some(Err(_)) => return false,
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
    let mut kept = Vec::new();
    let mut room = RESPONSE_HEADERS_KEPT_BYTES_MAX;
    let mut any_cut = headers.len() > RESPONSE_HEADERS_KEPT_MAX;
    for (name, value) in headers.iter().take(RESPONSE_HEADERS_KEPT_MAX) {
        let Some(room_for_value) = room.checked_sub(name.as_str().len()) else {
            return (kept, true);
        };
        let (value, cut) = header_text(value, room_for_value.min(RESPONSE_HEADER_VALUE_BYTES_MAX));
        any_cut |= cut;
        room = room_for_value - value.len();
        kept.push((name.to_string(), value));
    }
    (kept, any_cut)
}

/// A value as text of at most so many bytes: each byte that is no text becomes three.
fn header_text(value: &HeaderValue, bytes_max: usize) -> (String, bool) {
    let mut text = String::from_utf8_lossy(value.as_bytes()).into_owned();
    let end = text.floor_char_boundary(bytes_max);
    let cut = end < text.len();
    text.truncate(end);
    (text, cut)
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

    fn many(value: &[u8]) -> HeaderMap {
        let header = |n| {
            let name = reqwest::header::HeaderName::try_from(format!("x-{n}")).expect("a name");
            (name, HeaderValue::from_bytes(value).expect("a header value"))
        };
        (0..100).map(header).collect()
    }

    #[test]
    fn headers_are_bounded_in_number_and_length() {
        let (kept, cut) = kept_headers(&many(b"short"));
        assert_eq!((kept.len(), cut), (RESPONSE_HEADERS_KEPT_MAX, true));
        let long = HeaderValue::from_bytes(&[b'x'; 2_000]).expect("a header value");
        let (kept, cut) = kept_headers(&HeaderMap::from_iter([(RETRY_AFTER, long)]));
        assert_eq!((kept[0].1.len(), cut), (RESPONSE_HEADER_VALUE_BYTES_MAX, true));
        let (kept, cut) = kept_headers(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("5"))]));
        assert_eq!((kept, cut), (vec![("retry-after".to_owned(), "5".to_owned())], false));
    }

    #[test]
    fn headers_are_bounded_together_in_the_bytes_that_are_stored() {
        for value in [&[b'x'; 2_000], &[0xe9; 2_000]] {
            let (kept, cut) = kept_headers(&many(value));
            let bytes: usize = kept.iter().map(|(name, value)| name.len() + value.len()).sum();
            assert!(bytes <= RESPONSE_HEADERS_KEPT_BYTES_MAX && cut, "{bytes}");
            assert!(bytes > RESPONSE_HEADERS_KEPT_BYTES_MAX - RESPONSE_HEADER_VALUE_BYTES_MAX, "{bytes}");
            assert!(kept.iter().all(|(_, value)| value.len() <= RESPONSE_HEADER_VALUE_BYTES_MAX));
        }
    }
}
