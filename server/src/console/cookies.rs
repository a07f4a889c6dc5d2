//! The cookies that Herald sets.

use std::time::Duration;

use cookie::{Cookie, SameSite, time};
use domain::limits::SESSION_AGE_MAX;

use crate::{access::session_cookie_name, herald::PublicUrl};

pub(super) const THEME_COOKIE: &str = "herald_theme";

const THEME_AGE_MAX: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(crate) fn session_cookie(public_url: &PublicUrl, token: &str) -> String {
    private(public_url, session_cookie_name(public_url), token, SESSION_AGE_MAX)
}

pub(crate) fn end_session_cookie(public_url: &PublicUrl) -> String {
    private(public_url, session_cookie_name(public_url), "", Duration::ZERO)
}

/// Bound to the host as the session's is.
pub(super) fn flash_cookie_name(public_url: &PublicUrl) -> &'static str {
    if public_url.is_https() { "__Host-herald_flash" } else { "herald_flash" }
}

/// As long as the flash itself is kept.
pub(super) fn flash_cookie(public_url: &PublicUrl, token: &str, age_max: Duration) -> String {
    private(public_url, flash_cookie_name(public_url), token, age_max)
}

pub(super) fn end_flash_cookie(public_url: &PublicUrl) -> String {
    private(public_url, flash_cookie_name(public_url), "", Duration::ZERO)
}

/// Scripts may read and write it: after hydration the theme changes without a request.
pub(super) fn theme_cookie(public_url: &PublicUrl, theme: &str) -> String {
    cookie(public_url, THEME_COOKIE, theme, THEME_AGE_MAX).to_string()
}

fn private(public_url: &PublicUrl, name: &'static str, value: &str, age_max: Duration) -> String {
    let mut cookie = cookie(public_url, name, value, age_max);
    cookie.set_http_only(true);
    cookie.to_string()
}

fn cookie(public_url: &PublicUrl, name: &'static str, value: &str, age_max: Duration) -> Cookie<'static> {
    let seconds = i64::try_from(age_max.as_secs()).unwrap_or(i64::MAX);
    Cookie::build((name, value.to_owned()))
        .path("/")
        .same_site(SameSite::Lax)
        .secure(public_url.is_https())
        .max_age(time::Duration::seconds(seconds))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_a_session_is_bound_to_the_host() {
        let https = PublicUrl::parse("https://herald.example.com").expect("valid");
        let cookie = session_cookie(&https, "abc");
        assert_eq!(
            cookie,
            "__Host-herald_session=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=1209600"
        );
        let http = PublicUrl::parse("http://127.0.0.1:3000").expect("valid");
        assert_eq!(end_session_cookie(&http), "herald_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    }
}
