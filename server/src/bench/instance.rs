//! A whole Herald in this process, as `herald serve` builds it: real sockets, a real database.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use domain::{EventType, Name, RetryPolicy, limits::BATCH_EVENTS_MAX, target::TargetPolicy};
use serde_json::json;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{
    BenchError,
    folder::Folder,
    load::ask,
    traffic::{ORGANIZATION, Target, batch},
};
use crate::{
    clock::Clock,
    delivery::Guard,
    herald::{Herald, PublicUrl},
    http,
    limits::RateLimits,
    passwords::Passwords,
    store::{ActedBy, KeySource, NewApiKey, Store},
    tokens::{hint, new_api_key, random_token, token_hash},
    usecases::first_admin,
};

/// For webhooks whose engine does not run: nothing is ever sent there.
pub(super) const NOWHERE: &str = "http://127.0.0.1:8999/";
/// How often it is looked whether everything is stored.
const LOOK_EVERY: Duration = Duration::from_millis(2);

pub(super) struct Instance {
    pub(super) herald: Herald,
    pub(super) target: Target,
    folder: Folder,
    engine: Option<Engine>,
    stop: watch::Sender<bool>,
    keeping: JoinHandle<()>,
    serving: JoinHandle<io::Result<()>>,
    webhooks: usize,
}

struct Engine {
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Instance {
    /// With an organization and a key, and without a delivery engine.
    pub(super) async fn start() -> Result<Self, BenchError> {
        Self::start_trusting(None).await
    }

    pub(super) async fn start_trusting(authorities: Option<&[u8]>) -> Result<Self, BenchError> {
        let folder = Folder::new()?;
        let clock = Clock::system();
        let store = Store::open(&folder.database(), KeySource::File(folder.key()), clock.clone()).await?;
        let policy = TargetPolicy { allowed: vec!["127.0.0.0/8".parse()?], allow_http: false };
        let guard = Arc::new(Guard::new(policy, authorities)?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let public_url = PublicUrl::parse(&format!("http://{address}"))?;
        let key = set_up(&store, &public_url).await?;
        // What is measured is what Herald can do, not what it lets one caller do.
        let herald = Herald::new(store, clock, guard, public_url).limited_to(RateLimits::none());
        let (stop, stopped) = watch::channel(false);
        let keeping = tokio::spawn(herald.clone().keep_house(stopped.clone()));
        let serving = tokio::spawn(serve(listener, herald.clone(), stopped));
        let target = Target { address, key };
        Ok(Self { herald, target, folder, engine: None, stop, keeping, serving, webhooks: 0 })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.target.address
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// One for each URL.
    pub(super) async fn add_webhooks(
        &mut self,
        event_type: EventType,
        urls: &[String],
    ) -> Result<(), BenchError> {
        for url in urls {
            self.webhooks += 1;
            let name = format!("webhook-{}", self.webhooks);
            let webhook = json!({ "enabled": true, "name": name, "type": event_type, "url": url });
            let path = format!("/api/organizations/{ORGANIZATION}/webhooks");
            ask(self.address(), &self.target.post(&path, &webhook.to_string())).await?;
        }
        Ok(())
    }

    /// Publishes so many events, as many as may be in one request.
    pub(super) async fn publish(&self, event_type: EventType, events: usize) -> Result<(), BenchError> {
        for first in (0..events).step_by(BATCH_EVENTS_MAX) {
            let body = batch(event_type, BATCH_EVENTS_MAX.min(events - first));
            ask(self.address(), &self.target.publish(&body)).await?;
        }
        Ok(())
    }

    /// Begins to deliver.
    pub(super) fn start_engine(&mut self) {
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(self.herald.dispatcher(RetryPolicy::default()).run(stopped));
        self.engine = Some(Engine { stop, running });
    }

    /// Ends what is under way and delivers no more.
    pub(super) async fn stop_engine(&mut self) -> Result<(), BenchError> {
        if let Some(Engine { stop, running }) = self.engine.take() {
            stop.send_replace(true);
            running.await?;
        }
        Ok(())
    }

    /// Ends it without waiting for receivers that never answer.
    pub(super) fn abandon_engine(&mut self) {
        if let Some(Engine { running, .. }) = self.engine.take() {
            running.abort();
        }
    }

    /// Resolves when the result of every delivery is stored.
    pub(super) async fn until_stored(&self) -> Result<(), BenchError> {
        while !self.herald.store.lanes().await?.is_empty() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Ends it, and hands on the folder with the closed database.
    pub(super) async fn stop(mut self) -> Result<Folder, BenchError> {
        self.stop_engine().await?;
        self.stop.send_replace(true);
        self.keeping.await?;
        self.serving.await??;
        self.herald.store.close().await;
        Ok(self.folder)
    }
}

/// Makes the organization and its admin; answers a key of theirs.
async fn set_up(store: &Store, public_url: &PublicUrl) -> Result<String, BenchError> {
    let password = random_token();
    let admin = first_admin(&Passwords::default(), ORGANIZATION, "admin", "a@b.example", &password).await;
    let admin = admin.map_err(|problem| problem.detail)?;
    let key = new_api_key(&public_url.host());
    let title = Name::parse("bench")?;
    let stored = NewApiKey { title, key_hash: token_hash(&key), hint: hint(&key), expires_at: None };
    store.set_up(admin, Some(stored), ActedBy::command()).await?;
    Ok(key)
}

async fn serve(listener: TcpListener, herald: Herald, mut stopped: watch::Receiver<bool>) -> io::Result<()> {
    let until = async move {
        // An error means that the one who could stop us is gone.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    axum::serve(listener, http::router(herald).into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(until)
        .await
}
