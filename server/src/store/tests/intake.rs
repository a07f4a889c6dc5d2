//! What is taken while the disk stands still.

use std::{future::Future, pin::pin, sync::mpsc, thread};

use domain::{Payload, UserId, limits::WRITE_QUEUE_BYTES_MAX};
use futures::poll;

use super::{TestStore, login};
use crate::store::{NewEvent, Store, StoreError, StoredOrganization};

const MIB: usize = 1_024 * 1_024;
const BATCH_BYTES: usize = 4 * MIB;

/// Nothing is written until this is dropped, as if the disk took that long.
struct Standstill(Option<(mpsc::Sender<()>, thread::JoinHandle<()>)>);

impl Standstill {
    fn begin(store: &Store) -> Self {
        let store = store.clone();
        let (begun, has_begun) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let holding = thread::spawn(move || {
            let _writing = store.writer.desk().scribe.lock().expect("nothing panicked");
            begun.send(()).expect("somebody waits");
            // An error is the end as well.
            let _ = ended.recv();
        });
        has_begun.recv().expect("it holds the connection");
        Self(Some((end, holding)))
    }
}

impl Drop for Standstill {
    fn drop(&mut self) {
        if let Some((end, holding)) = self.0.take() {
            drop(end);
            holding.join().expect("it ends");
        }
    }
}

fn batch(organization: &StoredOrganization) -> Vec<NewEvent> {
    let payload = Payload::UserLogin {
        username: "x".repeat(MIB),
        email: "demo@parallelworks.com".to_owned(),
        user_id: UserId::from_bytes([1; 12]),
        organization: "acme".to_owned(),
    };
    let event = NewEvent { organization_id: organization.id, payload, idempotency_key: None };
    vec![event; BATCH_BYTES / MIB]
}

/// Goes on until it waits for the writer. Who is gone then has left his events behind.
async fn begin_and_leave<T>(
    publishing: impl Future<Output = Result<T, StoreError>>,
) -> Result<(), StoreError> {
    let mut publishing = pin!(publishing);
    for _ in 0..10 {
        if let std::task::Poll::Ready(done) = poll!(&mut publishing) {
            return done.map(drop);
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}

#[tokio::test]
async fn what_waits_to_be_written_is_bounded_though_nobody_waits_for_it_any_more() {
    let store = TestStore::open().await;
    let organization = store.organization("acme").await;
    let standstill = Standstill::begin(&store.store);
    let mut taken = 0;
    let refused = loop {
        match begin_and_leave(store.store.publish(batch(&organization))).await {
            Ok(()) => taken += 1,
            Err(error) => break error,
        }
        assert!(taken * BATCH_BYTES <= WRITE_QUEUE_BYTES_MAX, "{taken} batches were taken");
    };
    assert!(matches!(refused, StoreError::Overloaded), "{refused:?}");
    assert!(taken > 1, "there is room for some");
    drop(standstill);
    let last = NewEvent { organization_id: organization.id, payload: login(), idempotency_key: None };
    while let Err(error) = store.store.publish(vec![last.clone()]).await {
        assert!(matches!(error, StoreError::Overloaded), "{error:?}");
        tokio::task::yield_now().await;
    }
    let stored = store.number("SELECT count(*) FROM events WHERE length(payload) > 1000000").await;
    assert_eq!(usize::try_from(stored), Ok(taken * BATCH_BYTES / MIB), "what was taken was written");
}
