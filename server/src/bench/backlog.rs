//! B17: a dead receiver with a great backlog, and what the others notice of it.

use std::time::Duration;

use domain::EventType;

use super::{
    Bench, BenchError, Figure, Round,
    child::Child,
    compared,
    figure::{B17_MEMORY, B17_P99, B17_READY},
    folder::Folder,
    instance::Instance,
    milliseconds,
    numbers::percentile,
    pacer::Pacer,
    seed::{State, seed},
    sink::{Manner, Sink},
    traffic::Target,
};

const DEAD: EventType = EventType::UserLogin;
const OTHERS: EventType = EventType::UserDisabled;
/// Events a second for the others.
const STEADY: u32 = 200;
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn dead_receiver(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let hole = Sink::open(&bench.sinks, 1, Manner::Silent, None).await?;
    let rows = if bench.scale.long { bench.scale.rows * 10 } else { bench.scale.rows };
    let (with, without) = (Beside::start(bench, &hole, rows).await?, Beside::start(bench, &hole, 0).await?);
    let mut rounds = Vec::new();
    for _ in 0..bench.scale.rounds {
        rounds.push(Round { herald: with.p99(bench).await?, floor: without.p99(bench).await? });
    }
    let figures = [
        Figure::new(&B17_MEMORY, with.child.memory_max()?, None),
        Figure::new(&B17_READY, with.child.ready.as_secs_f64(), None),
        compared(&B17_P99, &rounds, milliseconds),
    ];
    Ok(figures.into_iter().map(|figure| figure.at(rows)).collect())
}

/// A server with one dead receiver and one that answers.
struct Beside {
    child: Child,
    target: Target,
    sink: Sink,
    _folder: Folder,
}

impl Beside {
    async fn start(bench: &Bench, hole: &Sink, rows: u64) -> Result<Self, BenchError> {
        let sink = Sink::open(&bench.sinks, 1, Manner::Times, None).await?;
        let mut herald = Instance::start().await?;
        herald.add_webhooks(DEAD, &hole.urls()).await?;
        herald.add_webhooks(OTHERS, &sink.urls()).await?;
        let key = herald.target.key.clone();
        let folder = herald.stop().await?;
        if rows > 0 {
            seed(folder.database(), rows, 1, State::Pending).await?;
        }
        let child = Child::serve(&folder).await?;
        let target = Target { address: child.address, key };
        Ok(Self { child, target, sink, _folder: folder })
    }

    async fn p99(&self, bench: &Bench) -> Result<f64, BenchError> {
        let seconds = bench.scale.seconds;
        let goal = self.sink.counts.received() + u64::from(STEADY * seconds);
        let pacer = Pacer { target: self.target.clone(), types: vec![OTHERS], per_second: STEADY, seconds };
        pacer.run(&bench.load).await?;
        self.sink.counts.until(goal, PATIENCE).await?;
        Ok(percentile(&self.sink.counts.take_times(), 99))
    }
}
