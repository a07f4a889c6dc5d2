//! F1: killed at random moments under load, and started again.

use std::time::Duration;

use domain::limits::UNSETTLED_MAX;

use crate::{
    plan::either,
    trial::{DUPLICATES_MAX, Trial},
};

const READY_MAX: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_it_is_killed_at_any_moment() {
    let _alone = crate::plan::alone().await;
    let (cycles, events) = either((30, 20_000), (1_000, 1_000_000));
    let mut trial = Trial::new("kills", cycles, events).await;
    let (mut slowest, mut before) = (Duration::ZERO, 0);
    for cycle in 0..cycles {
        slowest = slowest.max(trial.start().await);
        trial.random_moment(cycle).await;
        trial.kill();
        let duplicates = trial.tally.duplicates();
        let again = duplicates - std::mem::replace(&mut before, duplicates);
        assert!(again <= UNSETTLED_MAX, "{again} came again after one kill");
        trial.check_duplicates(DUPLICATES_MAX * (cycle + 1));
    }
    slowest = slowest.max(trial.start().await);
    trial.finish().await;
    trial.check().await;

    let (duplicates, sent_again) = (trial.tally.duplicates(), trial.load.sent_again());
    eprintln!("kills: {duplicates} came again, {sent_again} requests sent again, ready within {slowest:?}");
    trial.check_duplicates(DUPLICATES_MAX * cycles);
    assert!(sent_again > 0, "no kill met a request that was under way");
    assert!(slowest <= READY_MAX, "ready only after {slowest:?}");
}
