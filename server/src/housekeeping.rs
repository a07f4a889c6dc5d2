//! What goes on in the background: bulk jobs, purging users, noting whom events are about, and removing what is older than the retention.

use std::time::Duration;

use domain::limits::{AUDIT_RETENTION, PURGE_LOOK_EVERY, RETENTION, RETENTION_EVERY, SUBJECTS_DELAY};
use tokio::sync::watch;

use crate::{
    clock::Clock,
    store::{Pruned, Purging, Store, StoreError},
};

/// After an error of the store, how long until it is asked again.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// Runs until `stop` turns true. What is left goes on after the next start.
pub(crate) async fn run(store: Store, clock: Clock, mut stop: watch::Receiver<bool>) {
    let work = async {
        tokio::join!(
            run_jobs(&store, &clock),
            run_purges(&store, &clock),
            note_subjects(&store, &clock),
            keep_retention(&store, &clock),
        );
    };
    tokio::select! {
        // An error means that the one who could stop us is gone.
        _ = stop.wait_for(|stop| *stop) => {}
        () = work => {}
    }
}

/// Each job does a part in its turn, so that a long one does not keep a short one waiting.
async fn run_jobs(store: &Store, clock: &Clock) {
    loop {
        match step_all(store).await {
            Ok(Round { failed: true, .. }) => clock.sleep(STORE_RETRY).await,
            Ok(Round { jobs: 0, .. }) => store.jobs_waiting().await,
            Ok(_) => {}
            Err(StoreError::Stopped | StoreError::Unsure) => return,
            Err(error) => {
                tracing::error!(%error, "The bulk jobs could not be read; trying again");
                clock.sleep(STORE_RETRY).await;
            }
        }
    }
}

/// What came of a part of each job.
struct Round {
    jobs: usize,
    failed: bool,
}

/// One that fails does not keep the others from going on.
async fn step_all(store: &Store) -> Result<Round, StoreError> {
    let jobs = store.jobs_in_turn().await?;
    let mut failed = false;
    for job in &jobs {
        match store.step_job(*job).await {
            Err(error @ (StoreError::Stopped | StoreError::Unsure)) => return Err(error),
            Err(error) => {
                tracing::error!(%error, job, "A bulk job could not go on; trying again");
                failed = true;
            }
            Ok(()) => {}
        }
    }
    Ok(Round { jobs: jobs.len(), failed })
}

/// Some events at a time, so that under load each transaction has many of them.
async fn note_subjects(store: &Store, clock: &Clock) {
    loop {
        match store.note_subjects().await {
            Ok(true) => {}
            Ok(false) => {
                store.events_written().await;
                clock.sleep(SUBJECTS_DELAY).await;
            }
            Err(StoreError::Stopped | StoreError::Unsure) => return,
            Err(error) => {
                tracing::error!(%error, "Whom new events are about could not be noted; trying again");
                clock.sleep(STORE_RETRY).await;
            }
        }
    }
}

async fn run_purges(store: &Store, clock: &Clock) {
    loop {
        match store.step_purge().await {
            Ok(Purging::GoesOn) => {}
            Ok(Purging::Nothing) => store.purge_begun().await,
            Ok(Purging::Waits) => tokio::select! {
                () = store.purge_begun() => {}
                () = clock.sleep(PURGE_LOOK_EVERY) => {}
            },
            Err(StoreError::Stopped | StoreError::Unsure) => return,
            Err(error) => {
                tracing::error!(%error, "A user could not be purged; trying again");
                clock.sleep(STORE_RETRY).await;
            }
        }
    }
}

async fn keep_retention(store: &Store, clock: &Clock) {
    loop {
        match prune(store, clock).await {
            Ok(()) => {}
            Err(StoreError::Stopped | StoreError::Unsure) => return,
            Err(error) => tracing::error!(%error, "What is too old could not be removed; trying again later"),
        }
        clock.sleep(RETENTION_EVERY).await;
    }
}

async fn prune(store: &Store, clock: &Clock) -> Result<(), StoreError> {
    let before = clock.steady_now() - RETENTION;
    let mut after = 0;
    while let Pruned::UpTo(last) = store.prune(before, after).await? {
        after = last;
    }
    while store.prune_audit(clock.steady_now() - AUDIT_RETENTION).await? {}
    while store.condense_activity(clock.now()).await? {}
    store.remove_ended_sessions(clock.steady_now()).await?;
    store.tidy().await
}
