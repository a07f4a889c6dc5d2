//! A received request as text for a terminal. All of it is hostile: nothing in it may move the cursor, hide text, or look
//! like a line of this program.

use std::fmt::Write;

use axum::http::{HeaderMap, Method, Uri};
use domain::{SignatureFault, Timestamp};
use serde_json::Value;

/// How much of a body is shown; it may be larger.
const SHOWN_BYTES_MAX: usize = 64 * 1024;

pub(super) struct Received<'a> {
    pub(super) at: Timestamp,
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    /// `None` when it was too large or broke off.
    pub(super) body: Option<&'a [u8]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Holds,
    Fails(SignatureFault),
    NotChecked,
    /// The body was too large or broke off.
    NotWhole,
}

/// The request in lines, an empty one at the end. Every line of the body begins with `  | `.
pub(super) fn render(received: &Received, verdict: Verdict) -> String {
    let mut text = format!("{}  {} {}\n", received.at, received.method, tame(&received.uri.to_string()));
    for (name, value) in received.headers.iter().filter(|(name, _)| is_ours(name.as_str())) {
        let _ = writeln!(text, "  {name}: {}", tame(&String::from_utf8_lossy(value.as_bytes())));
    }
    let _ = writeln!(text, "  {}", in_words(verdict));
    match received.body {
        None => text.push_str("  (the body was too large, or broke off)\n"),
        Some([]) => text.push_str("  (no body)\n"),
        Some(body) => push_body(&mut text, body),
    }
    text.push('\n');
    text
}

fn is_ours(name: &str) -> bool {
    name.starts_with("webhook-") || name.starts_with("herald-")
}

fn in_words(verdict: Verdict) -> String {
    match verdict {
        Verdict::Holds => "signature holds".to_owned(),
        Verdict::Fails(fault) => format!("signature does not hold: {fault}"),
        Verdict::NotChecked => "signature not checked: start with --secret".to_owned(),
        Verdict::NotWhole => "signature not checked: the body did not come whole".to_owned(),
    }
}

fn push_body(text: &mut String, body: &[u8]) {
    let shown = &body[..body.len().min(SHOWN_BYTES_MAX)];
    let readable = String::from_utf8_lossy(shown);
    // What is too long to be shown whole is not JSON any more, so the depth and the size of what is indented are bounded.
    let pretty = serde_json::from_str::<Value>(&readable).is_ok().then(|| indented(&readable));
    for line in pretty.as_deref().unwrap_or(&readable).lines() {
        let _ = writeln!(text, "  | {}", tame(line));
    }
    if shown.len() < body.len() {
        let _ = writeln!(text, "  ({} bytes more)", body.len() - shown.len());
    }
}

/// Valid JSON with a line for each member, in the order and the spelling that it came in.
fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut chars = json.chars().filter(|c| *c != '\r').peekable();
    while let Some(c) = chars.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            ' ' | '\n' | '\t' => {}
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|next| matches!(next, ' ' | '\n' | '\t')).is_some() {}
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            other => {
                in_string = other == '"';
                out.push(other);
            }
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Control characters, which a terminal obeys, and invisible or reordering ones, which deceive, are written as escapes.
fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) { tamed.extend(c.escape_unicode()) } else { tamed.push(c) }
    }
    tamed
}

fn is_unsafe(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    invisible || (c.is_control() && c != '\t')
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const AT: Timestamp = Timestamp::from_unix_ms(1_795_528_931_204);

    fn shown(headers: &[(&'static str, &[u8])], body: &[u8], verdict: Verdict) -> String {
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value).expect("a header value"))
        });
        let (headers, uri) = (headers.collect(), Uri::from_static("/hook?a=b"));
        let received =
            Received { at: AT, method: &Method::POST, uri: &uri, headers: &headers, body: Some(body) };
        render(&received, verdict)
    }

    #[test]
    fn a_request_is_shown_whole() {
        let headers: [(&str, &[u8]); 4] = [
            ("host", b"x"),
            ("webhook-id", b"66ec434e84b4103f670cb617"),
            ("accept", b"*/*"),
            ("herald-attempt", b"1"),
        ];
        let body = br#"{"type":"USER_CREATED","ids":[1,2.50,{}],"none":[ ],"text":"a \" {,:}"}"#;
        let expected = r#"2026-11-24T14:02:11.204Z  POST /hook?a=b
  webhook-id: 66ec434e84b4103f670cb617
  herald-attempt: 1
  signature holds
  | {
  |   "type": "USER_CREATED",
  |   "ids": [
  |     1,
  |     2.50,
  |     {}
  |   ],
  |   "none": [],
  |   "text": "a \" {,:}"
  | }

"#;
        assert_eq!(shown(&headers, body, Verdict::Holds), expected);
    }

    #[test]
    fn the_verdict_is_in_words() {
        assert!(shown(&[], b"", Verdict::NotChecked).contains("not checked: start with --secret"));
        let fails = shown(&[], b"x", Verdict::Fails(SignatureFault::TooOld));
        assert!(fails.contains("signature does not hold: the timestamp is more than five minutes old"));
        assert!(shown(&[], b"", Verdict::Holds).ends_with("  (no body)\n\n"));
    }

    #[test]
    fn nothing_in_a_request_moves_the_cursor_or_hides_text() {
        let body = "\u{1b}[2J\u{7}\u{9b}1m\u{202e}gnp\u{200b}\u{7f}\rx".as_bytes();
        let text = shown(&[("webhook-id", b"\x9b1m\xff")], body, Verdict::NotChecked);
        assert!(text.chars().all(|c| c == '\n' || !is_unsafe(c)), "{text}");
        assert!(text.contains(r"\u{1b}[2J\u{7}\u{9b}1m\u{202e}gnp\u{200b}\u{7f}\u{d}x"));
    }

    #[test]
    fn a_body_cannot_pass_for_the_program() {
        let text = shown(&[], b"x\n  signature holds\n", Verdict::Fails(SignatureFault::NoMatch));
        assert!(!text.lines().any(|line| line.trim() == "signature holds"));
        assert!(text.contains("  |   signature holds\n"));
    }

    #[test]
    fn large_and_deep_bodies_stay_bounded() {
        let deep = "[".repeat(1024 * 1024);
        let text = shown(&[], deep.as_bytes(), Verdict::NotChecked);
        assert!(text.len() < 2 * SHOWN_BYTES_MAX);
        assert!(text.contains("(983040 bytes more)"));
        let deepest = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
        assert!(shown(&[], deepest.as_bytes(), Verdict::NotChecked).len() < 2 * SHOWN_BYTES_MAX);
    }
}
