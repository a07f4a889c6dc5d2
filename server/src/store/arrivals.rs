//! What the writer tells the delivery engine after a commit: new deliveries that are due, and webhooks that changed.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::limits::{WINDOW_PER_WEBHOOK, WINDOWS_BYTES_MAX};
use tokio::sync::Notify;

use crate::delivery::Due;

/// From the writer to the engine. It holds a bounded number of deliveries for each webhook; of more, it says that there
/// are more.
#[derive(Clone, Default)]
pub struct Arrivals {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<News>,
    came: Notify,
}

/// Everything since the last time, by the webhooks' rows.
#[derive(Default)]
pub struct News {
    pub due: HashMap<i64, Arrived>,
    /// The bodies of these.
    bytes: usize,
    /// Pending deliveries that are not named here: the store knows them.
    pub more: HashSet<i64>,
    pub changed: HashMap<i64, Change>,
}

/// What became of a webhook, the weightier after the lighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Its row was written, or its deliveries were held or cancelled.
    Row,
    /// Somebody wants to know now whether its receiver works again.
    Probe,
    /// It was enabled or has another URL: what was known of its receiver says nothing.
    Anew,
}

#[derive(Default)]
pub struct Arrived {
    pub due: Vec<Due>,
    /// Whether there were more than are held here.
    pub overflowed: bool,
}

impl News {
    fn is_empty(&self) -> bool {
        self.due.is_empty() && self.more.is_empty() && self.changed.is_empty()
    }

    pub(super) fn add(&mut self, webhook: i64, due: Due) {
        let arrived = self.due.entry(webhook).or_default();
        if arrived.due.len() < WINDOW_PER_WEBHOOK && self.bytes < WINDOWS_BYTES_MAX {
            self.bytes += due.body_bytes();
            arrived.due.push(due);
        } else {
            arrived.overflowed = true;
        }
    }

    pub(super) fn change(&mut self, webhook: i64, change: Change) {
        let known = self.changed.entry(webhook).or_insert(change);
        *known = change.max(*known);
    }

    fn merge(&mut self, other: Self) {
        for (webhook, arrived) in other.due {
            for due in arrived.due {
                self.add(webhook, due);
            }
            if arrived.overflowed {
                self.more.insert(webhook);
            }
        }
        self.more.extend(other.more);
        for (webhook, change) in other.changed {
            self.change(webhook, change);
        }
    }
}

impl Arrivals {
    pub(super) fn add(&self, news: News) {
        if news.is_empty() {
            return;
        }
        self.waiting().merge(news);
        self.shared.came.notify_one();
    }

    /// Takes all the news there is, which may be none.
    #[must_use]
    pub fn take(&self) -> News {
        std::mem::take(&mut *self.waiting())
    }

    /// Waits for news and takes all there is.
    pub async fn next(&self) -> News {
        loop {
            let news = self.take();
            if !news.is_empty() {
                return news;
            }
            self.shared.came.notified().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, News> {
        self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
