//! One call over HTTP: its tries, its time, and what an answer may look like.

use std::{
    error::Error,
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use domain::limits::CLIENT_ANSWER_BYTES_MAX;
use reqwest::{
    Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    Fault, Herald,
    retry::{Setback, retry_after, wait},
    transport::{Incoming, Outgoing},
};
use crate::Problem;

/// How much of an answer that cannot be read is quoted.
const QUOTED_CHARS_MAX: usize = 200;

/// What one try came to: how the call ends if there is no other, and whether another may help.
struct Try {
    outcome: Result<Incoming, Fault>,
    setback: Option<Setback>,
}

/// Sends a call, again where that may help and harms nothing, until it is answered or its time is up.
pub(super) async fn exchange(
    herald: &Herald,
    request: &Outgoing,
    repeatable: bool,
) -> Result<Incoming, Fault> {
    let ends = Instant::now() + herald.timeout;
    let retries_max = if repeatable { herald.retries } else { 0 };
    let mut retries = 0;
    loop {
        let Ok(tried) = timeout_at(ends, try_once(herald, request)).await else {
            return Err(Fault::TimedOut(herald.timeout));
        };
        let pause = tried.setback.and_then(|setback| wait(setback, retries, retries_max, random_share()));
        // What is known now says more than that the time was up.
        let Some(pause) = pause.filter(|pause| Instant::now() + *pause < ends) else {
            return tried.outcome;
        };
        sleep(pause).await;
        retries += 1;
    }
}

async fn try_once(herald: &Herald, request: &Outgoing) -> Try {
    let url = format!("{}{}", herald.origin, request.path.trim_start_matches('/'));
    let sent = herald
        .http
        .post(url)
        .header(AUTHORIZATION, herald.authorization.clone())
        .header(CONTENT_TYPE, &request.content_type)
        .header(ACCEPT, &request.accept)
        .body(request.body.clone())
        .send()
        .await;
    match sent {
        Ok(response) => judge(response).await,
        Err(error) => Try { setback: setback_of(&error), outcome: Err(fault(&error)) },
    }
}

async fn judge(mut response: Response) -> Try {
    let status = response.status();
    let asked =
        response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(retry_after);
    match read(&mut response).await {
        Ok(body) => answered(status, asked, body),
        Err(ReadError::Broken(error)) => Try { outcome: Err(fault(&error)), setback: setback_of(&error) },
        Err(ReadError::TooLong) => {
            let detail = format!("it is longer than {CLIENT_ANSWER_BYTES_MAX} bytes");
            Try { outcome: Err(Fault::BadAnswer { status: status.as_u16(), detail }), setback: None }
        }
    }
}

/// Herald answers 200 with a value, or an error with a problem: anything else comes from someone else.
fn answered(status: StatusCode, asked: Option<Duration>, body: Vec<u8>) -> Try {
    let problem = match status.as_u16() {
        400.. => serde_json::from_slice::<Problem>(&body).ok(),
        _ => None,
    };
    let busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let told = problem.as_ref().and_then(|problem| problem.retry_after).map(Duration::from_secs);
    let setback = busy.then_some(Setback::Busy { retry_after: asked.or(told) });
    let outcome = if status == StatusCode::OK || problem.is_some() {
        Ok(Incoming { status: status.as_u16(), body: body.into() })
    } else {
        let text: String = String::from_utf8_lossy(&body).chars().take(QUOTED_CHARS_MAX).collect();
        let detail = format!("it begins with “{}”", text.escape_debug());
        Err(Fault::BadAnswer { status: status.as_u16(), detail })
    };
    Try { outcome, setback }
}

enum ReadError {
    Broken(reqwest::Error),
    TooLong,
}

async fn read(response: &mut Response) -> Result<Vec<u8>, ReadError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(ReadError::Broken)? {
        if body.len() + chunk.len() > CLIENT_ANSWER_BYTES_MAX {
            return Err(ReadError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn setback_of(error: &reqwest::Error) -> Option<Setback> {
    (!error.is_builder()).then_some(Setback::NoAnswer)
}

fn fault(error: &reqwest::Error) -> Fault {
    let reason = reason(error);
    if error.is_connect() {
        Fault::NotReached(reason)
    } else if error.is_builder() {
        Fault::BadArguments(reason)
    } else {
        Fault::Interrupted(reason)
    }
}

/// The innermost cause, which is what one can do something about; without the address, which is known.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// From 0 to 1. The standard library seeds its hashers at random; nothing here is worth a better source.
fn random_share() -> f64 {
    let [first, second, ..] = RandomState::new().build_hasher().finish().to_le_bytes();
    f64::from(u16::from_le_bytes([first, second])) / f64::from(u16::MAX)
}
