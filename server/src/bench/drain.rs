//! B4: how fast what waits is delivered, signed, and its results durable.

use std::time::{Duration, Instant};

use domain::EventType;

use super::{
    Bench, BenchError, Figure, Round,
    authority::Authority,
    compared,
    figure::{B4, B4T, B4T_REUSED},
    floors::RawPosts,
    instance::Instance,
    numbers::{float, ratio},
    per_second,
    sink::{Manner, Sink},
};

const RECEIVERS: u8 = 100;
const TYPE: EventType = EventType::UserLogin;
/// Far longer than a round takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// B4: over plain HTTP.
pub(super) async fn plain(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let sink = Sink::open(&bench.sinks, RECEIVERS, Manner::Answers, None).await?;
    let (rounds, _) = compare(bench, &sink, None).await?;
    Ok(vec![compared(&B4, &rounds, per_second).with_note(" (raw reqwest POSTs)")])
}

/// B4t: over TLS, and how many requests found an open connection.
pub(super) async fn over_tls(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let authority = Authority::new(RECEIVERS)?;
    let sink = Sink::open(&bench.sinks, RECEIVERS, Manner::Answers, Some(authority.acceptor)).await?;
    let (rounds, reused) = compare(bench, &sink, Some(authority.pem.as_bytes())).await?;
    let rate = compared(&B4T, &rounds, per_second).with_note(" (raw reqwest POSTs over TLS)");
    Ok(vec![rate, Figure::new(&B4T_REUSED, reused, None)])
}

/// Drains in turns with raw POSTs. Also answers how many percent of Herald's requests found an open connection.
async fn compare(
    bench: &Bench,
    sink: &Sink,
    authorities: Option<&[u8]>,
) -> Result<(Vec<Round>, f64), BenchError> {
    let mut herald = Instance::start_trusting(authorities).await?;
    herald.add_webhooks(TYPE, &sink.urls()).await?;
    let posts = RawPosts::new(&herald.herald.guard)?;
    let (mut rounds, mut connections) = (Vec::new(), 0);
    for _ in 0..bench.scale.rounds {
        let before = sink.counts.connections();
        let rate = drain(bench, &mut herald, sink).await?;
        connections += sink.counts.connections() - before;
        rounds.push(Round { herald: rate, floor: posts.rate(&sink.urls(), deliveries(bench)).await? });
    }
    herald.stop().await?;
    let requests = deliveries(bench) * bench.scale.rounds as u64;
    Ok((rounds, 100.0 * (1.0 - ratio(float(connections), float(requests)))))
}

fn deliveries(bench: &Bench) -> u64 {
    bench.scale.events_drained as u64 * u64::from(RECEIVERS)
}

/// Publishes while nothing is delivered; then the clock runs until the last result is stored.
async fn drain(bench: &Bench, herald: &mut Instance, sink: &Sink) -> Result<f64, BenchError> {
    herald.publish(TYPE, bench.scale.events_drained).await?;
    let (goal, start) = (sink.counts.received() + deliveries(bench), Instant::now());
    herald.start_engine();
    sink.counts.until(goal, PATIENCE).await?;
    herald.until_stored().await?;
    let rate = ratio(float(deliveries(bench)), start.elapsed().as_secs_f64());
    herald.stop_engine().await?;
    Ok(rate)
}
