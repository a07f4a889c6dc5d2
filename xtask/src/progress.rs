//! Says which step is being done, and afterwards how long it took.
//! The list of finished steps makes the summary of `cargo xtask test`.

use std::time::{Duration, Instant};

use crate::failure::Outcome;

pub(crate) struct Progress {
    total: usize,
    finished: Vec<Finished>,
}

struct Finished {
    what: &'static str,
    took: Duration,
    passed: bool,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Self {
        Self { total, finished: Vec::new() }
    }

    pub(crate) fn step<T>(&mut self, what: &'static str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.announce(what);
        let started = Instant::now();
        let outcome = work();
        let took = started.elapsed();
        println!("      {} after {}", if outcome.is_ok() { "done" } else { "FAILED" }, seconds(took));
        self.finished.push(Finished { what, took, passed: outcome.is_ok() });
        outcome
    }

    /// For the last step of all, which does not come back.
    pub(crate) fn announce(&self, what: &str) {
        println!("\n[{}/{}] {what} ...", self.finished.len() + 1, self.total);
    }

    /// One line a step, then the closing line that people and programs look for.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::from("\nSummary\n");
        for step in &self.finished {
            let verdict = if step.passed { "passed" } else { "FAILED" };
            text.push_str(&format!("  {verdict}  {:>9}  {}\n", seconds(step.took), step.what));
        }
        let passed = self.finished.iter().filter(|step| step.passed).count();
        let left_out = self.total - self.finished.len();
        if left_out > 0 {
            text.push_str(&format!("  steps not begun: {left_out}\n"));
        }
        text.push_str(&format!("\nsteps: {passed} passed, {} failed", self.finished.len() - passed));
        text
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    #[test]
    fn the_summary_counts_what_passed_what_failed_and_what_was_not_begun() {
        let mut progress = Progress::new(4);
        progress.step("Checking one thing", || Ok(())).unwrap();
        progress.step("Checking another", || Err::<(), _>(Failure::new("It is broken."))).unwrap_err();
        let summary = progress.summary();
        assert!(summary.contains("FAILED      0.0 s  Checking another\n"), "{summary}");
        assert!(summary.contains("  steps not begun: 2\n"), "{summary}");
        assert!(summary.ends_with("\nsteps: 1 passed, 1 failed"), "{summary}");
    }

    #[test]
    fn a_clean_run_ends_with_no_failure() {
        let mut progress = Progress::new(1);
        progress.step("Checking one thing", || Ok(())).unwrap();
        assert!(progress.summary().ends_with("\nsteps: 1 passed, 0 failed"));
    }
}
