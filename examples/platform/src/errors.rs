//! Errors are types: what the server refuses names the member, and what never reached it says so.

use std::time::Duration;

use api::{
    Code,
    client::{CallError, Herald, Settings},
    events::publish,
    session::read_session,
    webhooks::create_webhook,
};
use domain::EventType;

use crate::{Outcome, Tenant, log_in};

pub(crate) async fn show(tenant: &Tenant) -> Outcome {
    let no_url = create_webhook(
        tenant.scope(),
        EventType::UserLogin.to_string(),
        "not to be".to_owned(),
        "ftp://example.com".to_owned(),
        String::new(),
        true,
        String::new(),
    );
    match tenant.herald.call(no_url).await {
        Err(CallError::Refused(problem)) if problem.code == Code::InvalidRequest => {
            for error in &problem.errors {
                println!("{} {}: {}", problem.status, error.pointer, error.detail);
            }
        }
        other => return Err(format!("not as expected: {other:?}").into()),
    }

    let mut other_event = log_in(&tenant.name, 1)?;
    other_event.idempotency_key = log_in(&tenant.name, 2)?.idempotency_key;
    match tenant.herald.call(publish(tenant.organization, other_event)).await {
        Err(CallError::Refused(problem)) if problem.code == Code::Conflict => println!("409 {problem}"),
        other => return Err(format!("not as expected: {other:?}").into()),
    }

    // Nothing listens on port 1 of this machine. Reading may be tried again, and here it is not.
    let settings = Settings { timeout: Duration::from_secs(2), retries: 0, ..Settings::default() };
    let nobody = Herald::with("http://127.0.0.1:1", "pwt_none.none", settings)?;
    match nobody.call(read_session()).await {
        Err(CallError::NotReached(reason)) => println!("not reached: {reason}"),
        other => return Err(format!("not as expected: {other:?}").into()),
    }
    Ok(())
}
