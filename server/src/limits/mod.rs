//! How often callers may do what, and where they call from.

mod address;
mod guesses;
mod windows;

use std::{net::IpAddr, sync::Arc, time::Duration};

use domain::{
    OrganizationId, Timestamp, UserId,
    limits::{
        ACCOUNT_FAILURES_ANYWHERE_PER_MINUTE, ACCOUNT_FAILURES_PER_MINUTE, ADDRESS_FAILURES_PER_MINUTE,
        ADDRESS_REQUESTS_PER_SECOND, AUDITED_FAILURES_PER_MINUTE, KEY_REQUESTS_PER_SECOND,
        KEY_USE_NOTED_EVERY, REFUSED_TARGETS_PER_MINUTE, TEST_SENDS_PER_MINUTE,
    },
};

pub use address::{InvalidProxy, TrustedProxies};
pub(crate) use guesses::Guess;
pub use windows::Rate;
pub(crate) use windows::Standing;

use address::counted_as;
use windows::Windows;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// What an operator can set; 0 stands for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// Requests a second with one API key.
    pub key_requests: u32,
    /// Requests a second from one address without an API key.
    pub address_requests: u32,
    /// Failed log ins a minute to one account from one address.
    pub account_failures: u32,
    /// Failed log ins a minute to one account from all addresses, after which each further address has one.
    pub account_failures_anywhere: u32,
    /// Failed log ins a minute from one address.
    pub address_failures: u32,
    /// Names that are looked up at save and refused, a minute for one organization.
    pub refused_targets: u32,
    /// Test sends a minute for one organization.
    pub test_sends: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            key_requests: KEY_REQUESTS_PER_SECOND,
            address_requests: ADDRESS_REQUESTS_PER_SECOND,
            account_failures: ACCOUNT_FAILURES_PER_MINUTE,
            account_failures_anywhere: ACCOUNT_FAILURES_ANYWHERE_PER_MINUTE,
            address_failures: ADDRESS_FAILURES_PER_MINUTE,
            refused_targets: REFUSED_TARGETS_PER_MINUTE,
            test_sends: TEST_SENDS_PER_MINUTE,
        }
    }
}

impl RateLimits {
    /// No limits, for benchmarks and for tests of something else.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            key_requests: 0,
            address_requests: 0,
            account_failures: 0,
            account_failures_anywhere: 0,
            address_failures: 0,
            refused_targets: 0,
            test_sends: 0,
        }
    }
}

/// Who or what is counted.
#[derive(Hash)]
enum Subject {
    Key([u8; 32]),
    Address(IpAddr),
    RefusedTargets(OrganizationId),
    TestSends(OrganizationId),
}

/// The limits and what has been counted against them. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Limits {
    rates: RateLimits,
    /// Tables of their own, so that a flood of one kind does not push out what is known of another.
    requests: Arc<Windows>,
    guesses: Arc<Windows>,
    acts: Arc<Windows>,
    key_uses: Arc<Windows>,
    failures: Arc<Windows>,
}

impl Limits {
    pub(crate) fn new(rates: RateLimits) -> Self {
        Self { rates, ..Self::default() }
    }

    /// Whether requests are not counted at all.
    pub(crate) fn requests_are_free(&self) -> bool {
        self.rates.key_requests == 0 && self.rates.address_requests == 0
    }

    /// Counts a request with a key that was seen to be one before; `None` for any other.
    pub(crate) fn count_known_key(&self, key: [u8; 32], now: Timestamp) -> Option<Standing> {
        self.requests.count_known(&Subject::Key(key), self.key_rate(), now)
    }

    pub(crate) fn count_key(&self, key: [u8; 32], now: Timestamp) -> Standing {
        self.requests.count(&Subject::Key(key), self.key_rate(), now)
    }

    pub(crate) fn count_address(&self, address: IpAddr, now: Timestamp) -> Standing {
        self.requests.count(&Subject::Address(counted_as(address)), self.address_rate(), now)
    }

    pub(crate) fn address_has_room(&self, address: IpAddr, now: Timestamp) -> bool {
        self.requests.look(&Subject::Address(counted_as(address)), self.address_rate(), now).allowed
    }

    /// Counts a name that is about to be looked up; it is given back where it is not refused.
    pub(crate) fn count_target(&self, organization: OrganizationId, now: Timestamp) -> Standing {
        let rate = Rate { max: self.rates.refused_targets, per: MINUTE };
        self.acts.count(&Subject::RefusedTargets(organization), rate, now)
    }

    pub(crate) fn give_target_back(&self, organization: OrganizationId, now: Timestamp) {
        self.acts.give_back(&Subject::RefusedTargets(organization), now);
    }

    pub(crate) fn count_test_send(&self, organization: OrganizationId, now: Timestamp) -> Standing {
        let rate = Rate { max: self.rates.test_sends, per: MINUTE };
        self.acts.count(&Subject::TestSends(organization), rate, now)
    }

    /// Whether a key's use is to be written down now: the first one in a while is.
    pub(crate) fn notes_use(&self, key: [u8; 32], now: Timestamp) -> bool {
        self.key_uses.count(&key, Rate { max: 1, per: KEY_USE_NOTED_EVERY }, now).allowed
    }

    /// Whether one more failure of this caller goes into the audit log: nobody may fill it, nor push others' entries out of sight.
    pub(crate) fn notes_failure(&self, caller: UserId, now: Timestamp) -> bool {
        let rate = Rate { max: AUDITED_FAILURES_PER_MINUTE, per: MINUTE };
        self.failures.count(&caller, rate, now).allowed
    }

    fn key_rate(&self) -> Rate {
        Rate { max: self.rates.key_requests, per: SECOND }
    }

    fn address_rate(&self) -> Rate {
        Rate { max: self.rates.address_requests, per: SECOND }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keys_use_is_written_once_a_minute_however_often_it_is_used() {
        let (limits, now) = (Limits::default(), Timestamp::from_unix_ms(1_000_000));
        let written = |now| (0..1_000).filter(|_| limits.notes_use([1; 32], now)).count();
        assert_eq!(written(now), 1);
        assert_eq!(written(now + Duration::from_secs(59)), 0);
        assert_eq!(written(now + MINUTE), 1);
        assert!(limits.notes_use([2; 32], now));
    }

    #[test]
    fn one_caller_uses_up_what_the_audit_log_takes_of_them_and_gets_it_back_after_a_minute() {
        let (limits, now) = (Limits::default(), Timestamp::from_unix_ms(60_000_000));
        let (one, other) = (UserId::from_bytes([1; 12]), UserId::from_bytes([2; 12]));
        for _ in 0..AUDITED_FAILURES_PER_MINUTE {
            assert!(limits.notes_failure(one, now));
        }
        assert!(!limits.notes_failure(one, now));
        assert!(limits.notes_failure(other, now));
        assert!(limits.notes_failure(one, Timestamp::from_unix_ms(60_060_000)));
    }
}
