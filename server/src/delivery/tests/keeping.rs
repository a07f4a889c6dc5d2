//! Connections that are kept open, and those that are not.

use futures::future::join_all;
use tokio::{io::AsyncReadExt, net::TcpListener};

use super::{
    receiver::{Act, Receiver},
    *,
};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK";

async fn connections(receiver: &mut Receiver, requests: usize) -> Vec<usize> {
    let mut connections = Vec::new();
    for _ in 0..requests {
        connections.push(receiver.request().await.connection);
    }
    connections
}

#[tokio::test]
async fn attempts_one_after_another_use_one_connection() {
    let mut receiver = Receiver::start(Act::Answer(ANSWER.to_vec())).await;
    let (sender, job) = (sender(), due(&receiver.url()));
    for _ in 0..50 {
        assert_eq!(sender.send_job(&job, NOW).await.outcome, answered(200));
    }
    assert_eq!(connections(&mut receiver, 50).await, [0; 50]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_no_more_connections_than_attempts_at_once() {
    let mut receiver = Receiver::start(Act::Answer(ANSWER.to_vec())).await;
    let (sender, url) = (Arc::new(sender()), receiver.url());
    let workers = (0..8).map(|_| {
        let (sender, job) = (Arc::clone(&sender), due(&url));
        tokio::spawn(async move {
            for _ in 0..50 {
                assert_eq!(sender.send_job(&job, NOW).await.outcome, answered(200));
            }
        })
    });
    join_all(workers).await.into_iter().for_each(|worker| worker.expect("it does not panic"));
    let connections = connections(&mut receiver, 8 * 50).await;
    assert!(connections.iter().all(|connection| *connection < 8), "{connections:?}");
}

#[tokio::test]
async fn a_connection_that_the_receiver_closes_is_not_used_again() {
    let mut receiver = Receiver::start(Act::AnswerAndClose(ANSWER.to_vec())).await;
    let (sender, job) = (sender(), due(&receiver.url()));
    for _ in 0..10 {
        assert_eq!(sender.send_job(&job, NOW).await.outcome, answered(200));
        // The close is there before the next attempt.
        tokio::task::yield_now().await;
    }
    assert_eq!(connections(&mut receiver, 10).await, (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_connection_whose_answer_was_not_read_to_its_end_is_closed() {
    let endless = b"HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n".to_vec();
    let mut receiver = Receiver::start(Act::Endless(endless)).await;
    assert_eq!(sender().send_job(&due(&receiver.url()), NOW).await.outcome, answered(200));
    receiver.closed().await;
}

#[tokio::test]
async fn a_connection_that_nobody_needs_is_closed() {
    let mut receiver = Receiver::start(Act::Answer(ANSWER.to_vec())).await;
    let timeouts = Timeouts { idle: Duration::from_millis(40), ..Timeouts::default() };
    let sender = Sender::with_timeouts(guard(&["127.0.0.0/8"]), timeouts);
    assert_eq!(sender.send_job(&due(&receiver.url()), NOW).await.outcome, answered(200));
    receiver.closed().await;
}

#[tokio::test]
async fn nothing_more_is_written_for_an_attempt_that_is_over() {
    const BODY_BYTES: usize = 64 * 1024 * 1024;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut job = due(&format!("http://{}/", listener.local_addr().expect("an address")));
    job.due.payload = "x".repeat(BODY_BYTES).into();
    let sender = hasty_sender();
    let (sent, accepted) = tokio::join!(sender.send_job(&job, NOW), listener.accept());
    assert_eq!(broken(&sent).0, ErrorClass::Timeout);
    let (mut stream, _) = accepted.expect("a connection");
    let mut read = Vec::new();
    // The end may come as a reset.
    let _ = stream.read_to_end(&mut read).await;
    assert!(read.len() < BODY_BYTES, "what the receiver had not taken by then was dropped");
}
