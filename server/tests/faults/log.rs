//! F3, where the log is moved into the database while events are published: no call of a short script meets that.

use crate::{
    disk::{EIO, ENOSPC, EVER_AFTER, check_failure},
    preload::Control,
    trial::Trial,
};

/// Several times what makes the log long.
const EVENTS: usize = 20_000;
/// So many are acknowledged while the log cannot be moved.
const MEANWHILE: usize = 2_000;

/// What was moved before is flushed by a later call, and an error of that is said only once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_io_error_under_the_log_ends_it_and_loses_nothing() {
    let _alone = crate::plan::alone().await;
    for what in ["writing herald.db", "flushing herald.db"] {
        let (mut trial, control) = trial().await;
        control.fail_next(what, 1, EIO);
        trial.start().await;
        let ended = trial.until_ended().await;
        check_failure(&ended);
        assert_eq!(control.failed(), 1, "it ended for another reason than {what}: {ended:?}");
        trial.start().await;
        trial.finish().await;
        trial.check().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_too_full_for_the_log_to_be_moved_holds_nobody_up() {
    let _alone = crate::plan::alone().await;
    let (mut trial, control) = trial().await;
    control.fail_next("writing herald.db", EVER_AFTER, ENOSPC);
    trial.start().await;
    let mut acknowledged = 0;
    while control.failed() == 0 {
        acknowledged += 100;
        assert!(acknowledged < EVENTS, "the log was never moved");
        trial.load.until_acknowledged(acknowledged).await;
    }
    trial.load.until_acknowledged(acknowledged + MEANWHILE).await;
    control.heal();
    trial.finish().await;
    trial.check().await;
}

async fn trial() -> (Trial, Control) {
    let mut trial = Trial::new("log", 1, EVENTS).await;
    let control = Control::new(trial.folder.path());
    trial.set_variables(control.variables(trial.folder.path()));
    (trial, control)
}
