//! A receiver of Herald's webhooks. It checks who sent a request, stores it once and answers; the work comes afterwards.
//!
//! `WEBHOOK_SECRETS=whsec_...,whsec_... receiver` listens at `LISTEN` (default: a free port of this machine) and keeps
//! what came in the file `INBOX` (default: `inbox.jsonl`). Give it every secret that signs: during a rotation two.

mod inbox;

use std::{
    env,
    error::Error,
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use domain::{Secret, SignatureFault, Timestamp, verify};
use tokio::net::TcpListener;

use inbox::{Inbox, Stored};

/// Herald's bodies are far smaller.
const BODY_BYTES_MAX: usize = 1024 * 1024;

struct Receiver {
    secrets: Vec<Secret>,
    inbox: Inbox,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secrets = env::var("WEBHOOK_SECRETS").map_err(|_| "put the secrets into WEBHOOK_SECRETS")?;
    let secrets = secrets.split(',').map(Secret::parse).collect::<Result<Vec<_>, _>>()?;
    let path = env::var("INBOX").unwrap_or_else(|_| "inbox.jsonl".to_owned());
    let inbox = Inbox::open(Path::new(&path), now().unix_seconds())?;
    let listener = TcpListener::bind(env::var("LISTEN").as_deref().unwrap_or("127.0.0.1:0")).await?;
    println!("Receiver is at http://{}/", listener.local_addr()?);

    let receiver = Arc::new(Receiver { secrets, inbox });
    let router = Router::new()
        .route("/", post(receive))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(receiver);
    axum::serve(listener, router).await?;
    Ok(())
}

/// 2xx tells Herald that it is done; after anything else it comes again.
async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let id = header(&headers, "webhook-id").to_owned();
    if let Err(fault) = check(&receiver.secrets, &headers, &body) {
        println!("refused {id:?}: {fault}");
        return StatusCode::UNAUTHORIZED;
    }
    if headers.contains_key("herald-test") {
        println!("test {id}");
        return StatusCode::NO_CONTENT;
    }
    // A blocking thread, since it waits for the disk. What takes longer than that has no place before the answer.
    let stored = tokio::task::spawn_blocking(move || receiver.inbox.store(&id, &body, now().unix_seconds()));
    match stored.await {
        Ok(Ok(Stored::New | Stored::Duplicate)) => StatusCode::NO_CONTENT,
        Ok(Err(error)) => {
            println!("not stored: {error}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Whether one of the secrets signed these very bytes within the last five minutes. Compared in constant time.
fn check(secrets: &[Secret], headers: &HeaderMap, body: &[u8]) -> Result<(), SignatureFault> {
    let [id, timestamp, signatures] =
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| header(headers, name));
    if id.is_empty() {
        return Err(SignatureFault::Malformed);
    }
    let mut checked = Err(SignatureFault::NoMatch);
    for secret in secrets {
        checked = verify(secret, id, timestamp, signatures, body, now());
        if checked.is_ok() {
            break;
        }
    }
    checked
}

/// Empty where there is none.
fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_ms(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use domain::sign;

    use super::*;

    fn secret(byte: u8) -> Secret {
        Secret::from_bytes(&[byte; 32]).expect("32 bytes")
    }

    fn signed_by(secret: &Secret, sent: i64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", HeaderValue::from_static("66ec434e84b4103f670cb617"));
        headers.insert("webhook-timestamp", sent.into());
        let signature = sign([secret], "66ec434e84b4103f670cb617", sent, b"{}");
        headers.insert("webhook-signature", signature.parse().expect("printable"));
        headers
    }

    #[test]
    fn either_secret_of_a_rotation_is_taken_and_no_third() {
        let secrets = [secret(1), secret(2)];
        for signer in &secrets {
            assert_eq!(check(&secrets, &signed_by(signer, now().unix_seconds()), b"{}"), Ok(()));
        }
        let by_another = signed_by(&secret(3), now().unix_seconds());
        assert_eq!(check(&secrets, &by_another, b"{}"), Err(SignatureFault::NoMatch));
    }

    #[test]
    fn an_old_or_changed_request_is_refused() {
        let secrets = [secret(1)];
        let old = signed_by(&secrets[0], now().unix_seconds() - 301);
        assert_eq!(check(&secrets, &old, b"{}"), Err(SignatureFault::TooOld));
        let good = signed_by(&secrets[0], now().unix_seconds());
        assert_eq!(check(&secrets, &good, b"{ }"), Err(SignatureFault::NoMatch));
        assert_eq!(check(&secrets, &HeaderMap::new(), b"{}"), Err(SignatureFault::Malformed));
    }
}
