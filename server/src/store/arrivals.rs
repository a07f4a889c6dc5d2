//! What the writer tells the delivery engine after a commit: new deliveries that are due, and webhooks that changed.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::limits::WINDOW_PER_WEBHOOK;
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
    /// Pending deliveries that are not named here: the store knows them.
    pub more: HashSet<i64>,
    /// Edited, enabled, disabled, deleted, or told to go on.
    pub changed: HashSet<i64>,
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
        if arrived.due.len() < WINDOW_PER_WEBHOOK {
            arrived.due.push(due);
        } else {
            arrived.overflowed = true;
        }
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
        self.changed.extend(other.changed);
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

    /// Waits for news and takes all there is.
    pub async fn next(&self) -> News {
        loop {
            let news = std::mem::take(&mut *self.waiting());
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
