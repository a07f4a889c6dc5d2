//! How many failures of one caller the audit log takes: nobody may fill it, nor push others' entries out of sight.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{Timestamp, UserId, limits::AUDITED_FAILURES_PER_MINUTE};

/// Beyond this everything is forgotten, which only lets more through.
const CALLERS_MAX: usize = 4_096;

#[derive(Clone, Default)]
pub(crate) struct AuditBudget {
    noted: Arc<Mutex<Noted>>,
}

/// What was noted in this minute.
#[derive(Default)]
struct Noted {
    minute: i64,
    by_caller: HashMap<UserId, u32>,
}

impl AuditBudget {
    /// Whether one more of this caller may be noted.
    pub(crate) fn take(&self, caller: UserId, now: Timestamp) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.unix_seconds() / 60;
        if noted.minute != minute || noted.by_caller.len() >= CALLERS_MAX {
            *noted = Noted { minute, by_caller: HashMap::new() };
        }
        let count = noted.by_caller.entry(caller).or_default();
        *count = count.saturating_add(1);
        *count <= AUDITED_FAILURES_PER_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_uses_up_their_own_and_gets_it_back_after_a_minute() {
        let budget = AuditBudget::default();
        let (one, other) = (UserId::from_bytes([1; 12]), UserId::from_bytes([2; 12]));
        let now = Timestamp::from_unix_ms(60_000_000);
        for _ in 0..AUDITED_FAILURES_PER_MINUTE {
            assert!(budget.take(one, now));
        }
        assert!(!budget.take(one, now));
        assert!(budget.take(other, now));
        assert!(budget.take(one, Timestamp::from_unix_ms(60_060_000)));
    }
}
