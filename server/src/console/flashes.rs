//! What is carried over a redirect: kept here, once, under a random name that travels in a cookie.
//!
//! Not in the cookie itself: a form with a long description would not fit into its 4 KiB.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use api::Flash;
use domain::Timestamp;

use crate::tokens::random_token;

/// Redirects that may be under way at once; the oldest makes room.
const FLASHES_MAX: usize = 1_000;
const AGE_MAX: Duration = Duration::from_secs(60);
/// What waits for somebody to sign in.
const WAITING_AGE_MAX: Duration = Duration::from_secs(15 * 60);

/// How long a flash is kept.
pub(super) fn age_max(flash: &Flash) -> Duration {
    if flash.waiting.is_some() { WAITING_AGE_MAX } else { AGE_MAX }
}

#[derive(Clone, Default)]
pub(crate) struct Flashes {
    kept: Arc<Mutex<HashMap<String, (Timestamp, Flash)>>>,
}

impl Flashes {
    /// Keeps a flash and answers its name.
    pub(super) fn keep(&self, flash: Flash, now: Timestamp) -> String {
        let name = random_token();
        self.keep_as(name.clone(), flash, now);
        name
    }

    /// Puts a flash back that was taken by a page which only led on to another.
    pub(super) fn keep_as(&self, name: String, flash: Flash, now: Timestamp) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (since, flash)| now.since(*since) < age_max(flash));
        if kept.len() >= FLASHES_MAX
            && let Some(oldest) =
                kept.iter().min_by_key(|(_, (since, _))| *since).map(|(name, _)| name.clone())
        {
            kept.remove(&oldest);
        }
        kept.insert(name, (now, flash));
    }

    /// Hands a flash out, once.
    pub(super) fn take(&self, name: &str, now: Timestamp) -> Option<Flash> {
        let (since, flash) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(name)?;
        (now.since(since) < age_max(&flash)).then_some(flash)
    }
}

#[cfg(test)]
mod tests {
    use api::Toast;

    use super::*;

    #[test]
    fn a_flash_is_handed_out_once_and_in_time() {
        let flashes = Flashes::default();
        let now = Timestamp::from_unix_ms(1_000_000);
        let flash = Flash { toast: Some(Toast::WebhookCreated), ..Flash::default() };
        let name = flashes.keep(flash.clone(), now);
        assert_eq!(flashes.take("another", now), None);
        assert_eq!(flashes.take(&name, now), Some(flash.clone()));
        assert_eq!(flashes.take(&name, now), None);
        let late = flashes.keep(flash, now);
        assert_eq!(flashes.take(&late, now + AGE_MAX), None);
    }

    #[test]
    fn what_waits_for_a_sign_in_is_kept_longer() {
        let flashes = Flashes::default();
        let now = Timestamp::from_unix_ms(1_000_000);
        let problem = api::Problem::unauthenticated();
        let waiting = Some(api::FormFlash { action: "/fn/users/create".into(), problem, values: Vec::new() });
        let name = flashes.keep(Flash { waiting, ..Flash::default() }, now);
        flashes.keep(Flash::default(), now + AGE_MAX);
        assert!(flashes.take(&name, now + AGE_MAX).is_some(), "others that come and go do not take it away");
    }

    #[test]
    fn the_oldest_makes_room() {
        let flashes = Flashes::default();
        let at = |ms| Timestamp::from_unix_ms(ms);
        let first = flashes.keep(Flash::default(), at(0));
        for ms in 1..=1_000 {
            flashes.keep(Flash::default(), at(ms));
        }
        assert_eq!(flashes.kept.lock().expect("unpoisoned").len(), FLASHES_MAX);
        assert_eq!(flashes.take(&first, at(1_001)), None);
    }
}
