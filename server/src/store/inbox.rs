//! What waits for the writer, taken out in groups that one transaction can hold.

use std::thread;

use domain::limits::{
    GROUP_BYTES_MAX, GROUP_DELIVERIES_MAX, GROUP_LINGER, GROUP_WRITES_MAX, LOADED_GROUP_WRITES,
};
use tokio::sync::mpsc;

use super::tickets::{Job, Jobs};

pub(super) enum Message {
    Write(Box<dyn Job>),
    Stop,
}

/// What a write adds to its group, as far as that is known beforehand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weight {
    pub(super) events: usize,
    pub(super) bytes: usize,
}

pub(super) struct Inbox {
    queue: mpsc::Receiver<Message>,
    /// Did not fit into the group before, so it comes first in the next.
    left_over: Option<Box<dyn Job>>,
    /// How many writes the last group had.
    last_group: usize,
    ended: bool,
}

impl Inbox {
    pub(super) fn new(queue: mpsc::Receiver<Message>) -> Self {
        Self { queue, left_over: None, last_group: 0, ended: false }
    }

    /// Waits for one write and takes what waits with it, in order, as much as one transaction should hold. `fan_out` is how
    /// many deliveries an event had lately. An empty group means that no more will come.
    pub(super) async fn next_group(&mut self, fan_out: usize) -> Jobs {
        let mut jobs = Jobs::new();
        let mut room = Room { deliveries: GROUP_DELIVERIES_MAX, bytes: GROUP_BYTES_MAX };
        let mut next = match self.left_over.take() {
            Some(job) => Some(job),
            None => self.wait().await,
        };
        self.linger();
        while let Some(job) = next {
            // One that is larger than a whole group goes all the same, and fills it.
            if !room.take(job.weight(), fan_out) && !jobs.is_empty() {
                self.left_over = Some(job);
                break;
            }
            jobs.push(job);
            next = if jobs.len() < GROUP_WRITES_MAX { self.waiting() } else { None };
        }
        self.last_group = jobs.len();
        jobs
    }

    /// Under load those who were just answered come again at once, and one large group costs less than several small ones.
    /// Who is alone never waits. It holds up the writer's own thread.
    fn linger(&self) {
        if self.last_group >= LOADED_GROUP_WRITES && self.queue.len() < self.last_group {
            thread::sleep(GROUP_LINGER);
        }
    }

    async fn wait(&mut self) -> Option<Box<dyn Job>> {
        if self.ended {
            return None;
        }
        match self.queue.recv().await {
            Some(Message::Write(job)) => Some(job),
            Some(Message::Stop) | None => {
                self.ended = true;
                None
            }
        }
    }

    fn waiting(&mut self) -> Option<Box<dyn Job>> {
        match self.queue.try_recv().ok()? {
            Message::Write(job) => Some(job),
            Message::Stop => {
                self.ended = true;
                None
            }
        }
    }
}

/// What else fits into a group.
struct Room {
    deliveries: usize,
    bytes: usize,
}

impl Room {
    /// Answers whether it fitted.
    fn take(&mut self, weight: Weight, fan_out: usize) -> bool {
        let deliveries = weight.events.saturating_mul(fan_out.max(1));
        let fits = deliveries <= self.deliveries && weight.bytes <= self.bytes;
        self.deliveries = self.deliveries.saturating_sub(deliveries);
        self.bytes = self.bytes.saturating_sub(weight.bytes);
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{StoreError, group::Flushed};

    /// Is known by its bytes.
    struct Weighed(Weight);

    impl Job for Weighed {
        fn weight(&self) -> Weight {
            self.0
        }

        fn done(self: Box<Self>, _flushed: &Flushed) {}

        fn refused(self: Box<Self>, _error: StoreError) {}
    }

    /// The groups that these `(events, bytes)` make, each write by its bytes.
    async fn groups(weights: &[(usize, usize)], fan_out: usize) -> Vec<Vec<usize>> {
        let (queue, inbox) = mpsc::channel(weights.len() + 1);
        for (events, bytes) in weights.iter().copied() {
            let job = Box::new(Weighed(Weight { events, bytes }));
            assert!(queue.try_send(Message::Write(job)).is_ok(), "there is room");
        }
        assert!(queue.try_send(Message::Stop).is_ok(), "there is room");
        let mut inbox = Inbox::new(inbox);
        let mut groups = Vec::new();
        loop {
            let group = inbox.next_group(fan_out).await;
            if group.is_empty() {
                return groups;
            }
            groups.push(group.iter().map(|job| job.weight().bytes).collect());
        }
    }

    #[tokio::test]
    async fn a_group_ends_where_its_bytes_do_and_the_order_stays() {
        let half = GROUP_BYTES_MAX / 2;
        let found = groups(&[(1, half), (1, 1), (1, half), (1, 2), (1, 3 * half), (1, 4)], 1).await;
        assert_eq!(found, [vec![half, 1], vec![half, 2], vec![3 * half], vec![4]]);
    }

    #[tokio::test]
    async fn a_group_holds_fewer_events_where_each_is_for_many_webhooks() {
        let events = GROUP_DELIVERIES_MAX / 4;
        let writes = [(events, 1), (events, 2), (events, 3), (events, 4), (events, 5)];
        assert_eq!(groups(&writes, 0).await, [vec![1, 2, 3, 4], vec![5]]);
        assert_eq!(groups(&writes, 2).await, [vec![1, 2], vec![3, 4], vec![5]]);
        assert_eq!(groups(&writes, 1_000).await.len(), 5);
    }

    #[tokio::test]
    async fn ordinary_writes_share_a_group_up_to_a_number() {
        let sizes: Vec<usize> =
            groups(&vec![(1, 100); GROUP_WRITES_MAX + 1], 1).await.iter().map(Vec::len).collect();
        assert_eq!(sizes, [GROUP_WRITES_MAX, 1]);
    }
}
