//! The one writer: takes what waits, writes it in one transaction, answers after the commit.
//!
//! Where nobody else wants to write, who comes writes at once by himself: two threads that wake each other take as long as the
//! write itself.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use domain::limits::{
    WRITE_HERE_BYTES_MAX, WRITE_HERE_DELIVERIES_MAX, WRITE_HERE_MAX, WRITE_QUEUE_MAX, WRITE_QUEUE_RESERVED,
};
use futures::executor::block_on;
use sqlx::SqliteConnection;
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::yield_now,
};

pub(super) use super::tickets::{Collect, Write};
use super::{
    OpenError, StoreError,
    arrivals::Arrivals,
    checkpoints::Checkpoints,
    inbox::{Inbox, Message, Weight},
    scribe::Scribe,
    tickets::{Handover, Job, Jobs, Ticket},
};
use crate::{clock::Clock, ids::IdSource};

/// The way to the one that writes.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    /// Of attempts: nobody waits for these to be stored.
    results: mpsc::Sender<Box<dyn Job>>,
    desk: Arc<Desk>,
    state: watch::Receiver<State>,
}

/// Where the scribe is; who takes it writes.
pub(super) struct Desk {
    /// Empty once it has ended.
    pub(super) scribe: Mutex<Option<Scribe>>,
    /// The writer's thread has something to write: it comes before who would write for himself.
    is_wanted: AtomicBool,
    /// How many wait for what they offered to be written.
    offering: AtomicUsize,
    /// How long the newest group took, in microseconds.
    pub(super) last_us: AtomicU64,
    checkpoints: Checkpoints,
}

/// One of those who wait for what they offered.
struct Offering<'d>(&'d Desk);

impl<'d> Offering<'d> {
    fn new(desk: &'d Desk) -> Self {
        desk.offering.fetch_add(1, Ordering::SeqCst);
        Self(desk)
    }

    fn is_alone(&self) -> bool {
        self.0.offering.load(Ordering::SeqCst) == 1
    }
}

impl Drop for Offering<'_> {
    fn drop(&mut self) {
        self.0.offering.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    Stopped,
    Failed,
}

/// Whom the writer tells after a commit.
#[derive(Clone, Default)]
pub(super) struct Listeners {
    pub(super) arrivals: Arrivals,
    /// There are bulk jobs to be run.
    pub(super) jobs: Arc<Notify>,
    /// There are new events.
    pub(super) events: Arc<Notify>,
    /// There is a user to be purged.
    pub(super) purges: Arc<Notify>,
    /// Counts commits that may have changed who may do what.
    pub(super) changes: Arc<AtomicU64>,
    /// Counts all commits.
    pub(super) groups: Arc<AtomicU64>,
}

impl Writer {
    /// On a thread of its own, which may wait for the disk.
    ///
    /// # Errors
    /// When the connection is of no use or there can be no further thread.
    pub(super) async fn start(
        database: &Path,
        connection: SqliteConnection,
        clock: Clock,
        ids: Arc<IdSource>,
        listeners: Listeners,
    ) -> Result<Self, OpenError> {
        let scribe = Scribe::new(connection, clock, ids, listeners).await?;
        let (queue, waiting) = mpsc::channel(WRITE_QUEUE_MAX);
        let (results, ended) = mpsc::channel(WRITE_QUEUE_MAX);
        let (report, state) = watch::channel(State::Running);
        let desk = Desk {
            scribe: Mutex::new(Some(scribe)),
            is_wanted: AtomicBool::new(false),
            offering: AtomicUsize::new(0),
            last_us: AtomicU64::new(u64::MAX),
            checkpoints: Checkpoints::default(),
        };
        let desk = Arc::new(desk);
        let log = Checkpoints::connect(database)?;
        // Weak, so that the writer ends when nobody is there any more who could write.
        let (at, beside, ending) = (Arc::clone(&desk), Arc::clone(&desk), queue.downgrade());
        let moving = spawn("herald-log", move || {
            beside.checkpoints.serve(&log, |error| {
                beside.lose(error);
                if let Some(queue) = ending.upgrade() {
                    EndWriting(&queue).end();
                }
            });
        })?;
        spawn("herald-writer", move || {
            let end = {
                let _moving = EndMoving(&at.checkpoints);
                at.write_groups(Inbox::new(waiting, ended))
            };
            // An error means that it panicked; the log is then moved when the database is closed.
            let _ = moving.join();
            report.send_replace(at.close(end));
        })?;
        Ok(Self { queue, results, desk, state })
    }

