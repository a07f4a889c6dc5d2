//! F8: asked to stop (SIGTERM) at random moments under load, and started again.

use std::path::Path;

use crate::{plan::either, trial::Trial};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_at_any_moment_loses_nothing_and_sends_nothing_twice() {
    let _alone = crate::plan::alone().await;
    let (cycles, events) = either((20, 6_000), (200, 200_000));
    let mut trial = Trial::new("stops", cycles, events).await;
    for cycle in 0..cycles {
        trial.start().await;
        trial.random_moment(cycle).await;
        trial.stop().await;
        assert_eq!(log_bytes(trial.folder.path()), 0, "the log is in the database");
        trial.check_duplicates(0);
    }
    trial.start().await;
    trial.finish().await;
    trial.check().await;
    trial.check_duplicates(0);
    assert!(trial.load.sent_again() > 0, "no stop met a request that was under way");
}

fn log_bytes(folder: &Path) -> u64 {
    std::fs::metadata(folder.join("herald.db-wal")).map_or(0, |log| log.len())
}
