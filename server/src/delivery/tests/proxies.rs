//! Proxies: the operator's is used; the environment's are not, as one would open the connection in place of the guard.

use std::{env, net::SocketAddr, process::Command};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::{receiver::Receiver, tls::Authority, *};

const AGAIN: &str = "HERALD_TEST_WITH_PROXY";

/// Runs itself again with proxies in the environment, since a running process cannot change its own safely.
#[tokio::test]
async fn proxies_in_the_environment_are_ignored() {
    if env::var_os(AGAIN).is_some() {
        return sends_past_the_proxy().await;
    }
    let this = std::thread::current().name().expect("a test's thread has its name").to_owned();
    let proxy = "http://127.0.0.1:1";
    let mut again = Command::new(env::current_exe().expect("this program"));
    again.args(["--exact", &this]).env(AGAIN, "1").env_remove("NO_PROXY").env_remove("no_proxy");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, proxy);
    }
    let output = again.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

async fn sends_past_the_proxy() {
    let receiver = Receiver::answering("200 OK").await;
    let url = receiver.url();
    let caught = reqwest::Client::new().post(&url).body("x").send().await;
    assert!(caught.is_err(), "another client falls for the proxy, so it is in force");
    assert_eq!(sender().send_job(&due(&url), NOW).await.outcome, answered(200));
}

/// A proxy that does as it is asked: it answers plain requests itself, and opens each tunnel to `behind`.
struct Proxy {
    url: String,
    asked: mpsc::UnboundedReceiver<String>,
}

impl Proxy {
    async fn start(behind: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://herald:hush@{}", listener.local_addr().expect("an address"));
        let (tell, asked) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass_on(stream, behind, tell.clone()));
            }
        });
        Self { url, asked }
    }

    fn sender(&self, policy: TargetPolicy, authorities: Option<&str>) -> Sender {
        let guard = Guard::new(policy, authorities.map(str::as_bytes)).expect("a guard");
        Sender::new(Arc::new(guard.through(self.url.parse().expect("a proxy"))))
    }

    fn asked(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.asked.try_recv().ok()).collect()
    }
}

/// Says the first line of a request and whether it came with the password.
async fn pass_on(mut stream: TcpStream, behind: SocketAddr, tell: mpsc::UnboundedSender<String>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("a whole head"));
    }
    let head = String::from_utf8(head).expect("text");
    let knows = head.to_ascii_lowercase().contains("proxy-authorization: basic agvyywxkomh1c2g=");
    let line = head.lines().next().expect("a line").to_owned();
    let is_tunnel = line.starts_with("CONNECT ");
    tell.send(format!("{line} {knows}")).expect("the test listens");
    if !is_tunnel {
        let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
        return stream.write_all(answer).await.expect("written");
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("written");
    let mut beyond = TcpStream::connect(behind).await.expect("the receiver");
    // An error means that one side has ended.
    let _ = copy_bidirectional(&mut stream, &mut beyond).await;
}

#[tokio::test]
async fn the_operators_proxy_opens_the_connections_and_looks_the_names_up() {
    let mut proxy = Proxy::start("127.0.0.1:1".parse().expect("an address")).await;
    let sender = proxy.sender(TargetPolicy { allowed: Vec::new(), allow_http: true }, None);
    let sent = sender.send_job(&due("http://hooks.invalid:8080/in"), NOW).await;
    assert_eq!(sent.outcome, answered(204), "{sent:?}");
    assert_eq!(proxy.asked(), ["POST http://hooks.invalid:8080/in HTTP/1.1 true"]);
}

#[tokio::test]
async fn https_goes_through_a_tunnel_and_is_checked_as_ever() {
    let authority = Authority::new();
    let mut receiver = authority.receiver("hooks.invalid").await;
    let mut proxy = Proxy::start(receiver.address).await;
    let sender = proxy.sender(TargetPolicy::default(), Some(&authority.pem()));
    assert_eq!(sender.send_job(&due("https://hooks.invalid/in"), NOW).await.outcome, answered(200));
    assert!(receiver.request().await.verifies(&secret(1), NOW));
    let wrong = sender.send_job(&due("https://other.invalid/in"), NOW).await;
    assert_eq!(broken(&wrong).0, ErrorClass::TlsWrongName, "{wrong:?}");
    assert_eq!(
        proxy.asked(),
        ["CONNECT hooks.invalid:443 HTTP/1.1 true", "CONNECT other.invalid:443 HTTP/1.1 true"]
    );
}

#[tokio::test]
async fn what_is_seen_to_be_forbidden_does_not_reach_the_proxy() {
    let mut proxy = Proxy::start("127.0.0.1:1".parse().expect("an address")).await;
    let sender = proxy.sender(TargetPolicy { allowed: Vec::new(), allow_http: true }, None);
    for url in
        ["http://169.254.169.254/", "http://[::1]:8080/", "http://localhost:8080/", "https://a.invalid:25/"]
    {
        let sent = sender.send_job(&due(url), NOW).await;
        assert_eq!(broken(&sent).0, ErrorClass::Blocked, "{url}");
    }
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_proxy_that_is_away_is_named_as_what_failed() {
    let guard = Guard::new(TargetPolicy { allowed: Vec::new(), allow_http: true }, None).expect("a guard");
    let sender = Sender::new(Arc::new(guard.through("http://127.0.0.1:1".parse().expect("a proxy"))));
    let sent = sender.send_job(&due("http://hooks.invalid:8080/in"), NOW).await;
    let (class, text) = broken(&sent);
    assert_eq!(class, ErrorClass::ConnectionRefused);
    assert!(text.starts_with("The egress proxy opened no connection to hooks.invalid:8080: "), "{text}");
}
