//! What waits for the writer, taken out in groups that one transaction can hold.

use std::{
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use domain::limits::{
    GROUP_BYTES_MAX, GROUP_DELIVERIES_MAX, GROUP_LINGER, GROUP_WRITES_MAX, LOADED_GROUP_WRITES,
    RESULTS_LINGER,
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

/// What waits, in two queues: writes that somebody waits for, and results of attempts, which may gather for a while.
pub(super) struct Inbox {
    queue: mpsc::Receiver<Message>,
    results: mpsc::Receiver<Box<dyn Job>>,
    /// The first of the results that wait, and since when.
    first_result: Option<(Box<dyn Job>, Instant)>,
    /// Did not fit into the group before, so it comes first in the next.
    left_over: Option<Box<dyn Job>>,
    /// How many writes that somebody waited for the last group had.
    last_group: usize,
    ended: bool,
    waker: Waker,
}

/// Wakes the writer's thread, which it is made on.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Inbox {
    /// To be made on the thread that will wait.
    pub(super) fn new(queue: mpsc::Receiver<Message>, results: mpsc::Receiver<Box<dyn Job>>) -> Self {
        let waker = Arc::new(Unpark(thread::current())).into();
        Self { queue, results, first_result: None, left_over: None, last_group: 0, ended: false, waker }
    }

    /// Waits for one write and takes what waits with it, in order, as much as one transaction should hold. `fan_out` is how
    /// many deliveries an event had lately. An empty group means that no more will come.
    pub(super) fn next_group(&mut self, fan_out: usize) -> Jobs {
        let mut jobs = Jobs::new();
        let mut room = Room { deliveries: GROUP_DELIVERIES_MAX, bytes: GROUP_BYTES_MAX };
        let mut next = match self.left_over.take() {
            Some(job) => Some(job),
            None => self.wait(),
        };
        if next.is_some() {
            self.linger();
        }
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
        // However much else there is, the first result is noticed when it waits.
        self.first_result = self.next_result();
        // A few that somebody waits for do not take results along before their time: they would wait longer.
        let is_time = self.results_may_wait() == Some(Duration::ZERO);
        if is_time || jobs.is_empty() || jobs.len() >= LOADED_GROUP_WRITES {
            self.take_results(&mut jobs);
        }
        jobs
    }

    /// As many as a group may have, beside those that somebody waits for: neither keeps the other waiting.
    fn take_results(&mut self, jobs: &mut Jobs) {
        let mut room = Room { deliveries: 0, bytes: GROUP_BYTES_MAX };
        let mut taken = 0;
        while taken < GROUP_WRITES_MAX {
            let Some((job, since)) = self.next_result() else { return };
            if !room.take(job.weight(), 0) && taken > 0 {
                self.first_result = Some((job, since));
                return;
            }
            jobs.push(job);
            taken += 1;
        }
    }

    /// With the moment since which it has been waiting.
    fn next_result(&mut self) -> Option<(Box<dyn Job>, Instant)> {
        let first = self.first_result.take();
        first.or_else(|| self.results.try_recv().ok().map(|job| (job, Instant::now())))
    }

    /// How long the first result may still wait, if there is one.
    fn results_may_wait(&self) -> Option<Duration> {
        self.first_result.as_ref().map(|(_, since)| RESULTS_LINGER.saturating_sub(since.elapsed()))
    }

    /// Under load those who were just answered come again at once, and one large group costs less than several small ones.
    /// Who is alone never waits. It holds up the writer's own thread.
    fn linger(&self) {
        if self.last_group >= LOADED_GROUP_WRITES && self.queue.len() < self.last_group {
            thread::sleep(GROUP_LINGER);
        }
    }

    /// `None` when results have waited for long enough, or when all has ended.
    fn wait(&mut self) -> Option<Box<dyn Job>> {
        let waker = self.waker.clone();
        let mut context = Context::from_waker(&waker);
        while !self.ended {
            match self.queue.poll_recv(&mut context) {
                Poll::Ready(Some(Message::Write(job))) => return Some(job),
                Poll::Ready(Some(Message::Stop) | None) => self.ended = true,
                Poll::Pending => match self.results_may_wait() {
                    Some(Duration::ZERO) => return None,
                    // The results that come meanwhile wake nobody.
                    Some(time) => thread::park_timeout(time),
                    None => match self.results.poll_recv(&mut context) {
                        Poll::Ready(Some(job)) => self.first_result = Some((job, Instant::now())),
                        Poll::Ready(None) | Poll::Pending => thread::park(),
                    },
                },
            }
        }
        None
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

    /// The groups that these `(events, bytes)` make, each write by its bytes; first those that somebody waits for.
    fn groups(weights: &[(usize, usize)], results: &[usize], fan_out: usize) -> Vec<Vec<usize>> {
        let (queue, waiting) = mpsc::channel(weights.len() + 1);
        let (ended, ends) = mpsc::channel::<Box<dyn Job>>(results.len() + 1);
        for bytes in results.iter().copied() {
            assert!(ended.try_send(Box::new(Weighed(Weight { events: 0, bytes }))).is_ok(), "there is room");
        }
        for (events, bytes) in weights.iter().copied() {
            let job = Box::new(Weighed(Weight { events, bytes }));
            assert!(queue.try_send(Message::Write(job)).is_ok(), "there is room");
        }
        assert!(queue.try_send(Message::Stop).is_ok(), "there is room");
        let mut inbox = Inbox::new(waiting, ends);
        let mut groups = Vec::new();
        loop {
            let group = inbox.next_group(fan_out);
            if group.is_empty() {
                return groups;
            }
            groups.push(group.iter().map(|job| job.weight().bytes).collect());
        }
    }

    #[test]
    fn a_group_ends_where_its_bytes_do_and_the_order_stays() {
        let half = GROUP_BYTES_MAX / 2;
        let found = groups(&[(1, half), (1, 1), (1, half), (1, 2), (1, 3 * half), (1, 4)], &[], 1);
        assert_eq!(found, [vec![half, 1], vec![half, 2], vec![3 * half], vec![4]]);
    }

    #[test]
    fn a_group_holds_fewer_events_where_each_is_for_many_webhooks() {
        let events = GROUP_DELIVERIES_MAX / 4;
        let writes = [(events, 1), (events, 2), (events, 3), (events, 4), (events, 5)];
        assert_eq!(groups(&writes, &[], 0), [vec![1, 2, 3, 4], vec![5]]);
        assert_eq!(groups(&writes, &[], 2), [vec![1, 2], vec![3, 4], vec![5]]);
        assert_eq!(groups(&writes, &[], 1_000).len(), 5);
    }

    #[test]
    fn ordinary_writes_share_a_group_up_to_a_number() {
        let sizes: Vec<usize> =
            groups(&vec![(1, 100); GROUP_WRITES_MAX + 1], &[], 1).iter().map(Vec::len).collect();
        assert_eq!(sizes, [GROUP_WRITES_MAX, 1]);
    }

    #[test]
    fn results_go_with_many_writes_and_not_with_few() {
        let few = vec![(1, 1); LOADED_GROUP_WRITES - 1];
        assert_eq!(groups(&few, &[7, 8], 1), [vec![1; LOADED_GROUP_WRITES - 1], vec![7, 8]]);
        let many = vec![(1, 1); LOADED_GROUP_WRITES];
        assert_eq!(groups(&many, &[7, 8], 1), [[vec![1; LOADED_GROUP_WRITES], vec![7, 8]].concat()]);
    }

    #[test]
    fn results_are_bounded_by_their_group_and_none_is_left() {
        let half = GROUP_BYTES_MAX / 2;
        assert_eq!(groups(&[], &[half, 1, half, 2], 1), [vec![half, 1], vec![half, 2]]);
        let sizes: Vec<usize> = groups(&[], &vec![1; GROUP_WRITES_MAX + 1], 1).iter().map(Vec::len).collect();
        assert_eq!(sizes, [GROUP_WRITES_MAX, 1]);
    }

    /// Neither many writes, nor large ones of which one is always left over, nor a few that come without end.
    #[test]
    fn no_writes_keep_a_result_waiting_for_longer_than_its_time() {
        let full = GROUP_BYTES_MAX;
        for (writes_at_once, bytes) in
            [(1, 1), (LOADED_GROUP_WRITES - 1, 1), (GROUP_WRITES_MAX, 1), (2, full)]
        {
            let (queue, waiting) = mpsc::channel(2 * GROUP_WRITES_MAX);
            let (ended, ends) = mpsc::channel::<Box<dyn Job>>(2 * GROUP_WRITES_MAX);
            let mut inbox = Inbox::new(waiting, ends);
            for _ in 0..GROUP_WRITES_MAX + 2 {
                let result = Box::new(Weighed(Weight { events: 0, bytes: 2 }));
                assert!(ended.try_send(result).is_ok(), "there is room");
            }
            let (start, mut stored, mut groups) = (Instant::now(), 0, 0);
            while stored < GROUP_WRITES_MAX + 2 {
                while queue.max_capacity() - queue.capacity() < writes_at_once {
                    let write = Box::new(Weighed(Weight { events: 1, bytes }));
                    assert!(queue.try_send(Message::Write(write)).is_ok(), "there is room");
                }
                let group = inbox.next_group(1);
                stored += group.iter().filter(|job| job.weight().bytes == 2).count();
                groups += 1;
                assert!(
                    start.elapsed() < 100 * RESULTS_LINGER,
                    "{writes_at_once} of {bytes}: {stored} in {groups}"
                );
            }
        }
    }

    #[test]
    fn results_gather_and_do_not_wait_for_ever() {
        let (queue, waiting) = mpsc::channel(1);
        let (ended, ends) = mpsc::channel::<Box<dyn Job>>(2);
        let mut inbox = Inbox::new(waiting, ends);
        for bytes in [1, 2] {
            assert!(ended.try_send(Box::new(Weighed(Weight { events: 0, bytes }))).is_ok(), "there is room");
        }
        let start = Instant::now();
        assert_eq!(inbox.next_group(1).len(), 2, "both, though no write came");
        assert!(start.elapsed() >= RESULTS_LINGER, "the first one waited for company");
        drop(queue);
    }
}
