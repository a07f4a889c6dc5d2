use std::{io, sync::mpsc};

use domain::sign;

use super::*;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// What is printed, as it comes.
struct Lines(mpsc::Sender<String>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.0.send(text).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A running receiver: its address, and what it prints.
async fn started(secret: Option<&str>, answer: StatusCode) -> (SocketAddr, mpsc::Receiver<String>) {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = super::listen(listen).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (sender, printed) = mpsc::channel();
    let secret = secret.map(|text| Secret::parse(text).expect("a secret"));
    let args = ReceiveArgs { listen, secret, answer };
    tokio::spawn(serve(listener, args, Printer::new(Lines(sender))));
    (address, printed)
}

async fn post(address: SocketAddr, body: Vec<u8>, signed_with: &str) -> StatusCode {
    let timestamp = Clock::system().now().unix_seconds();
    let secret = Secret::parse(signed_with).expect("a secret");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client
        .post(format!("http://{address}/hook"))
        .header("webhook-id", "one")
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", sign(&[secret], "one", timestamp, &body));
    request.body(body).send().await.expect("an answer").status()
}

#[tokio::test]
async fn a_signed_request_is_printed_and_its_signature_holds() {
    let (address, printed) = started(Some(SECRET), StatusCode::OK).await;
    assert_eq!(post(address, b"{\"a\":1}".to_vec(), SECRET).await, StatusCode::OK);
    let text = printed.try_recv().expect("printed before the answer");
    assert!(text.contains("  POST /hook\n") && text.contains("\n  signature holds\n"), "{text}");
    assert!(text.contains("  |   \"a\": 1\n"), "{text}");
}

#[tokio::test]
async fn another_secret_is_told_and_the_asked_status_is_answered() {
    let (address, printed) = started(Some(SECRET), StatusCode::SERVICE_UNAVAILABLE).await;
    let other = Secret::from_bytes(&[7; 32]).expect("32 bytes").reveal();
    assert_eq!(post(address, b"{}".to_vec(), &other).await, StatusCode::SERVICE_UNAVAILABLE);
    assert!(printed.try_recv().expect("printed").contains("does not hold: no signature matches"));
}

#[tokio::test]
async fn without_a_secret_nothing_is_checked() {
    let (address, printed) = started(None, StatusCode::NO_CONTENT).await;
    assert_eq!(post(address, b"x".to_vec(), SECRET).await, StatusCode::NO_CONTENT);
    assert!(printed.try_recv().expect("printed").contains("not checked: start with --secret"));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_told() {
    let (address, printed) = started(Some(SECRET), StatusCode::OK).await;
    let status = post(address, vec![b'x'; BODY_BYTES_MAX + 1], SECRET).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(printed.try_recv().expect("printed").contains("the body was too large"));
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let (address, _printed) = started(None, StatusCode::OK).await;
    let error = super::listen(address).await.expect_err("it is taken");
    assert!(error.to_string().starts_with(&format!("{address} is in use")), "{error}");
}

#[test]
fn a_missing_header_is_a_malformed_request() {
    let secret = Secret::parse(SECRET).expect("a secret");
    let now = Timestamp::from_unix_ms(0);
    let verdict = judge(Some(&secret), &HeaderMap::new(), Some(&Bytes::new()), now);
    assert_eq!(verdict, Verdict::Fails(SignatureFault::Malformed));
    assert_eq!(judge(Some(&secret), &HeaderMap::new(), None, now), Verdict::NotWhole);
}

#[test]
fn the_arguments_have_defaults_and_are_checked() {
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        receive: ReceiveArgs,
    }

    let line = Line::try_parse_from(["x"]).expect("defaults").receive;
    assert_eq!((line.listen.port(), line.answer), (9000, StatusCode::OK));
    let given = ["x", "--listen", "[::1]:80", "--secret", SECRET, "--answer", "503"];
    assert!(Line::try_parse_from(given).expect("valid").receive.secret.is_some());
    for wrong in [["x", "--answer", "199"], ["x", "--answer", "ok"], ["x", "--secret", "whsec_"]] {
        assert!(Line::try_parse_from(wrong).is_err(), "{wrong:?}");
    }
}
