//! When a delivery is tried next.

use domain::Timestamp;

/// A paused webhook leaves what is due waiting until its pause ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NextAttempt {
    pub(crate) at: Timestamp,
    /// Whether the pause is what it waits for.
    pub(crate) paused: bool,
}

impl NextAttempt {
    pub(crate) fn of(due: Timestamp, paused_until: Option<Timestamp>) -> Self {
        match paused_until.filter(|until| *until > due) {
            Some(until) => Self { at: until, paused: true },
            None => Self { at: due, paused: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_waits_for_the_end_of_the_pause() {
        let at = Timestamp::from_unix_ms;
        assert_eq!(NextAttempt::of(at(5), None), NextAttempt { at: at(5), paused: false });
        assert_eq!(NextAttempt::of(at(5), Some(at(9))), NextAttempt { at: at(9), paused: true });
        assert_eq!(NextAttempt::of(at(9), Some(at(5))), NextAttempt { at: at(9), paused: false });
    }
}
