//! A server's own address.

use url::Url;

/// Reads an address of a server: `http` or `https`, without path, query, fragment and user info. `None` for anything else.
#[must_use]
pub fn parse_origin(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let fit = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    fit.then_some(url)
}
