//! `herald bench`: the measures of speed and cost, each against the least possible program for the same work in the same
//! run. Herald and its floors run in this process's runtime; the load and the receivers have a thread each.

mod authority;
mod backlog;
mod child;
mod cost;
mod drain;
mod fairness;
mod figure;
mod floors;
mod folder;
mod history;
mod ingest;
mod instance;
mod latency;
mod load;
mod machine;
mod message;
mod numbers;
mod pacer;
mod raw;
mod reads;
mod scale;
mod seed;
mod side;
mod sink;
mod statements;
mod together;
mod traffic;

pub(crate) use figure::{Figure, table};
pub(crate) use scale::Scale;

use figure::Spec;
use machine::Ticks;
use numbers::median;
use side::Side;

/// Why something could not be measured, for the one who asked.
pub(crate) type BenchError = Box<dyn std::error::Error + Send + Sync>;

/// What is measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    #[value(name = "B1")]
    B1,
    #[value(name = "B2")]
    B2,
    #[value(name = "B3")]
    B3,
    #[value(name = "B4")]
    B4,
    #[value(name = "B4t")]
    B4t,
    #[value(name = "B5")]
    B5,
    #[value(name = "B6")]
    B6,
    #[value(name = "B7")]
    B7,
    #[value(name = "B8")]
    B8,
    #[value(name = "B9")]
    B9,
    #[value(name = "B14")]
    B14,
    #[value(name = "B17")]
    B17,
    /// The last one: what it counts with stays.
    #[value(name = "B15")]
    B15,
}

impl Part {
    pub(crate) const ALL: [Self; 13] = [
        Self::B1,
        Self::B2,
        Self::B3,
        Self::B4,
        Self::B4t,
        Self::B5,
        Self::B6,
        Self::B7,
        Self::B8,
        Self::B9,
        Self::B14,
        Self::B17,
        Self::B15,
    ];

    async fn measure(self, bench: &Bench) -> Result<Vec<Figure>, BenchError> {
        match self {
            Self::B1 => ingest::single(bench).await,
            Self::B2 => ingest::batches(bench).await,
            Self::B3 => latency::idle(bench).await,
            Self::B4 => drain::plain(bench).await,
            Self::B4t => drain::over_tls(bench).await,
            Self::B5 => together::throughput(bench).await,
            Self::B6 => together::latency(bench).await,
            Self::B7 => fairness::black_hole(bench).await,
            Self::B8 => history::growth(bench).await,
            Self::B9 => reads::pages(bench).await,
            Self::B14 => cost::footprint(bench).await,
            Self::B17 => backlog::dead_receiver(bench).await,
            Self::B15 => cost::statements(bench).await,
        }
    }
}

/// What all parts share.
struct Bench {
    scale: Scale,
    load: Side,
    sinks: Side,
}

/// Measures these parts in their order.
///
/// # Errors
/// When a part cannot be measured: no figures then, rather than some.
pub(crate) async fn run(parts: &[Part], scale: Scale) -> Result<Vec<Figure>, BenchError> {
    let bench = Bench { scale, load: Side::start("load")?, sinks: Side::start("receivers")? };
    let mut figures = Vec::new();
    for part in Part::ALL.into_iter().filter(|part| parts.is_empty() || parts.contains(part)) {
        let start = std::time::Instant::now();
        eprint!("{part:?} ... ");
        let before = Ticks::now()?;
        let measured = part.measure(&bench).await?;
        let others = Ticks::now()?.others_percent(before);
        figures.extend(measured.into_iter().map(|figure| figure.beside(others, machine::is_quiet(others))));
        eprintln!("{:.1} s, others took {others:.0} % of the machine", start.elapsed().as_secs_f64());
    }
    Ok(figures)
}

/// One round of a comparison: Herald's figure and the floor's.
#[derive(Debug, Clone, Copy)]
struct Round {
    herald: f64,
    floor: f64,
}

/// The median of the rounds' ratios; the medians of both sides are shown beside it.
fn compared(spec: &Spec, rounds: &[Round], show: impl Fn(f64) -> String) -> Figure {
    let of = |value: fn(&Round) -> f64| median(&rounds.iter().map(value).collect::<Vec<_>>());
    let ratio = of(|round| numbers::ratio(round.herald, round.floor));
    let (herald, floor) = (show(of(|round| round.herald)), show(of(|round| round.floor)));
    Figure::new(spec, ratio, Some(format!("{floor}; Herald {herald}")))
}

fn per_second(rate: f64) -> String {
    format!("{rate:.0}/s")
}

fn milliseconds(time: f64) -> String {
    format!("{time:.2} ms")
}
