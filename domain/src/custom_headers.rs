//! Request headers that an admin adds to a webhook, such as an `authorization` for the receiver.

use std::fmt;

use crate::{
    FieldError, Invalid, Issue,
    limits::{CUSTOM_HEADER_NAME_LENGTH_MAX, CUSTOM_HEADER_VALUE_LENGTH_MAX, CUSTOM_HEADERS_MAX},
};

/// What stands for a value wherever it is shown.
pub const MASKED: &str = "••••••";

/// What is shorter is not looked for in answers.
const MASKED_LENGTH_MIN: usize = 8;

/// Headers that are Herald's own, or that would change how the request is read.
const RESERVED: [&str; 20] = [
    "accept-encoding",
    "connection",
    "cookie2",
    "date",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
];
const RESERVED_PREFIXES: [&str; 3] = ["content-", "herald-", "webhook-"];

/// Names in lower case and values, sorted by name. Values are secrets: neither `Debug` nor anything else prints them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CustomHeaders {
    headers: Vec<(String, String)>,
}

impl CustomHeaders {
    /// These headers with `changes` on top: a value sets, `None` removes.
    ///
    /// # Errors
    /// Names each header that cannot be.
    pub fn with(&self, changes: Vec<(String, Option<String>)>) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let mut headers = self.headers.clone();
        for (name, value) in changes {
            let key = name.to_ascii_lowercase();
            headers.retain(|(known, _)| *known != key);
            let Some(value) = value else {
                continue;
            };
            match check_name(&key).and_then(|()| check_value(&value)) {
                Ok(()) => headers.push((key, value)),
                Err(issue) => {
                    invalid.errors.push(issue.at(&name).inside(&FieldError::new("headers", "", "")))
                }
            }
        }
        headers.sort();
        if headers.len() > CUSTOM_HEADERS_MAX {
            let detail = format!("A webhook has at most {CUSTOM_HEADERS_MAX} headers of its own.");
            invalid.add("headers", "too_many", detail);
        }
        if invalid.errors.is_empty() { Ok(Self { headers }) } else { Err(invalid) }
    }

    /// Reads `Name: value` lines, as an admin writes them; empty lines are passed over.
    ///
    /// # Errors
    /// When a line has no colon.
    pub fn changes_in(text: &str) -> Result<Vec<(String, Option<String>)>, Issue> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines
            .map(|line| match line.split_once(':') {
                Some((name, value)) => Ok((name.trim().to_owned(), Some(value.trim().to_owned()))),
                None => {
                    Err(Issue::new("invalid", "Write each header on a line of its own, as “Name: value”."))
                }
            })
            .collect()
    }

    /// From what was stored.
    #[must_use]
    pub fn from_stored(headers: Vec<(String, String)>) -> Self {
        Self { headers }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty()
    }

    /// With their values: for the request and for the vault only.
    #[must_use]
    pub fn reveal(&self) -> &[(String, String)] {
        &self.headers
    }

    /// A text in which no value is left to be read: a receiver may send back what it was sent. Values of a few characters
    /// stay, as they stand in any text and are no secrets.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        let parts =
            self.headers.iter().flat_map(|(_, value)| [value.as_str()].into_iter().chain(value.split(' ')));
        parts.filter(|part| part.len() >= MASKED_LENGTH_MIN).fold(text.to_owned(), |text, part| {
            if text.contains(part) { text.replace(part, MASKED) } else { text }
        })
    }

    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.headers.iter().map(|(name, _)| name.clone()).collect()
    }
}

impl fmt::Debug for CustomHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.headers.iter().map(|(name, _)| (name, MASKED))).finish()
    }
}

