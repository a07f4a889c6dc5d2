//! B5 and B6: events that come in and go out at the same time, as fast as it goes and at a steady rate.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::EventType;

use super::{
    Bench, BenchError, Figure, Round, compared,
    figure::{B5, B6_P50, B6_P99},
    floors::{RawPosts, RawServer},
    instance::Instance,
    latency::Floor,
    load::{Backlog, Clients},
    milliseconds,
    numbers::{combined, float, percentile, ratio},
    pacer::Pacer,
    per_second,
    raw::Raw,
    sink::{Manner, Sink},
    traffic::{Target, event, payload},
};

/// Events that may be published and not yet received.
const BACKLOG_MAX: u64 = 4_096;
/// The beginning of a turn, in which the backlog builds up, does not count.
const RAMP: Duration = Duration::from_millis(500);
/// A steady rate, in events a second.
const STEADY: u32 = 1_000;
/// Far longer than the last deliveries of a turn take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Herald that delivers each event to one receiver: there is a webhook for each type.
pub(super) struct Flow {
    pub(super) herald: Instance,
    pub(super) sink: Sink,
}

impl Flow {
    pub(super) async fn start(bench: &Bench, manner: Manner) -> Result<Self, BenchError> {
        let types = EventType::ALL;
        let sink = Sink::open(&bench.sinks, u8::try_from(types.len())?, manner, None).await?;
        let mut herald = Instance::start().await?;
        for (event_type, url) in types.into_iter().zip(sink.urls()) {
            herald.add_webhooks(event_type, &[url]).await?;
        }
        herald.start_engine();
        herald.publish(EventType::UserLogin, bench.scale.warm_up).await?;
        sink.counts.until(bench.scale.warm_up as u64, PATIENCE).await?;
        herald.until_stored().await?;
        sink.counts.take_times();
        Ok(Self { herald, sink })
    }

    /// Publishes as fast as Herald delivers, for so long; answers how many were received a second after the ramp, and how
    /// many were published in all. All of them are delivered when it returns.
    pub(super) async fn run(&self, bench: &Bench, duration: Duration) -> Result<(f64, u64), BenchError> {
        let counts = &self.sink.counts;
        let before = counts.received();
        let clients = Clients {
            address: self.herald.address(),
            count: bench.scale.clients,
            requests: Arc::new(requests(&self.herald.target)),
            backlog: Some(Backlog::new(Arc::clone(counts), BACKLOG_MAX)),
        };
        let (published, rate) = tokio::join!(clients.run(&bench.load, duration), self.receive(duration));
        let published = published?.requests;
        counts.until(before + published, PATIENCE).await?;
        self.herald.until_stored().await?;
        Ok((rate, published))
    }

    async fn receive(&self, duration: Duration) -> f64 {
        let ramp = RAMP.min(duration / 4);
        tokio::time::sleep(ramp).await;
        let (start, before) = (Instant::now(), self.sink.counts.received());
        tokio::time::sleep(duration.saturating_sub(ramp)).await;
        ratio(float(self.sink.counts.received() - before), start.elapsed().as_secs_f64())
    }
}

fn requests(target: &Target) -> Vec<Vec<u8>> {
    EventType::ALL.iter().map(|event_type| target.publish(&event(&payload(*event_type)))).collect()
}

/// B5: against one program that does the work of B1's floor and of B4's.
pub(super) async fn throughput(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let flow = Flow::start(bench, Manner::Answers).await?;
    let (raw, server) = (Raw::start(bench.scale.warm_up).await?, RawServer::start().await?);
    let posts = RawPosts::new(&flow.herald.herald.guard)?;
    let raw_posts_sink = Sink::open(&bench.sinks, 4, Manner::Answers, None).await?;
    let mut rounds = Vec::new();
    for _ in 0..bench.scale.rounds {
        let groups = flow.herald.herald.store.groups_written();
        let (rate, published) = flow.run(bench, bench.scale.turn * 3).await?;
        let groups = flow.herald.herald.store.groups_written() - groups;
        let group = usize::try_from(published / groups.max(1))?.max(1);
        let inserts = raw.rate(group, bench.scale.turn / 2).await?;
        let requests = Arc::new(requests(&server.target));
        let clients =
            Clients { address: server.target.address, count: bench.scale.clients, requests, backlog: None };
        let http = clients.run(&bench.load, bench.scale.turn / 2).await?.per_second;
        let sends = posts.rate(&raw_posts_sink.urls(), bench.scale.posts).await?;
        rounds.push(Round { herald: rate, floor: combined(combined(inserts, http), sends) });
    }
    flow.herald.stop().await?;
    Ok(vec![compared(&B5, &rounds, per_second).with_note(" (raw SQLite, raw axum and raw reqwest)")])
}

/// B6: how long an event is under way, at a steady rate.
pub(super) async fn latency(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let flow = Flow::start(bench, Manner::Times).await?;
    let (raw, server) = (Raw::start(bench.scale.warm_up).await?, RawServer::start().await?);
    let (mut middle, mut slow) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        let (mut times, mut floor) = (Vec::new(), Floor::default());
        for _ in 0..bench.scale.seconds {
            times.extend(one_second(bench, &flow).await?);
            floor.measure(bench, &raw, &server, bench.scale.trips / 5).await?;
        }
        middle.push(Round { herald: percentile(&times, 50), floor: floor.of(50, 1.5, 2.0) });
        slow.push(Round { herald: percentile(&times, 99), floor: floor.of(99, 1.5, 2.0) });
    }
    flow.herald.stop().await?;
    Ok(vec![compared(&B6_P50, &middle, milliseconds), compared(&B6_P99, &slow, milliseconds)])
}

/// How long each event of a second was under way, in milliseconds.
async fn one_second(bench: &Bench, flow: &Flow) -> Result<Vec<f64>, BenchError> {
    let counts = &flow.sink.counts;
    let goal = counts.received() + u64::from(STEADY);
    let (target, types) = (flow.herald.target.clone(), EventType::ALL.to_vec());
    Pacer { target, types, per_second: STEADY, seconds: 1 }.run(&bench.load).await?;
    counts.until(goal, PATIENCE).await?;
    Ok(counts.take_times())
}
