//! Everything that a request or a command needs, in one place.

use std::{
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{RetryPolicy, limits::TEST_SENDS_AT_ONCE_MAX, target::parse_origin};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, watch},
};
use url::Url;

use crate::{
    access_cache::AccessCache,
    clock::Clock,
    console::Flashes,
    delivery::{Dispatcher, Guard, Pauses, Sender},
    housekeeping,
    limits::{Limits, RateLimits, TrustedProxies},
    passwords::Passwords,
    store::Store,
    tokens::{random_token, token_hash},
};

/// The running server. Cheap to clone: each request has it in several hands.
#[derive(Clone)]
pub struct Herald {
    parts: Arc<Parts>,
}

#[derive(Clone)]
pub struct Parts {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) guard: Arc<Guard>,
    pub(crate) sender: Arc<Sender>,
    pub(crate) pauses: Pauses,
    pub(crate) passwords: Passwords,
    pub(crate) public_url: PublicUrl,
    pub(crate) flashes: Flashes,
    pub(crate) access_cache: AccessCache,
    pub(crate) test_sends: Arc<Semaphore>,
    /// Where deliveries are made: a connection that a test opens is used by them afterwards.
    pub(crate) engine_runtime: Handle,
    pub(crate) limits: Limits,
    pub(crate) proxies: Arc<TrustedProxies>,
    first_run: Arc<Mutex<Option<[u8; 32]>>>,
}

impl Deref for Herald {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Herald {
    /// To be made on the runtime that it will run on.
    #[must_use]
    pub fn new(store: Store, clock: Clock, guard: Arc<Guard>, public_url: PublicUrl) -> Self {
        Self::of(Parts {
            store,
            clock,
            sender: Arc::new(Sender::new(Arc::clone(&guard))),
            guard,
            pauses: Pauses::default(),
            passwords: Passwords::default(),
            public_url,
            flashes: Flashes::default(),
            access_cache: AccessCache::default(),
            test_sends: Arc::new(Semaphore::new(TEST_SENDS_AT_ONCE_MAX)),
            engine_runtime: Handle::current(),
            limits: Limits::default(),
            proxies: Arc::default(),
            first_run: Arc::default(),
        })
    }

    fn of(parts: Parts) -> Self {
        Self { parts: Arc::new(parts) }
    }

    fn into_parts(self) -> Parts {
        Arc::unwrap_or_clone(self.parts)
    }

    /// The same with other limits than by default.
    #[must_use]
    pub fn limited_to(self, rates: RateLimits) -> Self {
        Self::of(Parts { limits: Limits::new(rates), ..self.into_parts() })
    }

    /// The same with a list of passwords that nobody may set.
    #[must_use]
    pub(crate) fn setting(self, passwords: Passwords) -> Self {
        Self::of(Parts { passwords, ..self.into_parts() })
    }

    /// The same behind proxies whose word is taken for where a request comes from.
    #[must_use]
    pub fn behind(self, proxies: TrustedProxies) -> Self {
        Self::of(Parts { proxies: Arc::new(proxies), ..self.into_parts() })
    }

    /// The delivery engine of this server.
    #[must_use]
    pub fn dispatcher(&self, policy: RetryPolicy) -> Dispatcher {
        let (sender, pauses) = (Arc::clone(&self.sender), self.pauses.clone());
        Dispatcher::new(self.store.clone(), sender, self.clock.clone(), policy, pauses)
    }

    /// Runs bulk jobs and the retention until `stop` turns true.
    pub async fn keep_house(self, stop: watch::Receiver<bool>) {
        housekeeping::run(self.store.clone(), self.clock.clone(), stop).await;
    }

    /// Opens the first run and answers the token of its one-time link. A link made before is void.
    #[must_use]
    pub fn open_first_run(&self) -> String {
        let token = random_token();
        *self.first_run.lock().unwrap_or_else(PoisonError::into_inner) = Some(token_hash(&token));
        token
    }

    pub(crate) fn is_first_run(&self, token: &str) -> bool {
        let hash = token_hash(token);
        self.first_run.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|open| open == hash)
    }

    pub(crate) fn close_first_run(&self) {
        *self.first_run.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Where people reach Herald: decides `Secure`, the cookies' names, the links, the host in keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    url: Url,
}

#[derive(Debug, thiserror::Error)]
#[error("“{0}” is not an address: write one such as https://herald.example.com, without a path")]
pub struct InvalidPublicUrl(String);

impl PublicUrl {
    /// # Errors
    /// When it is not an `http` or `https` address without path, query and user info.
    pub fn parse(text: &str) -> Result<Self, InvalidPublicUrl> {
        parse_origin(text).map(|url| Self { url }).ok_or_else(|| InvalidPublicUrl(text.to_owned()))
    }

    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Host and port as they stand in the address.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.url.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_an_origin() {
        let url = PublicUrl::parse("https://Herald.example.com:8443/").expect("valid");
        assert_eq!((url.host().as_str(), url.is_https()), ("herald.example.com:8443", true));
        assert_eq!(url.join("/first-run/x"), "https://herald.example.com:8443/first-run/x");
        for text in ["", "herald.example.com", "ftp://a", "https://a/b", "https://a?b", "https://u@a"] {
            assert!(PublicUrl::parse(text).is_err(), "{text}");
        }
    }
}
