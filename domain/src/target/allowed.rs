//! What the operator opened: `CIDR`, `CIDR:port` or `host:port`.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;

use super::policy::is_ordinary;

/// One `--allow-target`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedTarget {
    Range {
        net: IpNet,
        port: Option<u16>,
    },
    /// A name, whatever it resolves to.
    Name {
        host: String,
        port: u16,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a target: write a range such as 10.0.0.0/8, a range and a port such as 10.0.0.0/8:9000 or [fd00::/8]:9000, or a name and a port such as hooks.internal:443"
)]
pub struct InvalidAllowedTarget(String);

impl AllowedTarget {
    #[must_use]
    pub fn covers_address(&self, address: IpAddr, port: u16) -> bool {
        match self {
            Self::Range { net, port: only } => net.contains(&address) && only.is_none_or(|only| only == port),
            Self::Name { .. } => false,
        }
    }

    /// Whether all that it opens is opened by another one as well.
    #[must_use]
    pub fn lies_within(&self, outer: &Self) -> bool {
        match (self, outer) {
            (Self::Range { net, port }, Self::Range { net: outer, port: only }) => {
                outer.contains(net) && (only.is_none_or(|only| *port == Some(only)))
                    // A range that names a port opens it whatever it is, one that names none the ordinary ones only.
                    && (only.is_some() || port.is_none_or(is_ordinary))
            }
            (Self::Name { .. }, Self::Name { .. }) => self == outer,
            // What a name stands for is not known, and a range opens no name.
            _ => false,
        }
    }

    /// Whether it opens this very port for this address.
    #[must_use]
    pub(super) fn names(&self, address: IpAddr, port: u16) -> bool {
        self.names_port(port) && self.covers_address(address, port)
    }

    /// Whether it opens this very port: a range without one opens the ordinary ports only.
    #[must_use]
    pub(super) fn names_port(&self, port: u16) -> bool {
        match self {
            Self::Range { port: only, .. } => *only == Some(port),
            Self::Name { port: only, .. } => *only == port,
        }
    }

    #[must_use]
    pub(super) fn covers_name(&self, host: &str, port: u16) -> bool {
        matches!(self, Self::Name { host: name, port: only } if name == host && *only == port)
    }
}

impl FromStr for AllowedTarget {
    type Err = InvalidAllowedTarget;

    fn from_str(text: &str) -> Result<Self, InvalidAllowedTarget> {
        let text = text.trim();
        let invalid = || InvalidAllowedTarget(text.to_owned());
        if let Some(net) = range(text) {
            return Ok(Self::Range { net, port: None });
        }
        let (host, port) = text.rsplit_once(':').ok_or_else(invalid)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(invalid)?;
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        if let Some(net) = range(bare) {
            return Ok(Self::Range { net, port: Some(port) });
        }
        let fit = !host.is_empty()
            && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
        if !fit {
            return Err(invalid());
        }
        let host = host.to_ascii_lowercase();
        Ok(Self::Name { host: host.strip_suffix('.').unwrap_or(&host).to_owned(), port })
    }
}

fn range(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

impl fmt::Display for AllowedTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range { net, port: None } => write!(f, "{net}"),
            Self::Range { net: IpNet::V6(net), port: Some(port) } => write!(f, "[{net}]:{port}"),
            Self::Range { net, port: Some(port) } => write!(f, "{net}:{port}"),
            Self::Name { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_read_and_written() {
        for text in ["10.0.0.0/8", "10.0.0.0/8:9000", "fd00::/8", "[fd00::/8]:9000", "hooks.internal:443"] {
            assert_eq!(text.parse::<AllowedTarget>().expect(text).to_string(), text);
        }
        assert_eq!("127.0.0.1".parse::<AllowedTarget>().expect("one address").to_string(), "127.0.0.1/32");
        assert_eq!(
            "Hooks.Internal.:443".parse::<AllowedTarget>().expect("a name").to_string(),
            "hooks.internal:443"
        );
    }

    #[test]
    fn a_target_lies_within_another_that_opens_all_of_it() {
        let within = |inner: &str, outer: &str| {
            let read = |text: &str| text.parse::<AllowedTarget>().expect(text);
            read(inner).lies_within(&read(outer))
        };
        for (inner, outer) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.1.0.0/16", "10.0.0.0/8"),
            ("10.1.2.3:9000", "10.0.0.0/8"),
            ("10.1.2.3:22", "10.0.0.0/8:22"),
            ("fd00:1::/32", "fd00::/8"),
            ("hooks.internal:443", "Hooks.internal:443"),
        ] {
            assert!(within(inner, outer), "{inner} in {outer}");
        }
        for (inner, outer) in [
            ("10.0.0.0/7", "10.0.0.0/8"),
            ("0.0.0.0/0", "10.0.0.0/8"),
            ("11.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.0/8", "10.0.0.0/8:9000"),
            ("10.0.0.0/8:9001", "10.0.0.0/8:9000"),
            // A port of another service is open where a rule names it, and only there.
            ("10.1.2.3:22", "10.0.0.0/8"),
            ("10.1.2.3:5432", "10.0.0.0/8"),
            ("fd00::/8", "10.0.0.0/8"),
            ("hooks.internal:443", "0.0.0.0/0"),
            ("hooks.internal:443", "hooks.internal:8443"),
            ("10.0.0.1:443", "hooks.internal:443"),
        ] {
            assert!(!within(inner, outer), "{inner} in {outer}");
        }
    }

    #[test]
    fn what_is_none_of_them_says_what_to_write() {
        for text in
            ["", "hooks.internal", "10.0.0.0/33", "a b:1", "host:0", "host:99999", ":80", "http://a:80"]
        {
            let error = text.parse::<AllowedTarget>().expect_err(text);
            assert!(error.to_string().contains("10.0.0.0/8"));
        }
    }
}