    /// Resolves once the write is durable, or did not happen.
    pub(super) async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue_up(Box::new(Ticket { write, output: None, reply }), answer).await
    }

    /// As [`Writer::write`], for rows.
    pub(super) async fn hand_over<C: Collect>(&self, rows: C) -> Result<C::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue_up(handover(rows, reply), answer).await
    }

    /// As [`Writer::hand_over`], but resolves once they are in the queue; `then` is told what came of it. They are stored within
    /// [`RESULTS_LINGER`](domain::limits::RESULTS_LINGER), so that many share a group.
    pub(super) async fn hand_over_then<C: Collect>(
        &self,
        rows: C,
        then: impl FnOnce(Result<C::Output, StoreError>) + Send + 'static,
    ) {
        match self.results.reserve().await {
            Ok(place) => place.send(Box::new(Handover { rows, reply: then })),
            Err(_) => then(Err(StoreError::Stopped)),
        }
    }

    /// As [`Writer::hand_over_then`], for one who waits all the same.
    pub(super) async fn hand_over_late<C: Collect>(&self, rows: C) -> Result<C::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.hand_over_then(rows, move |result| drop(reply.send(result))).await;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// As [`Writer::hand_over`], but refused where the queue has no more room than what is kept for other writes. Who comes while
    /// nobody else writes need not wait for the writer's thread.
    pub(super) async fn offer<C: Collect>(&self, rows: C) -> Result<C::Output, StoreError> {
        if self.queue.capacity() <= WRITE_QUEUE_RESERVED {
            return Err(StoreError::Overloaded);
        }
        let offering = Offering::new(&self.desk);
        if offering.is_alone() {
            // Whoever comes at the same time is seen now: together they are a group.
            yield_now().await;
        }
        let (reply, mut answer) = oneshot::channel();
        let job = handover(rows, reply);
        let job = if offering.is_alone() { self.write_here(job) } else { Some(job) };
        match job {
            // Written or refused: the answer is there.
            None => answer.try_recv().map_err(|_| StoreError::Stopped)?,
            Some(job) => self.queue_up(job, answer).await,
        }
    }

    /// Writes on this thread, if nobody else writes or waits, and if it takes no longer than any task of the runtime may. Gives back
    /// what it did not write.
    fn write_here(&self, job: Box<dyn Job>) -> Option<Box<dyn Job>> {
        let Desk { scribe, is_wanted, last_us, checkpoints, .. } = &*self.desk;
        let is_idle = self.queue.capacity() == self.queue.max_capacity()
            && !is_wanted.load(Ordering::SeqCst)
            && !checkpoints.is_rest_small();
        let is_quick = last_us.load(Ordering::Relaxed) <= micros(WRITE_HERE_MAX);
        if !is_idle || !is_quick || !job.is_plain() {
            return Some(job);
        }
        let Ok(mut scribe) = scribe.try_lock() else { return Some(job) };
        let Some(scribe) = scribe.as_mut() else { return Some(job) };
        let Weight { events, bytes } = job.weight();
        if events.saturating_mul(scribe.fan_out()) > WRITE_HERE_DELIVERIES_MAX || bytes > WRITE_HERE_BYTES_MAX
        {
            return Some(job);
        }
        let ending = EndWriting(&self.queue);
        if self.desk.write(scribe, vec![job]).is_err() {
            ending.end();
        }
        None
    }

    async fn queue_up<T>(
        &self,
        job: Box<dyn Job>,
        answer: oneshot::Receiver<Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.queue.send(Message::Write(job)).await.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    #[cfg(test)]
    pub(super) fn desk(&self) -> &Desk {
        &self.desk
    }

    pub(super) fn is_running(&self) -> bool {
        // An error means that the thread is gone without a word: it panicked.
        self.state.has_changed().is_ok() && *self.state.borrow() == State::Running
    }

    pub(super) async fn failed(&self) {
        let mut state = self.state.clone();
        let failed = state.wait_for(|state| *state == State::Failed).await.is_ok();
        if !failed && *self.state.borrow() == State::Stopped {
            std::future::pending::<()>().await;
        }
    }

    pub(super) async fn stop(&self) {
        let asked = self.queue.send(Message::Stop).await;
        let mut state = self.state.clone();
        if asked.is_ok() {
            // An error means that the thread is gone, which is what was asked for.
            let _ = state.wait_for(|state| *state != State::Running).await;
        }
    }
}

