//! How long a test of faults is, and its randomness.

use rand::{SeedableRng, rngs::StdRng};
use tokio::sync::{Mutex, MutexGuard};

/// Whether `HERALD_FAULTS=long` asks for the long forms.
pub(crate) fn is_long() -> bool {
    std::env::var("HERALD_FAULTS").is_ok_and(|form| form == "long")
}

/// One number for the short form, another for the long one.
pub(crate) fn either<T>(short: T, long: T) -> T {
    if is_long() { long } else { short }
}

/// For a test that takes all of the machine, or that measures time: no other such test runs while this is held.
pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::const_new(());
    ONE.lock().await
}

/// Random, but the same again with `HERALD_FAULTS_SEED` as it is printed.
pub(crate) fn seeded(test: &str) -> StdRng {
    let given = std::env::var("HERALD_FAULTS_SEED").ok();
    let seed: u64 = given.map_or_else(rand::random, |text| text.parse().expect("a seed is a number"));
    eprintln!("{test}: HERALD_FAULTS_SEED={seed}");
    StdRng::seed_from_u64(seed)
}
