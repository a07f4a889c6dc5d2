//! The options that say how often callers may do what.

use clap::Args;
use domain::limits::{
    ACCOUNT_FAILURES_ANYWHERE_PER_MINUTE, ACCOUNT_FAILURES_PER_MINUTE, ADDRESS_FAILURES_PER_MINUTE,
    ADDRESS_REQUESTS_PER_SECOND, KEY_REQUESTS_PER_SECOND, REFUSED_TARGETS_PER_MINUTE, TEST_SENDS_PER_MINUTE,
};

use crate::limits::{InvalidProxy, RateLimits, TrustedProxies};

#[derive(Args)]
#[command(next_help_heading = "Limits (0: none)")]
pub(super) struct LimitArgs {
    /// Requests a second with one API key.
    #[arg(long, env = "HERALD_KEY_REQUESTS_PER_SECOND", default_value_t = KEY_REQUESTS_PER_SECOND, value_name = "N")]
    key_requests_per_second: u32,
    /// Requests a second from one address without an API key.
    #[arg(long, env = "HERALD_ADDRESS_REQUESTS_PER_SECOND", default_value_t = ADDRESS_REQUESTS_PER_SECOND, value_name = "N")]
    address_requests_per_second: u32,
    /// Failed log ins a minute to one account from one address.
    #[arg(long, env = "HERALD_ACCOUNT_FAILURES_PER_MINUTE", default_value_t = ACCOUNT_FAILURES_PER_MINUTE, value_name = "N")]
    account_failures_per_minute: u32,
    /// Failed log ins a minute to one account from all addresses; after that each further address has one.
    #[arg(long, env = "HERALD_ACCOUNT_FAILURES_ANYWHERE_PER_MINUTE", default_value_t = ACCOUNT_FAILURES_ANYWHERE_PER_MINUTE, value_name = "N")]
    account_failures_anywhere_per_minute: u32,
    /// Failed log ins a minute from one address.
    #[arg(long, env = "HERALD_ADDRESS_FAILURES_PER_MINUTE", default_value_t = ADDRESS_FAILURES_PER_MINUTE, value_name = "N")]
    address_failures_per_minute: u32,
    /// Names in URLs that are looked up at save and refused, a minute for one organization.
    #[arg(long, env = "HERALD_REFUSED_TARGETS_PER_MINUTE", default_value_t = REFUSED_TARGETS_PER_MINUTE, value_name = "N")]
    refused_targets_per_minute: u32,
    /// Test sends a minute for one organization.
    #[arg(long, env = "HERALD_TEST_SENDS_PER_MINUTE", default_value_t = TEST_SENDS_PER_MINUTE, value_name = "N")]
    test_sends_per_minute: u32,
    /// An address or a range of proxies in front of Herald: only these are believed where a request comes from
    /// (`Forwarded`, `X-Forwarded-For`). Repeat it for several.
    #[arg(
        long = "trusted-proxy",
        env = "HERALD_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "CIDR"
    )]
    trusted_proxies: Vec<String>,
}

impl LimitArgs {
    pub(super) fn rates(&self) -> RateLimits {
        RateLimits {
            key_requests: self.key_requests_per_second,
            address_requests: self.address_requests_per_second,
            account_failures: self.account_failures_per_minute,
            account_failures_anywhere: self.account_failures_anywhere_per_minute,
            address_failures: self.address_failures_per_minute,
            refused_targets: self.refused_targets_per_minute,
            test_sends: self.test_sends_per_minute,
        }
    }

    pub(super) fn trusted_proxies(&self) -> Result<TrustedProxies, InvalidProxy> {
        TrustedProxies::parse(&self.trusted_proxies)
    }
}
