//! The URL of a webhook, taken apart once.

use std::{fmt, net::IpAddr};

use url::Url;

use crate::{Issue, limits::URL_LENGTH_MAX};

/// An `http` or `https` URL with a host and without user info. Whether it may be called, the policy says.
#[derive(Clone, PartialEq, Eq)]
pub struct TargetUrl {
    typed: String,
    url: Url,
    host: Host,
    port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    Address(IpAddr),
    /// Lower case, without a trailing dot.
    Name(String),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl TargetUrl {
    /// # Errors
    /// Says what is wrong and what a URL looks like.
    pub fn parse(text: &str) -> Result<Self, Issue> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(Issue::new("required", "Enter the URL that gets the requests."));
        }
        if typed.chars().count() > URL_LENGTH_MAX {
            return Err(Issue::new("too_long", format!("A URL has at most {URL_LENGTH_MAX} characters.")));
        }
        // The parser drops tabs and line breaks and reads `\` as `/`: what it would read differently is refused.
        if typed.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(Issue::new("invalid", "A URL cannot contain spaces, line breaks or “\\”."));
        }
        let url = Url::parse(typed).map_err(|_| not_a_url())?;
        if !matches!(url.scheme(), "http" | "https") {
            let detail = format!("A URL begins with https:// or http://, not with {}:.", url.scheme());
            return Err(Issue::new("scheme", detail));
        }
        if !url.username().is_empty() || url.password().is_some() || authority(typed).contains('@') {
            let detail = "Leave out the user name and password before “@”: a URL is shown and logged.";
            return Err(Issue::new("user_info", detail));
        }
        let host = host(&url).ok_or_else(not_a_url)?;
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or_else(not_a_url)?;
        Ok(Self { typed: typed.to_owned(), url, host, port })
    }

    /// As it was typed, trimmed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Scheme, host and port: path and query may hold a token, so logs get only this.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}/…", self.url.origin().ascii_serialization())
    }
}

impl fmt::Debug for TargetUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TargetUrl({})", self.masked())
    }
}

fn not_a_url() -> Issue {
    Issue::new("invalid", "This is not a URL. Write one such as https://hooks.example.com/herald.")
}

fn authority(text: &str) -> &str {
    let rest = text.split_once("//").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

fn host(url: &Url) -> Option<Host> {
    match url.host()? {
        url::Host::Ipv4(address) => Some(Host::Address(address.into())),
        url::Host::Ipv6(address) => Some(Host::Address(address.into())),
        url::Host::Domain(name) => {
            let name = name.to_ascii_lowercase();
            let name = name.strip_suffix('.').unwrap_or(&name);
            // `name..` or an empty label is nothing that a resolver should guess about.
            (!name.is_empty() && name.split('.').all(|label| !label.is_empty()))
                .then(|| Host::Name(name.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        TargetUrl::parse(text).expect_err(text).code
    }

    #[test]
    fn a_url_is_kept_as_typed_and_known_by_host_and_port() {
        let url = TargetUrl::parse(" https://Hooks.Example.com./a?b=c ").expect("valid");
        assert_eq!(url.as_str(), "https://Hooks.Example.com./a?b=c");
        assert_eq!((url.host(), url.port()), (&Host::Name("hooks.example.com".into()), 443));
        assert_eq!(format!("{url:?}"), "TargetUrl(https://hooks.example.com./…)");
    }

    #[test]
    fn every_spelling_of_an_address_is_that_address() {
        for text in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://0x7f.0.0.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://①②⑦.0.0.1/",
            "http://127.0.0.1./",
        ] {
            let url = TargetUrl::parse(text).expect(text);
            assert_eq!(url.host(), &Host::Address([127, 0, 0, 1].into()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(code(""), "required");
        assert_eq!(code("hooks.example.com"), "invalid");
        assert_eq!(code("https://"), "invalid");
        assert_eq!(code("https://a..b/"), "invalid");
        assert_eq!(code("https://a:0/"), "invalid");
        assert_eq!(code("https://a b/"), "invalid");
        assert_eq!(code("https:\\\\a/"), "invalid");
        assert_eq!(code("ftp://a/"), "scheme");
        assert_eq!(code("javascript:alert(1)"), "scheme");
        assert_eq!(code("https://user@a/"), "user_info");
        assert_eq!(code("https://:pw@a/"), "user_info");
        assert_eq!(code("https://@a/"), "user_info");
        assert_eq!(code(&format!("https://a/{}", "x".repeat(2_000))), "too_long");
    }
}
