//! Until when webhooks are left alone, for the console.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{Timestamp, WebhookId};

/// Written by the engine, read by whoever shows a webhook.
#[derive(Clone, Default)]
pub struct Pauses {
    until: Arc<Mutex<HashMap<WebhookId, Timestamp>>>,
}

impl Pauses {
    #[must_use]
    pub fn of(&self, webhook: WebhookId, now: Timestamp) -> Option<Timestamp> {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(&webhook).copied().filter(|until| *until > now)
    }

    pub(super) fn set(&self, webhook: WebhookId, until: Option<Timestamp>) {
        let mut all = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        match until {
            Some(until) => all.insert(webhook, until),
            None => all.remove(&webhook),
        };
    }
}
