//! The receivers of the example: one address, a path for each, and a page on which each is told what to answer.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Form, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use domain::Timestamp;
use serde::Deserialize;
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};

use super::story::ROUTES;
use crate::clock::Clock;

/// Longer than any attempt may take.
const TOO_LATE: Duration = Duration::from_secs(20);

/// What a receiver answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Answer {
    Accepts,
    Breaks,
    Unavailable,
    Late,
    Gone,
}

impl Answer {
    const ALL: [Self; 5] = [Self::Accepts, Self::Breaks, Self::Unavailable, Self::Late, Self::Gone];

    fn name(self) -> &'static str {
        match self {
            Self::Accepts => "accepts",
            Self::Breaks => "breaks",
            Self::Unavailable => "unavailable",
            Self::Late => "late",
            Self::Gone => "gone",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Accepts => "200",
            Self::Breaks => "500",
            Self::Unavailable => "503",
            Self::Late => "Too late",
            Self::Gone => "410",
        }
    }

    async fn give(self) -> Response {
        let (status, body) = match self {
            Self::Accepts => (StatusCode::OK, r#"{"received":true}"#),
            Self::Breaks => (
                StatusCode::INTERNAL_SERVER_ERROR,
                r#"{"error":"TypeError: cannot read properties of null (reading 'email')"}"#,
            ),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"down for maintenance"}"#),
            Self::Late => {
                tokio::time::sleep(TOO_LATE).await;
                (StatusCode::OK, r#"{"received":true}"#)
            }
            Self::Gone => (StatusCode::GONE, r#"{"error":"this endpoint was removed"}"#),
        };
        (status, [("content-type", "application/json")], body).into_response()
    }
}

struct Desk {
    answer: Answer,
    requests: u64,
    last_at: Option<Timestamp>,
}

type Desks = Arc<Mutex<BTreeMap<&'static str, Desk>>>;

pub(super) struct Receiver {
    address: SocketAddr,
    /// Keeps a port at which nobody listens: whoever connects is refused.
    nobody: TcpSocket,
    desks: Desks,
    serving: JoinHandle<()>,
}

impl Receiver {
    /// On a free port of this machine.
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let nobody = TcpSocket::new_v4()?;
        nobody.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let desk = || Desk { answer: Answer::Accepts, requests: 0, last_at: None };
        let desks: Desks = Arc::new(Mutex::new(ROUTES.map(|route| (route, desk())).into()));
        let router = Router::new()
            .route("/", get(show))
            .route("/tell", post(told))
            .route("/{route}", post(receive))
            .with_state(Arc::clone(&desks));
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "The receiver of the example ended");
            }
        });
        Ok(Self { address, nobody, desks, serving })
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URL of one of the receivers, or of none.
    pub(super) fn url(&self, route: Option<&str>) -> std::io::Result<String> {
        match route {
            Some(route) => Ok(format!("{}/{route}", self.origin())),
            None => Ok(format!("http://{}/hook", self.nobody.local_addr()?)),
        }
    }

    pub(super) fn tell(&self, route: &str, answer: Answer) {
        tell(&self.desks, route, answer);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn locked(desks: &Desks) -> MutexGuard<'_, BTreeMap<&'static str, Desk>> {
    desks.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tell(desks: &Desks, route: &str, answer: Answer) {
    if let Some(desk) = locked(desks).get_mut(route) {
        desk.answer = answer;
    }
}

async fn receive(State(desks): State<Desks>, Path(route): Path<String>) -> Response {
    let answer = {
        let mut desks = locked(&desks);
        let Some(desk) = desks.get_mut(route.as_str()) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        desk.requests += 1;
        desk.last_at = Some(Clock::system().now());
        desk.answer
    };
    answer.give().await
}

#[derive(Deserialize)]
struct Told {
    route: String,
    answer: Answer,
}

async fn told(State(desks): State<Desks>, Form(Told { route, answer }): Form<Told>) -> Redirect {
    tell(&desks, &route, answer);
    Redirect::to("/")
}

async fn show(State(desks): State<Desks>) -> Html<String> {
    let rows: String = locked(&desks).iter().map(|(route, desk)| row(route, desk)).collect();
    Html(format!(include_str!("receiver.html"), rows = rows))
}

fn row(route: &str, desk: &Desk) -> String {
    let buttons: String = Answer::ALL.into_iter().map(|answer| button(answer, desk.answer)).collect();
    let last = desk.last_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    format!(
        "<tr><th scope=\"row\">/{route}</th><td>{requests}</td><td>{last}</td><td><form method=\"post\" action=\"/tell\">\
         <input type=\"hidden\" name=\"route\" value=\"{route}\">{buttons}</form></td></tr>\n",
        requests = desk.requests,
    )
}

fn button(answer: Answer, current: Answer) -> String {
    let (name, label, pressed) = (answer.name(), answer.label(), answer == current);
    format!("<button name=\"answer\" value=\"{name}\" aria-pressed=\"{pressed}\">{label}</button>")
}
