//! B8: whether taking what is due and storing what came of it costs more the more history there is.

use std::time::{Duration, Instant};

use domain::{EventType, Outcome, Verdict, limits::LOAD_BYTES_MAX};
use futures::future::try_join_all;

use super::{
    Bench, BenchError, Figure, Round, compared,
    figure::{B8_1E6, B8_1E7, Spec},
    folder::Folder,
    instance::{Instance, NOWHERE},
    numbers::{float, ratio},
    per_second,
    seed::{State, seed},
};
use crate::{
    clock::Clock,
    delivery::{Due, Loaded, Route, Sent, Wanted},
    store::{Completion, KeySource, Store},
};

const WEBHOOKS: u64 = 10;
/// Deliveries of one webhook that are taken at once.
const WINDOW: usize = 128;

pub(super) async fn growth(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let few = Seeded::open(bench, bench.scale.rows_few).await?;
    let mut figures = vec![against(bench, &B8_1E6, &few, bench.scale.rows).await?];
    if bench.scale.long {
        figures.push(against(bench, &B8_1E7, &few, bench.scale.rows * 10).await?);
    }
    few.store.close().await;
    Ok(figures)
}

async fn against(bench: &Bench, spec: &Spec, few: &Seeded, rows: u64) -> Result<Figure, BenchError> {
    let many = Seeded::open(bench, rows).await?;
    let mut rounds = Vec::new();
    for _ in 0..bench.scale.rounds {
        let herald = many.turn(bench).await?;
        rounds.push(Round { herald, floor: few.turn(bench).await? });
    }
    many.store.close().await;
    Ok(compared(spec, &rounds, per_second).with_note(" with much history"))
}

/// A store with a history and enough to be done.
struct Seeded {
    store: Store,
    clock: Clock,
    _folder: Folder,
}

impl Seeded {
    async fn open(bench: &Bench, rows: u64) -> Result<Self, BenchError> {
        let mut herald = Instance::start().await?;
        let url = NOWHERE.to_owned();
        herald.add_webhooks(EventType::UserLogin, &vec![url; usize::try_from(WEBHOOKS)?]).await?;
        let folder = herald.stop().await?;
        seed(folder.database(), rows, WEBHOOKS, State::Delivered).await?;
        // Enough for two figures, though each turn ends with a whole window of each webhook.
        let due = 2 * bench.scale.rounds * (taken(bench) + WINDOW * usize::try_from(WEBHOOKS)?);
        seed(folder.database(), due as u64, WEBHOOKS, State::Pending).await?;
        let clock = Clock::system();
        let store = Store::open(&folder.database(), KeySource::File(folder.key()), clock.clone()).await?;
        Ok(Self { store, clock, _folder: folder })
    }

    /// Takes and completes as the engine does, webhook by webhook; answers the deliveries a second.
    async fn turn(&self, bench: &Bench) -> Result<f64, BenchError> {
        let start = Instant::now();
        let mut done = 0;
        while done < taken(bench) {
            let before = done;
            for webhook in 1..=i64::try_from(WEBHOOKS)? {
                done += self.take_and_complete(webhook).await?;
            }
            if done == before {
                return Err("nothing is due any more".into());
            }
        }
        Ok(ratio(float(done as u64), start.elapsed().as_secs_f64()))
    }

    async fn take_and_complete(&self, webhook: i64) -> Result<usize, BenchError> {
        let wanted = Wanted { lane: webhook, known: Vec::new(), rows_max: WINDOW, bytes_max: LOAD_BYTES_MAX };
        let Loaded { route, due, .. } =
            self.store.load_lane(wanted, self.clock.now()).await?.ok_or("a webhook is gone")?;
        let completions =
            due.iter().map(|due| self.store.complete(delivered(due, &route, &self.clock).into()));
        Ok(try_join_all(completions).await?.len())
    }
}

/// Deliveries of one turn.
fn taken(bench: &Bench) -> usize {
    bench.scale.events_drained * 100
}

fn delivered(due: &Due, route: &Route, clock: &Clock) -> Completion {
    let now = clock.now();
    let sent = Sent {
        outcome: Outcome::Answered { status: 200, retry_after: None },
        error_text: None,
        duration: Duration::from_millis(1),
        response: None,
        signature: format!("v1,{}=", "x".repeat(43)),
    };
    Completion {
        key: due.key,
        webhook: route.webhook,
        schedule_from: due.schedule_from,
        attempt: sent.into_attempt(due, route, now),
        verdict: Verdict::Delivered,
        ended_at: now,
    }
}
