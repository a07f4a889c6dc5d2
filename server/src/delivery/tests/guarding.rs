//! No connection is opened to an address that the operator did not allow.

use domain::{
    ErrorClass,
    target::{Refused, TargetUrl},
};

use super::{receiver::Receiver, *};

async fn checked(allowed: &[&str], url: &str) -> Result<(), Refused> {
    guard(allowed).check(&TargetUrl::parse(url).expect("a URL"), None).await
}

#[tokio::test]
async fn a_private_literal_is_not_called() {
    let mut canary = Receiver::answering("200 OK").await;
    let port = canary.address.port();
    let sender = Sender::new(guard(&[]));
    for host in ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "127.0.0.1.", "[::ffff:127.0.0.1]", "0.0.0.0"]
    {
        let sent = sender.send_job(&due(&format!("http://{host}:{port}/")), NOW).await;
        assert_eq!(broken(&sent).0, ErrorClass::Blocked, "{host}");
    }
    assert!(canary.was_left_alone().await);
}

#[tokio::test]
async fn a_name_of_this_machine_is_not_called() {
    let mut canary = Receiver::answering("200 OK").await;
    let port = canary.address.port();
    let sender = Sender::new(guard(&[]));
    for host in ["localhost", "LOCALHOST", "localhost.", "a.localhost"] {
        let sent = sender.send_job(&due(&format!("https://{host}:{port}/")), NOW).await;
        let (class, text) = broken(&sent);
        assert_eq!(class, ErrorClass::Blocked, "{host}");
        assert!(!text.contains("127.0.0.1") && !text.contains("::1"), "{text}");
    }
    assert!(canary.was_left_alone().await);
}

#[tokio::test]
async fn a_rule_for_one_port_opens_no_other() {
    let receiver = Receiver::answering("200 OK").await;
    let mut canary = Receiver::answering("200 OK").await;
    let rule = format!("127.0.0.0/8:{}", receiver.address.port());
    let sender = Sender::new(guard(&[&rule]));
    assert_eq!(sender.send_job(&due(&receiver.named("http")), NOW).await.outcome, answered(200));
    let sent = sender.send_job(&due(&canary.named("http")), NOW).await;
    assert_eq!(broken(&sent).0, ErrorClass::Blocked);
    assert!(canary.was_left_alone().await);
}

#[tokio::test]
async fn an_allowed_name_is_called_over_plain_http() {
    let mut receiver = Receiver::answering("200 OK").await;
    let rule = format!("localhost:{}", receiver.address.port());
    let sender = Sender::new(guard(&[&rule]));
    assert_eq!(sender.send_job(&due(&receiver.named("http")), NOW).await.outcome, answered(200));
    let host = format!("localhost:{}", receiver.address.port());
    assert_eq!(receiver.request().await.header("host"), host);
}

#[tokio::test]
async fn what_is_refused_before_every_send_is_refused_at_save() {
    assert_eq!(checked(&[], "https://127.0.0.1/").await, Err(Refused::Address([127, 0, 0, 1].into())));
    assert_eq!(checked(&[], "http://8.8.8.8/").await, Err(Refused::PlainHttp));
    assert_eq!(checked(&[], "https://8.8.8.8:25/").await, Err(Refused::Port(25)));
    assert_eq!(checked(&[], "https://8.8.8.8/").await, Ok(()));
    assert_eq!(checked(&["127.0.0.0/8"], "http://localhost:9000/").await, Ok(()));
}

#[tokio::test]
async fn at_save_a_missing_name_gets_the_words_of_a_forbidden_one() {
    let words = |name: &str| Refused::Name(name.into(), 443);
    assert_eq!(checked(&[], "https://localhost/").await, Err(words("localhost")));
    assert_eq!(checked(&[], "https://does-not-exist.invalid/").await, Err(words("does-not-exist.invalid")));
}
