//! Addresses within the console and the queries in them.

use leptos::prelude::*;
use leptos_router::hooks::use_url;

/// The part of an address behind `?`, decoded once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads `a=b&c=d`, as forms write it; what is not UTF-8 becomes U+FFFD.
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.strip_prefix('?').unwrap_or(text);
        let pairs = text
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        Self { pairs }
    }

    /// The first value of a name; empty when there is none.
    pub(crate) fn first(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    /// The same without these names, at a path.
    pub(crate) fn address_without(&self, path: &str, names: &[&str]) -> String {
        let kept = self.pairs.iter().filter(|(key, _)| !names.contains(&key.as_str()));
        address(path, kept.map(|(key, value)| (key.as_str(), value.as_str())))
    }

    pub(crate) fn into_pairs(self) -> Vec<(String, String)> {
        self.pairs
    }
}

/// A path with a query; empty values are left out.
pub(crate) fn address<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = path.to_owned();
    let mut separator = '?';
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        address.push(separator);
        encode_into(&mut address, name);
        address.push('=');
        encode_into(&mut address, value);
        separator = '&';
    }
    address
}

/// The query of the page's own address.
pub(crate) fn use_query() -> Query {
    use_url().with_untracked(|url| Query::parse(url.search()))
}

/// Path and query of the page, to come back to.
pub(crate) fn here() -> String {
    use_url().with_untracked(|url| match url.search().trim_start_matches('?') {
        "" => url.path().to_owned(),
        search => format!("{}?{search}", url.path()),
    })
}

/// Text as one segment of a path.
pub(crate) fn encoded(text: &str) -> String {
    let mut address = String::new();
    encode_into(&mut address, text);
    address
}

fn encode_into(address: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                address.push(char::from(byte));
            }
            _ => {
                address.push('%');
                address.extend([byte >> 4, byte & 15].map(hex_digit));
            }
        }
    }
}

fn hex_digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| escaped_byte(after)).flatten();
        bytes.push(escaped.unwrap_or(if byte == b'+' { b' ' } else { byte }));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn escaped_byte(after: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*after.get(at)?).to_digit(16);
    u8::try_from(digit(0)? << 4 | digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_exactly_once() {
        let query = Query::parse("?q=100%2525+%C3%A9&delete=a&delete=b&empty=&bare");
        assert_eq!(query.first("q"), "100%25 é");
        assert_eq!(query.all("delete").collect::<Vec<_>>(), ["a", "b"]);
        assert!(query.has("bare") && query.has("empty") && !query.has("q2"));
        assert_eq!(query.first("missing"), "");
    }

    #[test]
    fn what_is_no_escape_stays_as_it_is() {
        assert_eq!(Query::parse("q=100%&r=%zz&s=%C3").first("q"), "100%");
        assert_eq!(Query::parse("r=%zz").first("r"), "%zz");
        assert_eq!(Query::parse("s=%C3").first("s"), "\u{fffd}");
    }

    #[test]
    fn what_was_encoded_is_read_back() {
        let hostile = "a&b=c?d#e/%25 +é\u{1F511}\"<";
        let written = address("/users", [("q", hostile), ("page", "")]);
        assert!(written.starts_with("/users?q=a%26b%3Dc"), "{written}");
        let query = Query::parse(written.split_once('?').expect("a query").1);
        assert_eq!(query.into_pairs(), [("q".to_owned(), hostile.to_owned())]);
    }

    #[test]
    fn names_are_left_out_of_an_address() {
        let query = Query::parse("q=x&delete=1&delete=2");
        assert_eq!(query.address_without("/w", &["delete"]), "/w?q=x");
        assert_eq!(query.address_without("/w", &["delete", "q"]), "/w");
    }
}
