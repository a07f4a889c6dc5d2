//! A whole Herald on real sockets and a real SQLite file, for the integration tests; its clock stands until moved.

#![allow(dead_code, reason = "each test file uses its own part of this")]
#![allow(unreachable_pub, unused_imports, reason = "the shape is the one of a library")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]

mod client;
mod document;
mod program;
mod receiver;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

pub use client::{Answer, Client, form, login_event};
pub use program::{Ended, Program};
pub use receiver::{Received, Receiver};

use domain::{RetryPolicy, Timestamp, target::TargetPolicy};
use server::{
    Herald, PublicUrl,
    clock::Clock,
    delivery::Guard,
    limits::{RateLimits, TrustedProxies},
    store::{KeySource, Store},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// The platform's organization, its admin, and the password of everybody.
pub const ORGANIZATION: &str = "parallelworks";
pub const ADMIN: &str = "admin";
pub const PASSWORD: &str = "correct horse battery";

pub struct TestHerald {
    pub url: String,
    pub clock: Clock,
    pub folder: TempDir,
    pub herald: Herald,
    pub store: Store,
    http: reqwest::Client,
    stop: watch::Sender<bool>,
    dispatching: JoinHandle<()>,
    keeping: JoinHandle<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl TestHerald {
    /// With an empty database; webhooks may call 127.0.0.0/8.
    pub async fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder"), real_now()).await
    }

    /// On the database `herald.db` of a folder, such as one that [`TestHerald::stop_keeping`] left.
    pub async fn start_in(folder: TempDir, now: Timestamp) -> Self {
        Self::start_with(folder, now, None, this_machine()).await
    }

    /// As if behind a proxy that people reach under this address.
    pub async fn start_as(public_url: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::start_with(folder, real_now(), Some(public_url), this_machine()).await
    }

    /// With an empty database; webhooks may call what this policy allows.
    pub async fn start_guarded(policy: TargetPolicy) -> Self {
        Self::start_with(tempfile::tempdir().expect("a folder"), real_now(), None, policy).await
    }

    /// As [`TestHerald::start_in`]; webhooks may call what this policy allows.
    pub async fn start_guarded_in(folder: TempDir, now: Timestamp, policy: TargetPolicy) -> Self {
        Self::start_with(folder, now, None, policy).await
    }

    /// With an empty database, these limits, and proxies at these addresses. Other starts have no limits.
    pub async fn start_limited(limits: RateLimits, proxies: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let proxies: Vec<String> = proxies.iter().map(|text| (*text).to_owned()).collect();
        let proxies = TrustedProxies::parse(&proxies).expect("addresses");
        Self::start_behind(folder, real_now(), None, this_machine(), limits, proxies).await
    }

    async fn start_with(
        folder: TempDir,
        now: Timestamp,
        public_url: Option<&str>,
        policy: TargetPolicy,
    ) -> Self {
        let proxies = TrustedProxies::default();
        Self::start_behind(folder, now, public_url, policy, RateLimits::none(), proxies).await
    }

    async fn start_behind(
        folder: TempDir,
        now: Timestamp,
        public_url: Option<&str>,
        policy: TargetPolicy,
        limits: RateLimits,
        proxies: TrustedProxies,
    ) -> Self {
        let clock = Clock::given(now);
        let key = KeySource::File(folder.path().join("herald.db.key"));
        let store = Store::open(&folder.path().join("herald.db"), key, clock.clone()).await.expect("a store");
        let guard = Arc::new(Guard::new(policy, None).expect("a guard"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let public = PublicUrl::parse(public_url.unwrap_or(&url)).expect("a public URL");
        let herald = Herald::new(store.clone(), clock.clone(), Arc::clone(&guard), public);
        let herald = herald.limited_to(limits).behind(proxies);

        let (stop, stopped) = watch::channel(false);
        let policy = RetryPolicy { jitter_share: 0.0, ..RetryPolicy::default() };
        let dispatcher = herald.dispatcher(policy);
        let dispatching = tokio::spawn(dispatcher.run(stopped.clone()));
        let keeping = tokio::spawn(herald.clone().keep_house(stopped.clone()));
        let serving = tokio::spawn(serve(listener, herald.clone(), stopped));
        Self { url, clock, folder, herald, store, http: http(), stop, dispatching, keeping, serving }
    }

    /// Nobody.
    pub fn client(&self) -> Client {
        Client::nobody(self.http.clone(), &self.url)
    }

    /// Does the first run as a script does: platform admin `admin` of organization `parallelworks`.
    pub async fn first_admin(&self) -> Client {
        let token = self.herald.open_first_run();
        let fields = [
            ("token", token.as_str()),
            ("organization", ORGANIZATION),
            ("username", ADMIN),
            ("email", "admin@parallelworks.com"),
            ("password", PASSWORD),
        ];
        let answer = self.client().call("first-run/create", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.client().with_cookies(&answer)
    }

    /// Stops dispatcher and server, and closes the store.
    pub async fn stop(self) {
        self.stop_keeping().await;
    }

    /// As `stop`; hands on the folder with the database, for a restart.
    pub async fn stop_keeping(self) -> TempDir {
        // Connections that are kept open would hold the server up.
        drop(self.http);
        self.stop.send_replace(true);
        self.dispatching.await.expect("the dispatcher ended");
        self.keeping.await.expect("the housekeeping ended");
        self.serving.await.expect("the server ended").expect("it served");
        self.store.close().await;
        self.folder
    }
}

fn this_machine() -> TargetPolicy {
    TargetPolicy { allowed: vec!["127.0.0.0/8".parse().expect("a range")], allow_http: false }
}

async fn serve(
    listener: TcpListener,
    herald: Herald,
    mut stopped: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let until = async move {
        // An error means that the one who could stop us is gone.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let service = server::router(herald).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(until).await
}

/// Follows no redirect, uses no proxy, keeps no cookie.
fn http() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.build().expect("a client")
}

pub fn real_now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Timestamp::from_unix_ms(i64::try_from(since_1970.as_millis()).expect("in range"))
}

/// A name that no other has: `prefix-1`, `prefix-2`, ...
pub fn fresh(prefix: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
