//! B3: how long one client waits that is alone.

use domain::EventType;

use super::{
    Bench, BenchError, Figure, Round, compared,
    figure::{B3_P50, B3_P99},
    floors::RawServer,
    instance::{Instance, NOWHERE},
    load::round_trips,
    milliseconds,
    numbers::percentile,
    raw::Raw,
    traffic::{event, payload},
};

/// Of Herald's and of the floor's in turns, so short that both see the same of the machine.
const TRIPS_IN_TURN: usize = 10;

/// B3: p50 and p99, each against those of one raw commit and one empty round trip.
pub(super) async fn idle(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let mut herald = Instance::start().await?;
    herald.add_webhooks(EventType::UserLogin, &[NOWHERE.to_owned()]).await?;
    herald.publish(EventType::UserLogin, bench.scale.warm_up).await?;
    let (raw, server) = (Raw::start(bench.scale.warm_up).await?, RawServer::start().await?);
    let request = herald.target.publish(&event(&payload(EventType::UserLogin)));
    let (mut middle, mut slow) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        let (mut answers, mut floor) = (Vec::new(), Floor::default());
        for _ in 0..bench.scale.trips / TRIPS_IN_TURN {
            answers.extend(round_trips(&bench.load, herald.address(), request.clone(), TRIPS_IN_TURN).await?);
            floor.measure(bench, &raw, &server, TRIPS_IN_TURN).await?;
        }
        middle.push(Round { herald: percentile(&answers, 50), floor: floor.of(50, 1.0, 1.0) });
        slow.push(Round { herald: percentile(&answers, 99), floor: floor.of(99, 1.0, 1.0) });
    }
    herald.stop().await?;
    Ok(vec![compared(&B3_P50, &middle, milliseconds), compared(&B3_P99, &slow, milliseconds)])
}

/// The times of raw commits and of empty round trips.
#[derive(Default)]
pub(super) struct Floor {
    commits: Vec<f64>,
    trips: Vec<f64>,
}

impl Floor {
    /// Adds so many of each.
    pub(super) async fn measure(
        &mut self,
        bench: &Bench,
        raw: &Raw,
        server: &RawServer,
        count: usize,
    ) -> Result<(), BenchError> {
        self.commits.extend(raw.commits(count).await?);
        let (address, request) = (server.target.address, server.empty_request());
        self.trips.extend(round_trips(&bench.load, address, request, count).await?);
        Ok(())
    }

    /// A percentile of so many commits and so many round trips one after the other.
    pub(super) fn of(&self, percent: usize, commits: f64, trips: f64) -> f64 {
        commits * percentile(&self.commits, percent) + trips * percentile(&self.trips, percent)
    }
}
