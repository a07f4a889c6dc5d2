//! How far a job has come, while it runs.

use std::time::Duration;

use api::jobs::{JobKind, JobState, JobView, read_job};
use domain::{Scope, limits::MATCHED_COUNTED_MAX};
use leptos::prelude::*;

use super::{
    polling::{Heard, poll},
    trouble::trouble,
};

const EVERY: Duration = Duration::from_secs(1);

/// The job as it was when the page was made, and as it goes on.
#[island]
pub(crate) fn Progress(scope: Scope, job: JobView) -> impl IntoView {
    let (now, why_not) = (RwSignal::new(job.clone()), RwSignal::new(None::<String>));
    Effect::new(move |_| {
        let id = job.id;
        if job.state == JobState::Running {
            poll(EVERY, move || async move {
                match read_job(scope, id).await {
                    Ok(job) => {
                        let heard = if job.state == JobState::Running { Heard::Answer } else { Heard::End };
                        why_not.set(None);
                        now.set(job);
                        heard
                    }
                    Err(problem) => {
                        let (words, heard) = trouble(&problem);
                        why_not.set(Some(words));
                        heard
                    }
                }
            });
        }
    });
    view! {
        <p class="job-words" role="status">
            {move || now.with(words)}
            {move || why_not.get().map(|words| format!(". {words}"))}
        </p>
        <progress
            class="job-bar"
            aria-label="How far it is"
            max=move || now.with(|job| job.matched.max(job.done).max(1)).to_string()
            value=move || now.with(|job| job.done).to_string()
            hidden=move || now.with(|job| job.state != JobState::Running || job.matched == 0)
        ></progress>
    }
}

fn words(job: &JobView) -> String {
    let (doing, done) = match job.kind {
        JobKind::Redeliver => ("Sending again", "sent again"),
        JobKind::Release => ("Releasing what was held", "released"),
        JobKind::Discard => ("Discarding what was held", "discarded"),
        JobKind::Hold => ("Holding what was pending", "held"),
        JobKind::Cancel => ("Cancelling what waits", "cancelled"),
    };
    let count = job.done;
    match job.state {
        // What was counted beforehand is none of it, or not all.
        JobState::Running if job.matched == 0 || job.matched >= MATCHED_COUNTED_MAX => {
            format!("{doing}: {count} so far")
        }
        JobState::Running => format!("{doing}: {count} of {}", job.matched),
        JobState::Done => format!("Done: {count} {done}"),
        JobState::Cancelled => format!("Stopped: {count} of {} {done}", job.matched.max(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{JobId, Timestamp, WebhookId};

    #[test]
    fn a_job_says_how_far_it_is_and_how_it_ended() {
        let words = |state, matched, done| {
            words(&JobView {
                id: JobId::from_bytes([1; 12]),
                webhook_id: WebhookId::from_bytes([2; 12]),
                kind: JobKind::Redeliver,
                state,
                matched,
                done,
                created_at: Timestamp::from_unix_ms(0),
            })
        };
        assert_eq!(words(JobState::Running, 500, 120), "Sending again: 120 of 500");
        assert_eq!(words(JobState::Running, 0, 120), "Sending again: 120 so far");
        assert_eq!(words(JobState::Done, 500, 500), "Done: 500 sent again");
        assert_eq!(words(JobState::Cancelled, 500, 7), "Stopped: 7 of 500 sent again");
    }
}
