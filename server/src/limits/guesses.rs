//! Failed log ins: few enough that guessing leads nowhere, without locking out whom a password belongs to.
//!
//! A guess is counted before the password is checked, so that many at once are not all let through, and given back where it
//! was right.

use std::net::IpAddr;

use domain::Timestamp;

use super::{Limits, MINUTE, Rate, Standing, counted_as};

#[derive(Hash)]
enum Subject<'a> {
    /// An account from one address.
    Pair(&'a str, IpAddr),
    Account(&'a str),
    Address(IpAddr),
}

/// A guess that was counted.
pub(crate) struct Guess {
    account: String,
    address: IpAddr,
    on_account: bool,
}

impl Limits {
    /// Lets a password be tried. `account` is a user's id, or what was typed where there is no such user.
    ///
    /// # Errors
    /// How the one stands of the limits that is used up.
    pub(crate) fn guess(&self, account: &str, from: IpAddr, now: Timestamp) -> Result<Guess, Standing> {
        let address = counted_as(from);
        let rate = |max| Rate { max, per: MINUTE };
        let by_address =
            self.guesses.count(&Subject::Address(address), rate(self.rates.address_failures), now);
        if !by_address.allowed {
            return Err(by_address);
        }
        let pair = Subject::Pair(account, address);
        let of_pair = self.guesses.count(&pair, rate(self.rates.account_failures), now);
        if !of_pair.allowed {
            self.guesses.give_back(&Subject::Address(address), now);
            return Err(of_pair);
        }
        let anywhere = rate(self.rates.account_failures_anywhere);
        let on_account = self.guesses.count(&Subject::Account(account), anywhere, now);
        let first_refused = on_account.first_refused;
        let on_account = on_account.allowed;
        let is_first = of_pair.limit.saturating_sub(of_pair.remaining) <= 1;
        if !on_account && !is_first {
            self.guesses.give_back(&Subject::Address(address), now);
            self.guesses.give_back(&pair, now);
            return Err(Standing { allowed: false, first_refused, ..of_pair });
        }
        Ok(Guess { account: account.to_owned(), address, on_account })
    }

    /// It was no guess: the password was right.
    pub(crate) fn was_right(&self, guess: &Guess, now: Timestamp) {
        self.guesses.give_back(&Subject::Address(guess.address), now);
        self.guesses.give_back(&Subject::Pair(&guess.account, guess.address), now);
        if guess.on_account {
            self.guesses.give_back(&Subject::Account(&guess.account), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::limits::RateLimits;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000);

    fn from(number: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(0x0100_0000 + number))
    }

    fn wrong(limits: &Limits, account: &str, number: u32) -> bool {
        limits.guess(account, from(number), NOW).is_ok()
    }

    #[test]
    fn an_account_is_guessed_ten_times_from_one_address_and_still_entered_from_another() {
        let limits = Limits::new(RateLimits::default());
        let tried = (0..200).filter(|_| wrong(&limits, "victim", 1)).count();
        assert_eq!(tried, 10);
        assert!(wrong(&limits, "victim", 2));
        assert!(wrong(&limits, "another", 1));
        assert!(limits.guess("victim", from(1), NOW + MINUTE).is_ok());
    }

    #[test]
    fn an_address_guesses_a_hundred_times_in_all() {
        let limits = Limits::new(RateLimits::default());
        let tried = (0..500).filter(|number| wrong(&limits, &format!("account-{number}"), 1)).count();
        assert_eq!(tried, 100);
        assert!(wrong(&limits, "account-1", 2));
    }

    #[test]
    fn many_addresses_are_slowed_and_a_fresh_one_still_enters() {
        let limits = Limits::new(RateLimits::default());
        let tried: usize = (0..100).map(|a| (0..20).filter(|_| wrong(&limits, "victim", a)).count()).sum();
        assert_eq!(tried, 10 * 10 + 90, "ten addresses have ten, each of the others has one");
        assert!(wrong(&limits, "victim", 1_000), "the owner's first try");
        assert!(!wrong(&limits, "victim", 1_000));
    }

    #[test]
    fn what_was_right_is_not_counted() {
        let limits = Limits::new(RateLimits::default());
        for _ in 0..1_000 {
            let guess = limits.guess("demo", from(1), NOW).unwrap_or_else(|_| panic!("not limited"));
            limits.was_right(&guess, NOW);
        }
    }
}