/// Nobody waits any more when a client has gone; the write stands all the same.
fn handover<C: Collect>(rows: C, reply: oneshot::Sender<Result<C::Output, StoreError>>) -> Box<dyn Job> {
    Box::new(Handover { rows, reply: move |result| drop(reply.send(result)) })
}

/// Has the writer's thread say to all others that nothing is written any more: what is on disk is not known. So it is after a panic.
struct EndWriting<'w>(&'w mpsc::Sender<Message>);

impl EndWriting<'_> {
    fn end(&self) {
        // Where the queue is full, it is awake and finds out.
        let _ = self.0.try_send(Message::Stop);
    }
}

impl Drop for EndWriting<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.end();
        }
    }
}

/// Ends the thread that moves the log, even after a panic.
struct EndMoving<'d>(&'d Checkpoints);

impl Drop for EndMoving<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>, OpenError> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map_err(OpenError::Writer)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Desk {
    fn write(&self, scribe: &mut Scribe, jobs: Jobs) -> Result<(), StoreError> {
        let start = Instant::now();
        block_on(scribe.write(jobs))?;
        self.last_us.store(micros(start.elapsed()), Ordering::Relaxed);
        if self.checkpoints.take_rest() {
            return scribe.move_rest_of_log();
        }
        let log = scribe.log();
        if scribe.must_wait_for_readers(log) {
            self.checkpoints.leave_rest();
        } else if log.is_long() {
            self.checkpoints.ask();
        }
        Ok(())
    }

    /// It is not known any more what the database has.
    fn lose(&self, error: rusqlite::Error) {
        if let Ok(mut place) = self.scribe.lock()
            && let Some(scribe) = place.as_mut()
        {
            scribe.lost(error.into());
        }
    }

    /// Until there is no more to come, or the database fails.
    fn write_groups(&self, mut inbox: Inbox) -> State {
        let mut fan_out = 1;
        loop {
            let jobs = inbox.next_group(fan_out);
            if jobs.is_empty() {
                return State::Stopped;
            }
            self.is_wanted.store(true, Ordering::SeqCst);
            // Poisoned by a panic halfway through a write: what is on disk is not known.
            let Ok(mut place) = self.scribe.lock() else { return State::Failed };
            self.is_wanted.store(false, Ordering::SeqCst);
            let Some(scribe) = place.as_mut() else { return State::Failed };
            if self.write(scribe, jobs).is_err() {
                return State::Failed;
            }
            fan_out = scribe.fan_out();
        }
    }

    /// Nobody writes any more.
    fn close(&self, end: State) -> State {
        let Some(scribe) = self.scribe.lock().ok().and_then(|mut place| place.take()) else {
            return State::Failed;
        };
        // It may have failed under who wrote for himself.
        let end = if scribe.has_failed() { State::Failed } else { end };
        block_on(scribe.close());
        end
    }
}
