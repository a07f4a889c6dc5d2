//! Calls of the server functions by other programs, with as many servers and keys in one process as there are.
//!
//! ```no_run
//! # use api::{client::{CallError, Herald}, session::read_session};
//! # async fn example(key: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let herald = Herald::new("https://herald.acme.example", key)?;
//! let session = herald.call(read_session()).await?;
//! # Ok(())
//! # }
//! ```

mod error;
mod exchange;
mod retry;
pub(crate) mod transport;

use std::{fmt, future::Future, time::Duration};

use domain::{
    limits::{CLIENT_CONNECT_TIMEOUT, CLIENT_RETRIES, CLIENT_TIMEOUT},
    target::parse_origin,
};
use reqwest::{Url, header::HeaderValue, redirect::Policy};

use crate::Problem;
pub(crate) use error::Fault;
pub use error::{CallError, InvalidHerald};

/// One server, as the holder of one API key. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Herald {
    http: reqwest::Client,
    origin: Url,
    /// `Bearer KEY`.
    authorization: HeaderValue,
    timeout: Duration,
    retries: u32,
}

/// What may be set beside address and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long a connection may take, TLS included.
    pub connect_timeout: Duration,
    /// How long a call may take, from its first byte to the answer's last, all its tries and the waits between them included.
    pub timeout: Duration,
    /// How often a call is tried again that may be: see [`Herald::call`].
    pub retries: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { connect_timeout: CLIENT_CONNECT_TIMEOUT, timeout: CLIENT_TIMEOUT, retries: CLIENT_RETRIES }
    }
}

impl Herald {
    /// `url` as people open it, without a path: `https://herald.acme.example`.
    ///
    /// # Errors
    /// When it is no such address, the key cannot stand in a header, or there is no way to speak TLS.
    pub fn new(url: &str, key: &str) -> Result<Self, InvalidHerald> {
        Self::with(url, key, Settings::default())
    }

    /// As [`Herald::new`], with settings of one's own.
    ///
    /// # Errors
    /// As [`Herald::new`].
    pub fn with(url: &str, key: &str, settings: Settings) -> Result<Self, InvalidHerald> {
        let http = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .redirect(Policy::none())
            .user_agent(domain::USER_AGENT)
            .build()
            .map_err(|error| InvalidHerald::Http(exchange::reason(&error)))?;
        let (timeout, retries) = (settings.timeout, settings.retries);
        let origin = parse_origin(url).ok_or(InvalidHerald::Url)?;
        Ok(Self { http, origin, authorization: authorization(key)?, timeout, retries })
    }

    /// Calls a server function of this server: `herald.call(list_webhooks(organization)).await`.
    ///
    /// What only reads, and what carries an idempotency key, is tried again a few times, where the server cannot be reached
    /// or the connection breaks, or where it answers 429 or 503. Everything else is sent once.
    ///
    /// The server belongs to the future that is given: what that spawns belongs to none.
    ///
    /// # Errors
    /// [`CallError::Refused`] is the server's answer. All others say why there is none.
    pub async fn call<T>(&self, function: impl Future<Output = Result<T, Problem>>) -> Result<T, CallError> {
        transport::on(self.clone(), function).await.map_err(CallError::from)
    }
}

/// Never the key.
impl fmt::Debug for Herald {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Herald").field("origin", &self.origin.as_str()).finish_non_exhaustive()
    }
}

fn authorization(key: &str) -> Result<HeaderValue, InvalidHerald> {
    let key = key.trim();
    let printable = !key.is_empty() && key.chars().all(|c| c.is_ascii_graphic());
    let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| InvalidHerald::Key)?;
    value.set_sensitive(true);
    if printable { Ok(value) } else { Err(InvalidHerald::Key) }
}

/// What the page shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/rust-client.md")]
struct Page;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_its_origin() {
        for url in ["https://herald.example.com", "http://127.0.0.1:3000/"] {
            assert!(Herald::new(url, "pwt_a.b").is_ok(), "{url}");
        }
        let not_origins = [
            "",
            "herald.example.com",
            "ftp://a",
            "https://a/b",
            "https://a/?b",
            "https://u@a",
            "https://a/#b",
            "mailto:a@b.c",
        ];
        for url in not_origins {
            assert_eq!(Herald::new(url, "pwt_a.b").err(), Some(InvalidHerald::Url), "{url}");
        }
    }

    #[test]
    fn a_key_is_printable_and_never_printed() {
        for key in ["", "  ", "a b", "a\nb", "ä"] {
            assert_eq!(Herald::new("https://a", key).err(), Some(InvalidHerald::Key), "{key:?}");
        }
        let herald = Herald::new("https://a", "pwt_hush").expect("valid");
        assert_eq!(format!("{herald:?}"), r#"Herald { origin: "https://a/", .. }"#);
    }
}
