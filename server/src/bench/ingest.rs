//! B1 and B2: how many events a second are taken and durable. Nothing is delivered meanwhile.

use std::sync::Arc;

use domain::EventType;

use super::{
    Bench, BenchError, Figure, Round, compared,
    figure::{B1, B2},
    floors::RawServer,
    instance::{Instance, NOWHERE},
    load::{Answered, Clients},
    numbers::{combined, float, median},
    per_second,
    raw::{Raw, count_events},
    traffic::{Target, batch, event, payload},
};

/// Clients that publish in batches: enough for the writer never to wait.
const BATCH_CLIENTS: usize = 16;
const BATCH_EVENTS: usize = 100;
const TYPE: EventType = EventType::UserLogin;

/// B1: 256 clients, each with one event a request.
pub(super) async fn single(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let (herald, raw, server) =
        (herald(bench).await?, Raw::start(bench.scale.warm_up).await?, RawServer::start().await?);
    let body = event(&payload(TYPE));
    publish(bench, &server.target, &body, bench.scale.clients).await?;
    let (mut rounds, mut sqlite, mut http, mut groups) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        let (rate, group) = herald.publish(bench, &body, bench.scale.clients, 1).await?;
        let inserts = raw.rate(group, bench.scale.turn).await?;
        let posts = publish(bench, &server.target, &body, bench.scale.clients).await?.per_second;
        rounds.push(Round { herald: rate, floor: combined(inserts, posts) });
        sqlite.push(inserts);
        http.push(posts);
        groups.push(float(group as u64));
    }
    herald.finish().await?;
    let parts = format!(
        " (raw SQLite {:.0}/s in groups of {:.0}, raw axum {:.0}/s)",
        median(&sqlite),
        median(&groups),
        median(&http)
    );
    Ok(vec![compared(&B1, &rounds, per_second).with_note(&parts)])
}

/// B2: a hundred events a request.
pub(super) async fn batches(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let (herald, raw) = (herald(bench).await?, Raw::start(bench.scale.warm_up).await?);
    let body = batch(TYPE, BATCH_EVENTS);
    let clients = BATCH_CLIENTS.min(bench.scale.clients);
    let (mut rounds, mut groups) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        let (rate, group) = herald.publish(bench, &body, clients, BATCH_EVENTS).await?;
        let floor = raw.rate(group, bench.scale.turn).await?;
        rounds.push(Round { herald: rate, floor });
        groups.push(float(group as u64));
    }
    herald.finish().await?;
    let note = format!(" (raw SQLite in groups of {:.0})", median(&groups));
    Ok(vec![compared(&B2, &rounds, per_second).with_note(&note)])
}

/// A Herald with one webhook, and how many events were published to it.
struct Ingesting {
    instance: Instance,
    accepted: std::cell::Cell<u64>,
}

async fn herald(bench: &Bench) -> Result<Ingesting, BenchError> {
    let mut instance = Instance::start().await?;
    instance.add_webhooks(TYPE, &[NOWHERE.to_owned()]).await?;
    instance.publish(TYPE, bench.scale.warm_up).await?;
    Ok(Ingesting { instance, accepted: std::cell::Cell::new(bench.scale.warm_up as u64) })
}

impl Ingesting {
    /// Answers the events a second, and how many of them one transaction had on average.
    async fn publish(
        &self,
        bench: &Bench,
        body: &str,
        clients: usize,
        events: usize,
    ) -> Result<(f64, usize), BenchError> {
        let groups = self.instance.herald.store.groups_written();
        let answered = publish(bench, &self.instance.target, body, clients).await?;
        let groups = self.instance.herald.store.groups_written() - groups;
        let accepted = answered.requests * events as u64;
        self.accepted.set(self.accepted.get() + accepted);
        let group = usize::try_from(accepted / groups.max(1))?.max(1);
        Ok((answered.per_second * float(events as u64), group))
    }

    /// Every event that was answered must be there.
    async fn finish(self) -> Result<(), BenchError> {
        let folder = self.instance.stop().await?;
        let stored = count_events(folder.database()).await?;
        if stored < self.accepted.get() {
            return Err(
                format!("{} events were acknowledged and {stored} are stored", self.accepted.get()).into()
            );
        }
        Ok(())
    }
}

async fn publish(bench: &Bench, target: &Target, body: &str, clients: usize) -> Result<Answered, BenchError> {
    let requests = Arc::new(vec![target.publish(body)]);
    let clients = Clients { address: target.address, count: clients, requests, backlog: None };
    clients.run(&bench.load, bench.scale.turn).await
}
