//! A receiver that answers 500, then makes requests wait while it is closed, and answers them 200 once it is opened.

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::State, http::StatusCode};
use tokio::{net::TcpListener, sync::watch};

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Gate {
    url: String,
    kept: Arc<Kept>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum GateState {
    Failing,
    Closed,
    Open,
}
use GateState::{Closed, Failing, Open};

struct Kept {
    state: watch::Sender<GateState>,
    waiting: watch::Sender<usize>,
    answered: watch::Sender<usize>,
}

impl Gate {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let kept = Kept {
            state: watch::Sender::new(Failing),
            waiting: watch::Sender::new(0),
            answered: watch::Sender::new(0),
        };
        let kept = Arc::new(kept);
        let router = Router::new().fallback(answer).with_state(Arc::clone(&kept));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { url, kept }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    pub(crate) fn close(&self) {
        self.kept.state.send_replace(Closed);
    }

    pub(crate) fn open(&self) {
        self.kept.state.send_replace(Open);
    }

    pub(crate) fn answered(&self) -> usize {
        *self.kept.answered.borrow()
    }

    /// How many requests it holds now.
    pub(crate) fn waiting(&self) -> usize {
        *self.kept.waiting.borrow()
    }

    pub(crate) async fn until_answered(&self, count: usize) {
        let mut answered = self.kept.answered.subscribe();
        let reached = answered.wait_for(|answered| *answered >= count);
        let reached = tokio::time::timeout(PATIENCE, reached).await;
        assert!(reached.is_ok(), "{} were answered, not {count}", *self.kept.answered.borrow());
    }
}

async fn answer(State(kept): State<Arc<Kept>>) -> StatusCode {
    let mut state = kept.state.subscribe();
    if *state.borrow() == Failing {
        kept.answered.send_modify(|answered| *answered += 1);
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    kept.waiting.send_modify(|waiting| *waiting += 1);
    state.wait_for(|state| *state == Open).await.expect("the gate lives");
    kept.waiting.send_modify(|waiting| *waiting -= 1);
    kept.answered.send_modify(|answered| *answered += 1);
    StatusCode::OK
}
