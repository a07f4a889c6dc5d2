//! What was found out about callers, kept until something changes: a program that publishes asks the same each time.
//!
//! There is one writer, so every change of who may do what goes through this process: each such commit makes all that is
//! kept void at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{Standing, Timestamp};

use crate::store::{FoundUser, StoredOrganization};

/// Beyond this everything is forgotten, which only costs finding it out again.
const ENTRIES_MAX: usize = 4_096;

/// The caller of a key, as seen from one organization.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) user: FoundUser,
    /// When the key expires.
    pub(crate) until: Option<Timestamp>,
    pub(crate) organization: StoredOrganization,
    pub(crate) standing: Standing,
}

#[derive(Clone, Default)]
pub(crate) struct AccessCache {
    entries: Arc<Mutex<Entries>>,
}

#[derive(Default)]
struct Entries {
    /// The number of changes after which these were read.
    changes: u64,
    known: HashMap<([u8; 32], String), Known>,
}

impl AccessCache {
    /// What is known of a key and an organization's name, if nothing has changed since and the key still holds.
    pub(crate) fn get(
        &self,
        key: [u8; 32],
        organization: &str,
        changes: u64,
        now: Timestamp,
    ) -> Option<Known> {
        let entries = self.at(changes);
        let known = entries.known.get(&(key, organization.to_owned()))?;
        Some(known.clone()).filter(|known| known.until.is_none_or(|until| until > now))
    }

    /// Keeps what was read after so many changes.
    pub(crate) fn put(&self, key: [u8; 32], organization: &str, changes: u64, known: Known) {
        let mut entries = self.at(changes);
        if entries.changes != changes {
            return;
        }
        if entries.known.len() >= ENTRIES_MAX {
            entries.known.clear();
        }
        entries.known.insert((key, organization.to_owned()), known);
    }

    fn at(&self, changes: u64) -> MutexGuard<'_, Entries> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.changes < changes {
            *entries = Entries { changes, known: HashMap::new() };
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Organization, OrganizationId, UserId};

    const KEY: [u8; 32] = [1; 32];
    const NOW: Timestamp = Timestamp::from_unix_ms(1_000);

    fn known(until: Option<Timestamp>) -> Known {
        let id = OrganizationId::from_bytes([1; 12]);
        let user = FoundUser {
            id: UserId::from_bytes([2; 12]),
            username: "admin".to_owned(),
            email: "a@b.c".to_owned(),
            name: "Admin".to_owned(),
            organization: Organization::new(id, "acme".to_owned()),
            platform_admin: true,
        };
        let organization =
            StoredOrganization { id, name: "acme".to_owned(), platform: false, created_at: NOW };
        Known { user, until, organization, standing: Standing::default() }
    }

    #[test]
    fn a_change_makes_everything_void() {
        let cache = AccessCache::default();
        cache.put(KEY, "acme", 7, known(None));
        assert!(cache.get(KEY, "acme", 7, NOW).is_some());
        assert!(cache.get([2; 32], "acme", 7, NOW).is_none());
        assert!(cache.get(KEY, "other", 7, NOW).is_none());
        assert!(cache.get(KEY, "acme", 8, NOW).is_none());
        cache.put(KEY, "acme", 7, known(None));
        assert!(cache.get(KEY, "acme", 8, NOW).is_none(), "read before the change, kept after it");
    }

    #[test]
    fn an_expired_key_is_not_known() {
        let cache = AccessCache::default();
        cache.put(KEY, "acme", 1, known(Some(NOW)));
        assert!(cache.get(KEY, "acme", 1, NOW).is_none());
        cache.put(KEY, "acme", 1, known(Some(Timestamp::from_unix_ms(1_001))));
        assert!(cache.get(KEY, "acme", 1, NOW).is_some());
    }
}
