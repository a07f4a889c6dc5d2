//! A send that is dropped leaves nothing behind.

use std::{future::Future, task::Poll};

use super::{
    receiver::{Act, Receiver},
    *,
};

#[tokio::test]
async fn dropping_a_send_closes_its_connection() {
    let mut receiver = Receiver::start(Act::Silence).await;
    let (sender, due) = (sender(), due(&receiver.url()));
    {
        let mut sending = Box::pin(sender.send_job(&due, NOW));
        let mut arrived = Box::pin(receiver.request());
        std::future::poll_fn(|context| {
            assert!(sending.as_mut().poll(context).is_pending(), "nobody answers");
            arrived.as_mut().poll(context)
        })
        .await;
    }
    receiver.closed().await;
}

#[tokio::test]
async fn dropping_a_send_while_it_connects_sends_nothing() {
    let mut receiver = Receiver::answering("200 OK").await;
    let (sender, due) = (sender(), due(&receiver.url()));
    {
        let mut sending = Box::pin(sender.send_job(&due, NOW));
        let first = std::future::poll_fn(|context| Poll::Ready(sending.as_mut().poll(context))).await;
        assert!(first.is_pending());
    }
    let later = Job { due: Due { attempts: 3, ..due.due.clone() }, ..due };
    assert_eq!(sender.send_job(&later, NOW).await.outcome, answered(200), "the sender is as good as new");
    assert_eq!(receiver.request().await.header("herald-attempt"), "4", "the first that arrived");
}
