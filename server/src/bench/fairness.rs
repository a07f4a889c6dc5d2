//! B7: what those who answer notice of those who never do.

use std::time::{Duration, Instant};

use domain::EventType;

use super::{
    Bench, BenchError, Figure, Round, compared,
    figure::{B7_P99, B7_RATE},
    instance::Instance,
    milliseconds,
    numbers::{float, percentile, ratio},
    pacer::Pacer,
    per_second,
    sink::{Manner, Sink},
};

const HEALTHY: EventType = EventType::UserLogin;
const DEAD: EventType = EventType::UserDisabled;
/// Events a second for those who answer, and as many for those who do not.
const STEADY: u32 = 500;
/// Receivers that answer, and as many that do not.
const RECEIVERS: u8 = 20;
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn black_hole(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let (mut slow, mut fast) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        let (herald, floor) = (p99(bench, true).await?, p99(bench, false).await?);
        slow.push(Round { herald, floor });
        let (herald, floor) = (drain(bench, true).await?, drain(bench, false).await?);
        fast.push(Round { herald, floor });
    }
    Ok(vec![compared(&B7_P99, &slow, milliseconds), compared(&B7_RATE, &fast, per_second)])
}

/// The p99 of a healthy webhook's deliveries at a steady rate.
async fn p99(bench: &Bench, beside_dead: bool) -> Result<f64, BenchError> {
    let (sink, hole) = sinks(bench, 1).await?;
    let mut herald = Instance::start().await?;
    herald.add_webhooks(HEALTHY, &sink.urls()).await?;
    herald.add_webhooks(DEAD, &hole.urls()).await?;
    herald.start_engine();
    let types = if beside_dead { vec![HEALTHY, DEAD] } else { vec![HEALTHY] };
    let per_second = STEADY * u32::try_from(types.len())?;
    let pacer = Pacer { target: herald.target.clone(), types, per_second, seconds: bench.scale.seconds };
    pacer.run(&bench.load).await?;
    sink.counts.until(u64::from(STEADY * bench.scale.seconds), PATIENCE).await?;
    let p99 = percentile(&sink.counts.take_times(), 99);
    end(herald).await?;
    Ok(p99)
}

/// How many deliveries a second get through to healthy receivers of the same events.
async fn drain(bench: &Bench, beside_dead: bool) -> Result<f64, BenchError> {
    let (sink, hole) = sinks(bench, RECEIVERS).await?;
    let mut herald = Instance::start().await?;
    herald.add_webhooks(HEALTHY, &sink.urls()).await?;
    if beside_dead {
        herald.add_webhooks(HEALTHY, &hole.urls()).await?;
    }
    let events = bench.scale.events_drained * 2;
    herald.publish(HEALTHY, events).await?;
    let (goal, start) = (events as u64 * u64::from(RECEIVERS), Instant::now());
    herald.start_engine();
    sink.counts.until(goal, PATIENCE).await?;
    let rate = ratio(float(goal), start.elapsed().as_secs_f64());
    end(herald).await?;
    Ok(rate)
}

async fn sinks(bench: &Bench, receivers: u8) -> Result<(Sink, Sink), BenchError> {
    let healthy = Sink::open(&bench.sinks, receivers, Manner::Times, None).await?;
    Ok((healthy, Sink::open(&bench.sinks, receivers, Manner::Silent, None).await?))
}

/// Its attempts at those who never answer are given up.
async fn end(mut herald: Instance) -> Result<(), BenchError> {
    herald.abandon_engine();
    herald.stop().await?;
    Ok(())
}
