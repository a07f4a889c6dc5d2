//! Where a request comes from: the connection's other end, or what a proxy that is trusted says.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderValue};
use ipnet::IpNet;

/// The proxies whose word is taken for where a request comes from.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no trusted proxy: write an address or a range such as 10.0.0.0/8")]
pub struct InvalidProxy(String);

impl TrustedProxies {
    /// # Errors
    /// When one is neither an address nor a range. Empty texts are left out.
    pub fn parse(texts: &[String]) -> Result<Self, InvalidProxy> {
        let texts = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        let parse = |text: &str| {
            let range = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            range.map_err(|_| InvalidProxy(text.to_owned()))
        };
        texts.map(parse).collect::<Result<_, _>>().map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(&address))
    }

    /// The newest address in the chain that is no trusted proxy: what stands before it can be made up by anyone.
    pub(crate) fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let mut nearest = peer;
        for address in told(headers).into_iter().rev() {
            let Some(address) = address else {
                break;
            };
            nearest = address;
            if !self.trusts(address) {
                break;
            }
        }
        nearest
    }
}

/// The addresses that proxies wrote down, the newest last; `None` for what is none. `Forwarded` goes before
/// `X-Forwarded-For`, as RFC 7239 replaces it.
fn told(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let items = |name: &str| -> Vec<String> {
        let lines = headers.get_all(name).iter().map(HeaderValue::to_str);
        let lines = lines.map(|line| line.unwrap_or("?").to_owned());
        lines
            .flat_map(|line| line.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>())
            .collect()
    };
    let forwarded = items("forwarded");
    if !forwarded.is_empty() {
        return forwarded.iter().map(|item| node(forwarded_for(item)?)).collect();
    }
    items("x-forwarded-for").iter().map(|item| node(item)).collect()
}

/// The `for` of `for=192.0.2.60;proto=http;by=203.0.113.43`.
fn forwarded_for(item: &str) -> Option<&str> {
    let pairs = item.split(';').filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("for"));
    found.map(|(_, value)| value.trim().trim_matches('"'))
}

/// `192.0.2.60`, `192.0.2.60:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn node(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Some(rest) = text.strip_prefix('[') {
        let address: Ipv6Addr = rest.split_once(']')?.0.parse().ok()?;
        return Some(IpAddr::V6(address).to_canonical());
    }
    let address: Ipv4Addr = text.rsplit_once(':')?.0.parse().ok()?;
    Some(IpAddr::V4(address))
}

/// What is counted as one: an IPv4 address, or the /64 that one subscriber of IPv6 has.
pub(crate) fn counted_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn seen(proxies: &[&str], peer: &str, headers: &[(&'static str, &str)]) -> String {
        let proxies: Vec<String> = proxies.iter().map(|text| (*text).to_owned()).collect();
        let proxies = TrustedProxies::parse(&proxies).expect("ranges");
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
            })
            .collect();
        proxies.client_address(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        let forged = [("x-forwarded-for", "1.2.3.4"), ("forwarded", "for=1.2.3.4")];
        assert_eq!(seen(&[], "9.9.9.9", &forged), "9.9.9.9");
        assert_eq!(seen(&["10.0.0.0/8"], "9.9.9.9", &forged), "9.9.9.9");
        assert_eq!(seen(&["10.0.0.0/8"], "10.0.0.1", &forged[..1]), "1.2.3.4");
        assert_eq!(seen(&["10.0.0.1"], "::ffff:10.0.0.1", &forged[..1]), "1.2.3.4");
        assert_eq!(seen(&["10.0.0.0/8"], "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_stands_before_the_first_stranger_is_made_up() {
        let proxies = ["10.0.0.0/8"];
        let chain = [("x-forwarded-for", "127.0.0.1, 1.2.3.4, 10.0.0.7")];
        assert_eq!(seen(&proxies, "10.0.0.1", &chain), "1.2.3.4");
        let lines = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.2.3.4")];
        assert_eq!(seen(&proxies, "10.0.0.1", &lines), "1.2.3.4");
        assert_eq!(seen(&proxies, "10.0.0.1", &[("x-forwarded-for", "1.2.3.4, nonsense")]), "10.0.0.1");
        assert_eq!(seen(&proxies, "10.0.0.1", &[("x-forwarded-for", "10.0.0.9")]), "10.0.0.9");
    }

    #[test]
    fn all_spellings_are_read() {
        for (header, value, expected) in [
            ("x-forwarded-for", "1.2.3.4:4711", "1.2.3.4"),
            ("x-forwarded-for", "2001:db8::1", "2001:db8::1"),
            ("x-forwarded-for", "[2001:db8::1]:4711", "2001:db8::1"),
            ("forwarded", "for=\"[2001:db8::1]:4711\";proto=https", "2001:db8::1"),
            ("forwarded", "proto=https; For=1.2.3.4", "1.2.3.4"),
            ("forwarded", "for=_hidden", "10.0.0.1"),
            ("forwarded", "by=1.2.3.4", "10.0.0.1"),
        ] {
            assert_eq!(seen(&["10.0.0.0/8"], "10.0.0.1", &[(header, value)]), expected, "{header}: {value}");
        }
    }

    #[test]
    fn a_proxy_is_an_address_or_a_range() {
        assert!(TrustedProxies::parse(&["10.0.0.0/33".to_owned()]).is_err());
        assert!(TrustedProxies::parse(&["proxy.internal".to_owned()]).is_err());
        assert!(TrustedProxies::parse(&[String::new()]).is_ok_and(|proxies| proxies.0.is_empty()));
        assert_eq!(counted_as("2001:db8::1:2:3:4".parse().expect("v6")).to_string(), "2001:db8::");
    }
}
