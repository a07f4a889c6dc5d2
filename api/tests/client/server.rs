//! A server on a real socket that answers as it is told, one connection after the other, and keeps what it was asked.

use std::{
    collections::VecDeque,
    future::pending,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub(crate) enum Answer {
    /// Status, more headers (each with its line break) and body.
    Says(u16, &'static str, String),
    /// Reads the request and closes.
    Breaks,
    /// Reads the request and says nothing.
    Hangs,
}

pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Request>>>,
    serving: JoinHandle<()>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// The first line and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Server {
    /// The last answer is given for ever.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::default();
        let serving = tokio::spawn(serve(listener, answers.into_iter().collect(), Arc::clone(&asked)));
        Self { url, asked, serving }
    }

    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().expect("no panic").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, mut answers: VecDeque<Answer>, asked: Arc<Mutex<Vec<Request>>>) {
    loop {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let request = read(&mut stream).await;
        asked.lock().expect("no panic").push(request);
        match answers.front().expect("an answer") {
            Answer::Says(status, headers, body) => {
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).await.expect("it listens");
            }
            Answer::Breaks => drop(stream),
            Answer::Hangs => pending().await,
        }
        if answers.len() > 1 {
            answers.pop_front();
        }
    }
}

async fn read(stream: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.expect("a request");
        assert!(count > 0, "the request is not whole");
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() == length.map_or(0, |length| length.parse().expect("a number")) {
            return Request { head, body: body.to_owned() };
        }
    }
}
