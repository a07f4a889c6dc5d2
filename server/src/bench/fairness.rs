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
    let (beside, alone) = (Steady::start(bench, true).await?, Steady::start(bench, false).await?);
    let (mut slow, mut fast) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        slow.push(Round { herald: beside.p99(bench).await?, floor: alone.p99(bench).await? });
    }
    end(beside.herald).await?;
    end(alone.herald).await?;
    for _ in 0..bench.scale.rounds {
        fast.push(Round { herald: drain(bench, true).await?, floor: drain(bench, false).await? });
    }
    Ok(vec![compared(&B7_P99, &slow, milliseconds), compared(&B7_RATE, &fast, per_second)])
}

/// A steady rate of events for a receiver that answers, and as many for one that never does.
struct Steady {
    herald: Instance,
    sink: Sink,
    _hole: Sink,
    types: Vec<EventType>,
}

impl Steady {
    async fn start(bench: &Bench, beside_dead: bool) -> Result<Self, BenchError> {
        let (sink, hole) = sinks(bench, 1).await?;
        let mut herald = Instance::start().await?;
        herald.add_webhooks(HEALTHY, &sink.urls()).await?;
        herald.add_webhooks(DEAD, &hole.urls()).await?;
        herald.start_engine();
        let types = if beside_dead { vec![HEALTHY, DEAD] } else { vec![HEALTHY] };
        Ok(Self { herald, sink, _hole: hole, types })
    }

    /// Of the deliveries to the one that answers.
    async fn p99(&self, bench: &Bench) -> Result<f64, BenchError> {
        let (seconds, types) = (bench.scale.seconds, self.types.clone());
        let goal = self.sink.counts.received() + u64::from(STEADY * seconds);
        let per_second = STEADY * u32::try_from(types.len())?;
        Pacer { target: self.herald.target.clone(), types, per_second, seconds }.run(&bench.load).await?;
        self.sink.counts.until(goal, PATIENCE).await?;
        Ok(percentile(&self.sink.counts.take_times(), 99))
    }
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