fn check_name(name: &str) -> Result<(), Issue> {
    if name.is_empty() || name.len() > CUSTOM_HEADER_NAME_LENGTH_MAX {
        let detail = format!("A header's name has 1 to {CUSTOM_HEADER_NAME_LENGTH_MAX} characters.");
        return Err(Issue::new("invalid", detail));
    }
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !name.bytes().all(token) {
        let detail = "A header's name consists of letters, digits and -_.!#$%&'*+^`|~ without spaces.";
        return Err(Issue::new("invalid", detail));
    }
    let reserved =
        RESERVED.contains(&name) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    if reserved {
        let detail = format!("“{name}” is set by Herald or by HTTP itself. Choose another header.");
        return Err(Issue::new("reserved", detail));
    }
    Ok(())
}

fn check_value(value: &str) -> Result<(), Issue> {
    if value.is_empty() || value.len() > CUSTOM_HEADER_VALUE_LENGTH_MAX {
        let detail = format!("A header's value has 1 to {CUSTOM_HEADER_VALUE_LENGTH_MAX} characters.");
        return Err(Issue::new("invalid", detail));
    }
    let visible = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !visible || value.trim() != value {
        let detail = "A header's value consists of visible ASCII characters, with no space at either end.";
        return Err(Issue::new("invalid", detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, value: &str) -> Result<CustomHeaders, Invalid> {
        CustomHeaders::default().with(vec![(name.to_owned(), Some(value.to_owned()))])
    }

    #[test]
    fn headers_are_set_and_removed_without_regard_to_case() {
        let headers = set("Authorization", "Bearer x").expect("allowed");
        assert_eq!(headers.reveal(), [("authorization".to_owned(), "Bearer x".to_owned())]);
        let more = headers.with(vec![("X-Tenant".into(), Some("7".into()))]).expect("allowed");
        assert_eq!(more.names(), ["authorization", "x-tenant"]);
        let fewer =
            more.with(vec![("AUTHORIZATION".into(), None), ("absent".into(), None)]).expect("allowed");
        assert_eq!(fewer.names(), ["x-tenant"]);
    }

    #[test]
    fn headers_are_written_a_line_each() {
        let read = CustomHeaders::changes_in("Authorization: Bearer a:b\r\n\n  X-Tenant :7 ").expect("lines");
        let expected = [("Authorization", "Bearer a:b"), ("X-Tenant", "7")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), Some(value.to_owned()))));
        assert_eq!(CustomHeaders::changes_in(" \n").expect("nothing"), []);
        assert!(CustomHeaders::changes_in("X-Tenant 7").is_err());
    }

    #[test]
    fn what_would_change_the_request_is_refused() {
        for name in
            ["Host", "content-type", "Content-Length", "webhook-id", "herald-attempt", "connection", "te"]
        {
            let invalid = set(name, "x").expect_err(name);
            assert_eq!(invalid.errors[0].code, "reserved", "{name}");
            assert_eq!(invalid.errors[0].pointer, format!("#/headers/{name}"));
        }
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for name in ["", "a b", "ü", "a:b", "a\r\nb", &"a".repeat(65)] {
            assert!(set(name, "x").is_err(), "{name:?}");
        }
        for value in ["", " x", "x ", "a\r\nx: y", "ü", "\0", &"a".repeat(1_025)] {
            assert!(set("x", value).is_err(), "{value:?}");
        }
        let many = (0..17).map(|n| (format!("x-{n}"), Some("1".to_owned()))).collect();
        assert_eq!(CustomHeaders::default().with(many).expect_err("many").errors[0].code, "too_many");
    }

    #[test]
    fn a_value_that_comes_back_is_masked_whole_or_in_part() {
        let headers = set("authorization", "Bearer hush-hush").expect("allowed");
        let answer = r#"{"authorization":"Bearer hush-hush","token":"hush-hush","other":"hush"}"#;
        let masked = format!(r#"{{"authorization":"{MASKED}","token":"{MASKED}","other":"hush"}}"#);
        assert_eq!(headers.mask(answer), masked);
        assert_eq!(CustomHeaders::default().mask(answer), answer);
    }

    #[test]
    fn values_are_never_printed() {
        let headers = set("authorization", "Bearer hush").expect("allowed");
        assert_eq!(format!("{headers:?}"), format!("[(\"authorization\", \"{MASKED}\")]"));
    }
}
