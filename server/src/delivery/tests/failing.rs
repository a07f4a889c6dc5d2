//! Receivers that do not answer, and what is said of them.

use std::{net::TcpListener, time::Duration};

use domain::ErrorClass;

use super::{
    receiver::{Act, Receiver},
    *,
};

async fn text_of(act: Act, sender: Sender) -> (ErrorClass, String) {
    let receiver = Receiver::start(act).await;
    let sent = sender.send_job(&due(&receiver.url()), NOW).await;
    let (class, text) = broken(&sent);
    (class, text.replace(&receiver.address.to_string(), "PLACE"))
}

#[tokio::test]
async fn nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    for host in ["127.0.0.1", "localhost"] {
        let sent = sender().send_job(&due(&format!("http://{host}:{port}/")), NOW).await;
        let text = format!("{host}:{port} refused the connection: nothing listens there.");
        assert_eq!(broken(&sent), (ErrorClass::ConnectionRefused, text.as_str()));
    }
}

#[tokio::test]
async fn a_connection_closed_without_an_answer() {
    let (class, text) = text_of(Act::Close, sender()).await;
    assert_eq!(class, ErrorClass::Reset);
    assert_eq!(text, "PLACE closed the connection without an answer.");
}

#[tokio::test]
async fn a_connection_that_is_reset() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.readable().await.expect("a request");
        stream.set_zero_linger().expect("a reset at the close");
    });
    let sent = sender().send_job(&due(&format!("http://{address}/")), NOW).await;
    assert_eq!(broken(&sent).0, ErrorClass::Reset);
}

#[tokio::test]
async fn an_answer_that_breaks_off_in_its_head() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-le".to_vec();
    assert_eq!(text_of(Act::AnswerAndClose(half), sender()).await.0, ErrorClass::Reset);
}

#[tokio::test]
async fn silence() {
    let mut receiver = Receiver::start(Act::Silence).await;
    let sent = hasty_sender().send_job(&due(&receiver.url()), NOW).await;
    let text = format!("{} did not answer within 0.2 s.", receiver.address);
    assert_eq!(broken(&sent), (ErrorClass::Timeout, text.as_str()));
    assert!(sent.duration >= Duration::from_millis(200));
    receiver.closed().await;
}

#[tokio::test]
async fn an_answer_that_is_not_http() {
    for garbage in ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "\0\u{1}\u{2}\u{3}\r\n\r\n", "HTTP/9.9 what\r\n\r\n"] {
        let (class, text) = text_of(Act::Answer(garbage.into()), sender()).await;
        assert_eq!(class, ErrorClass::Protocol);
        assert_eq!(text, "PLACE answered with something that is not HTTP.");
    }
}

#[tokio::test]
async fn headers_without_end() {
    let (class, text) = text_of(Act::Endless(b"HTTP/1.1 200 OK\r\nx: ".to_vec()), sender()).await;
    assert_eq!(class, ErrorClass::BodyTooLong);
    assert_eq!(text, "PLACE answered with headers that are too long.");
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_no_connection() {
    // A listener that nobody accepts from: the connection opens, and nothing is said on it.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let timeouts = Timeouts { connect: Duration::from_millis(200), ..Timeouts::default() };
    let sender = Sender::with_timeouts(guard(&["127.0.0.0/8"]), timeouts);
    let sent = sender.send_job(&due(&format!("https://{address}/")), NOW).await;
    let text = format!("{address} could not be reached within 0.2 s.");
    assert_eq!(broken(&sent), (ErrorClass::ConnectTimeout, text.as_str()));
}

#[tokio::test]
async fn a_name_that_does_not_exist() {
    let sent = sender().send_job(&due("https://does-not-exist.invalid/"), NOW).await;
    let (class, text) = broken(&sent);
    assert_eq!(class, ErrorClass::NameNotFound);
    assert!(text.starts_with("The name does-not-exist.invalid "), "{text}");
}

#[tokio::test]
async fn a_stored_url_that_is_none() {
    let sent = sender().send_job(&due("hooks.example.com"), NOW).await;
    assert_eq!(broken(&sent).0, ErrorClass::Blocked);
}
