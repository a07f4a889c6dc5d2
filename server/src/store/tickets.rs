//! What can be handed to the writer, and the one who waits for it.

use async_trait::async_trait;
use tokio::sync::oneshot;

use super::{
    StoreError,
    group::{Flushed, Group, Rows},
    inbox::Weight,
};

/// A change to the store. It runs inside a transaction that it shares with others.
#[async_trait]
pub(super) trait Write: Send + 'static {
    type Output: Send + 'static;

    /// Applies the change. An error leaves nothing of it behind and does not touch the others.
    ///
    /// It runs again when the group that it was in could not be committed.
    async fn apply(&mut self, group: &mut Group<'_>) -> Result<Self::Output, StoreError>;

    /// Whether it may change who may do what, which makes void what is kept of that.
    fn changes_access(&self) -> bool {
        true
    }
}

/// Rows that are written by their group's own statements: what comes often.
pub(super) trait Collect: Send + 'static {
    type Output: Send + 'static;

    /// Hands the rows over; again when the group that they were in could not be committed.
    fn collect(&mut self, rows: &mut Rows);

    /// Whether nothing is to be done but to write them.
    fn is_plain(&self) -> bool {
        true
    }

    /// How much it makes its group grow by.
    fn weight(&self) -> Weight {
        Weight::default()
    }

    /// What came of it.
    fn settle(self, flushed: &Flushed) -> Self::Output;
}

#[async_trait]
pub(super) trait Job: Send {
    /// Hands rows over, if that is all that it does.
    fn collect(&mut self, _rows: &mut Rows) -> bool {
        false
    }

    /// Whether all that it does is to hand over rows that leave nothing else to do.
    fn is_plain(&self) -> bool {
        false
    }

    /// For a job that does not collect.
    async fn apply(&mut self, _group: &mut Group<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    fn changes_access(&self) -> bool {
        false
    }

    fn weight(&self) -> Weight {
        Weight::default()
    }

    /// Tells the one who waits: it is durable.
    fn done(self: Box<Self>, flushed: &Flushed);

    /// Tells the one who waits: it did not happen.
    fn refused(self: Box<Self>, error: StoreError);
}

pub(super) type Jobs = Vec<Box<dyn Job>>;
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

pub(super) struct Ticket<W: Write> {
    pub(super) write: W,
    pub(super) output: Option<W::Output>,
    pub(super) reply: Reply<W::Output>,
}

/// `reply` runs on the writer's thread. It is dropped where the writer ends without a word.
pub(super) struct Handover<C: Collect, R: FnOnce(Result<C::Output, StoreError>) + Send> {
    pub(super) rows: C,
    pub(super) reply: R,
}

// Nobody waits any more when a client has gone; the write stands all the same. So what a reply says of that is left.

#[async_trait]
impl<W: Write> Job for Ticket<W> {
    async fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        self.output = Some(self.write.apply(group).await?);
        Ok(())
    }

    fn changes_access(&self) -> bool {
        self.write.changes_access()
    }

    fn done(self: Box<Self>, _flushed: &Flushed) {
        let Self { output, reply, .. } = *self;
        let _ = reply.send(output.ok_or(StoreError::Stopped));
    }

    fn refused(self: Box<Self>, error: StoreError) {
        let _ = self.reply.send(Err(error));
    }
}

impl<C: Collect, R: FnOnce(Result<C::Output, StoreError>) + Send> Job for Handover<C, R> {
    fn collect(&mut self, rows: &mut Rows) -> bool {
        self.rows.collect(rows);
        true
    }

    fn is_plain(&self) -> bool {
        self.rows.is_plain()
    }

    fn weight(&self) -> Weight {
        self.rows.weight()
    }

    fn done(self: Box<Self>, flushed: &Flushed) {
        let Self { rows, reply } = *self;
        reply(Ok(rows.settle(flushed)));
    }

    fn refused(self: Box<Self>, error: StoreError) {
        (self.reply)(Err(error));
    }
}
