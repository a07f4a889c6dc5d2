//! B14: what Herald takes of the machine. B15: what an event takes of the database.

use std::{env, fs, time::Duration};

use domain::EventType;

use super::{
    Bench, BenchError, Figure,
    child::Child,
    figure::{
        B14_BINARY, B14_IDLE, B14_PENDING, B14_START, B15_FLUSHES, B15_STATEMENTS, B15_STORED, B15_WRITTEN,
    },
    folder::Folder,
    instance::Instance,
    numbers::{float, ratio},
    seed::{State, seed},
    sink::{Manner, Sink},
    statements::Statements,
    together::Flow,
    traffic::EVENT_BYTES,
};

const RECEIVERS: u8 = 100;
/// After which memory has settled.
const SETTLED: Duration = Duration::from_secs(3);
const MIB: f64 = 1_048_576.0;
/// Of the log before it is moved, and of the database afterwards.
const FLUSHES_PER_MOVE: u64 = 2;

/// B14: memory, start and size. What is pending is for receivers that never answer, so that it stays.
pub(super) async fn footprint(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let idle = measure_memory(&Instance::start().await?.stop().await?).await?;
    let sink = Sink::open(&bench.sinks, RECEIVERS, Manner::Silent, None).await?;
    let folder = pending(bench.scale.rows, &sink.urls()).await?;
    let child = Child::serve(&folder).await?;
    tokio::time::sleep(SETTLED).await;
    let binary = fs::metadata(env::current_exe()?)?.len();
    Ok(vec![
        Figure::new(&B14_IDLE, idle, None),
        Figure::new(&B14_PENDING, child.memory_max()?, None),
        Figure::new(&B14_BINARY, float(binary) / MIB, None),
        Figure::new(&B14_START, child.ready.as_secs_f64() * 1_000.0, None),
    ])
}

async fn measure_memory(folder: &Folder) -> Result<f64, BenchError> {
    let child = Child::serve(folder).await?;
    tokio::time::sleep(SETTLED).await;
    child.memory()
}

/// A database with so many deliveries that are due, for these receivers in turns.
pub(super) async fn pending(rows: u64, urls: &[String]) -> Result<Folder, BenchError> {
    let mut herald = Instance::start().await?;
    herald.add_webhooks(EventType::UserLogin, urls).await?;
    let folder = herald.stop().await?;
    seed(folder.database(), rows, urls.len() as u64, State::Pending).await?;
    Ok(folder)
}

/// B15: counted while events come in and go out as fast as they can.
pub(super) async fn statements(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let counted = Statements::start()?;
    let flow = Flow::start(bench, Manner::Answers).await?;
    let stored = flow.herald.folder().stored_bytes();
    let (before, written) = (counted.read(), written_bytes()?);
    let (_, events) = flow.run(bench, bench.scale.turn * 3).await?;
    let (counts, written) = (counted.read().since(before), written_bytes()? - written);
    let folder = flow.herald.stop().await?;
    let stored = folder.stored_bytes().saturating_sub(stored);
    let flushes = counts.commits + counts.moves * FLUSHES_PER_MOVE;
    let per_event = |count: u64| ratio(float(count), float(events));
    let per_byte = |bytes: u64| ratio(float(bytes), float(events * EVENT_BYTES as u64));
    Ok(vec![
        Figure::new(&B15_STATEMENTS, per_event(counts.statements), None),
        Figure::new(&B15_FLUSHES, per_event(flushes), None),
        Figure::new(&B15_WRITTEN, per_byte(written), None),
        Figure::new(&B15_STORED, per_byte(stored), None),
    ])
}

/// What this process has caused to be written to disks.
fn written_bytes() -> Result<u64, BenchError> {
    let io = fs::read_to_string("/proc/self/io")?;
    let bytes = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    Ok(bytes.ok_or("the system does not say how much was written")?.trim().parse()?)
}
