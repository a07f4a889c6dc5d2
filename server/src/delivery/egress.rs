//! The operator's own way out: a proxy that opens the connections to receivers in Herald's place.
//!
//! Never one from the environment: who sets a proxy for other programs has not thought of the guard.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use hyper::{Uri, header::HeaderValue, http::uri::InvalidUri};
use percent_encoding::percent_decode_str;
use rustls::pki_types::{InvalidDnsNameError, ServerName};
use url::Url;

/// What `--egress-proxy` names. It may hold a password, so it is shown without its user info.
#[derive(Clone)]
pub struct EgressProxy {
    url: Url,
}

#[derive(Debug, thiserror::Error)]
#[error(
    "“{0}” is not a proxy: write one such as http://proxy.internal:3128, with user:password@ before the host where it asks for them"
)]
pub struct InvalidEgressProxy(String);

impl EgressProxy {
    /// Without its user info.
    pub(super) fn uri(&self) -> Result<Uri, InvalidUri> {
        shown(&self.url).parse()
    }

    /// What the proxy's own certificate must be for; `None` where it speaks plain HTTP.
    pub(super) fn server_name(&self) -> Result<Option<ServerName<'static>>, InvalidDnsNameError> {
        let host = self.url.host_str().filter(|_| self.url.scheme() == "https");
        let bare = host.map(|host| host.trim_matches(['[', ']']).to_owned());
        bare.map(ServerName::try_from).transpose()
    }

    /// What goes with each request that the proxy sees, where its URL names a user.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let password = decoded(self.url.password().unwrap_or_default());
        let user =
            Some(self.url.username()).filter(|user| !user.is_empty() || !password.is_empty()).map(decoded)?;
        let mut value =
            HeaderValue::try_from(format!("Basic {}", BASE64.encode(format!("{user}:{password}")))).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl FromStr for EgressProxy {
    type Err = InvalidEgressProxy;

    fn from_str(text: &str) -> Result<Self, InvalidEgressProxy> {
        // What is no proxy may be a password that stands in the wrong place: only its scheme and host are repeated.
        let url = Url::parse(text).map_err(|_| InvalidEgressProxy("…".to_owned()))?;
        let fit = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if fit { Ok(Self { url }) } else { Err(InvalidEgressProxy(shown(&url))) }
    }
}

impl fmt::Display for EgressProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.url))
    }
}

impl fmt::Debug for EgressProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or("…");
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{host}{port}", url.scheme())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_shown_without_its_password() {
        let proxy: EgressProxy = "http://herald:hush@proxy.internal:3128".parse().expect("a proxy");
        assert_eq!(proxy.to_string(), "http://proxy.internal:3128");
        assert_eq!(format!("{proxy:?}"), "http://proxy.internal:3128");
        assert_eq!(proxy.url.password(), Some("hush"));
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_repeating_secrets() {
        for text in ["", "proxy:3128", "socks5://u:hush@p:1080", "http://u:hush@p/x", "http://p?hush", "hush"]
        {
            let refused = text.parse::<EgressProxy>().expect_err(text).to_string();
            assert!(refused.contains("is not a proxy") && !refused.contains("hush"), "{refused}");
        }
    }
}
