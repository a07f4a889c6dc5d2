//! A platform that tells others, by Herald, what happened to its users. It calls Herald's own typed functions; two servers,
//! each with a key of its own, are called in one process.
//!
//! `platform set-up` makes a webhook on each. `platform secrets` prints every secret that signs, for the receiver. `platform
//! publish` publishes events to both and does what a platform does with its webhooks. `FIRST_URL`, `FIRST_KEY`, `SECOND_URL` and `SECOND_KEY` say
//! where; `RECEIVER` is the URL to be told.

mod deliveries;
mod errors;
mod feed;

use std::{env, error::Error};

use api::{
    client::Herald,
    deliveries::{Redelivery, redeliver, redeliver_many},
    events::{NewEvent, publish, publish_many},
    session::read_session,
    webhooks::{
        WebhookEdit, create_webhook, delete_webhooks, edit_webhook, list_webhooks, read_secret,
        rotate_secret, test_webhook,
    },
};
use domain::{DeliveryState, EventType, OrganizationId, Payload, Scope, WebhookId};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const WEBHOOK: &str = "platform-example";

/// An organization on one server.
pub(crate) struct Tenant {
    pub(crate) herald: Herald,
    pub(crate) organization: OrganizationId,
    pub(crate) name: String,
}

impl Tenant {
    /// Whose webhooks: the organization's own.
    pub(crate) fn scope(&self) -> Scope {
        self.organization.into()
    }
}

#[tokio::main]
async fn main() -> Outcome {
    let tenants = [tenant("FIRST").await?, tenant("SECOND").await?];
    match env::args().nth(1).as_deref() {
        Some("set-up") => {
            let [first, second] = &tenants;
            let receiver = variable("RECEIVER")?;
            // Each call goes to its own server, also while others are under way.
            tokio::try_join!(set_up(first, &receiver), set_up(second, &receiver))?;
        }
        Some("secrets") => {
            let [first, second] = &tenants;
            println!("{}", [secrets(first).await?, secrets(second).await?].concat().join(","));
        }
        Some("publish") => {
            for tenant in &tenants {
                publish_events(tenant).await?;
            }
            errors::show(&tenants[0]).await?;
        }
        _ => return Err("platform set-up, platform secrets or platform publish".into()),
    }
    Ok(())
}

async fn tenant(which: &str) -> Outcome<Tenant> {
    let herald = Herald::new(&variable(&format!("{which}_URL"))?, &variable(&format!("{which}_KEY"))?)?;
    let session = herald.call(read_session()).await?.ok_or("this key is nobody's")?;
    let own = session.organizations.into_iter().next().ok_or("this key sees no organization")?.organization;
    Ok(Tenant { herald, organization: own.id, name: own.name.to_string() })
}

fn variable(name: &str) -> Outcome<String> {
    env::var(name).map_err(|_| format!("{name} is not set").into())
}

/// Makes the webhook, anew where it is there.
async fn set_up(tenant: &Tenant, receiver: &str) -> Outcome {
    let herald = &tenant.herald;
    if let Ok(old) = webhook(tenant).await {
        herald.call(delete_webhooks(tenant.scope(), vec![old])).await?;
    }
    let new = create_webhook(
        tenant.scope(),
        EventType::UserLogin.to_string(),
        WEBHOOK.to_owned(),
        receiver.to_owned(),
        String::new(),
        true,
        String::new(),
    );
    herald.call(new).await?;
    Ok(())
}

/// What signs: during a rotation two.
async fn secrets(tenant: &Tenant) -> Outcome<Vec<String>> {
    let webhook = webhook(tenant).await?;
    let found = tenant.herald.call(read_secret(tenant.scope(), webhook)).await?;
    Ok([Some(found.secret), found.previous.map(|previous| previous.secret)].into_iter().flatten().collect())
}

async fn webhook(tenant: &Tenant) -> Outcome<WebhookId> {
    let rows = tenant.herald.call(list_webhooks(tenant.scope())).await?;
    let found = rows.into_iter().find(|row| row.webhook.name == WEBHOOK);
    Ok(found.ok_or("there is no such webhook: call platform set-up")?.webhook.id)
}

async fn publish_events(tenant: &Tenant) -> Outcome {
    let Tenant { herald, organization, name } = tenant;
    let webhook = webhook(tenant).await?;
    // Each has its own result: one that is refused stops no other.
    let events = (1..=3).map(|row| log_in(name, row)).collect::<Outcome<Vec<_>>>()?;
    for published in herald.call(publish_many(*organization, events)).await? {
        let published = published?;
        println!("{name}: event {} for {} webhooks", published.id, published.deliveries);
    }
    // Whoever does not know whether a call came through makes it again: the key is the same, and so is the event.
    let again = herald.call(publish(*organization, log_in(name, 3)?)).await?;
    if !again.repeated {
        return Err("the same key gave another event".into());
    }

    let described = WebhookEdit { description: Some("Log ins".to_owned()), ..WebhookEdit::default() };
    herald.call(edit_webhook(tenant.scope(), webhook, described)).await?;
    // The secret before goes on signing for a day: the receiver can be given the new one in peace.
    herald.call(rotate_secret(tenant.scope(), webhook, None)).await?;
    let test = herald.call(test_webhook(tenant.scope(), webhook)).await?;
    println!("{name}: a test was answered {:?}", test.attempts.first().and_then(|attempt| attempt.status));

    let delivered = deliveries::until_delivered(tenant, webhook, 3).await?;
    let first = delivered.first().ok_or("nothing was delivered")?;
    herald.call(redeliver(tenant.scope(), first.id)).await?;
    deliveries::until_attempts(tenant, first.id, first.attempts + 1).await?;
    println!("{name}: delivery {} was sent again", first.id);
    let all = Redelivery { status: Some(DeliveryState::Delivered), dry_run: true, ..Redelivery::default() };
    let counted = herald.call(redeliver_many(tenant.scope(), webhook, all)).await?;
    println!("{name}: {} deliveries could be sent again", counted.matched);
    feed::read_all(tenant).await?;
    Ok(())
}

/// What a platform would read from its own database; the row's id is the event's key.
pub(crate) fn log_in(organization: &str, row: u32) -> Outcome<NewEvent> {
    let payload = Payload::UserLogin {
        username: format!("user-{row}"),
        email: format!("user-{row}@example.com"),
        user_id: "653c787c8e048caa7cb4e554".parse()?,
        organization: organization.to_owned(),
    };
    Ok(NewEvent { payload, idempotency_key: format!("log-ins/{row}") })
}
