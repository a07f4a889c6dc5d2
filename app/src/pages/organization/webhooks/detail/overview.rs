//! What a webhook is, and whether it is enabled.

use api::webhooks::{Failing, SetWebhookEnabled, WebhookView};
use domain::{
    OrganizationId, Webhook,
    limits::{DISABLE_AFTER, DISABLE_FAILURES_MIN},
};
use leptos::prelude::*;

use super::secret::Secret;
use crate::{
    components::{
        breadcrumb::Breadcrumb,
        copyable::CopyableId,
        fact::Fact,
        heading::{Heading, PageTitle},
        moment::Moment,
        status::WebhookStatus,
    },
    forms::{Form, PostForm},
    pages::organization::{Tab, steps_to},
};

#[component]
pub(super) fn Overview(organization: OrganizationId, view: WebhookView) -> impl IntoView {
    let WebhookView { webhook, pending, held, disabled_reason, failing, paused_until } = view;
    let notice = state_words(webhook.enabled, held, disabled_reason.as_deref());
    let warning = failing.filter(|_| webhook.enabled).and_then(warning_words);
    let paused = paused_until.filter(|_| webhook.enabled);
    let waiting = (pending > 0).then(|| {
        let words = format!("{} pending", deliveries_words(pending));
        view! { <span class="quiet">{words}</span> }
    });
    let name = webhook.name.clone();
    view! {
        <PageTitle words=name.clone()/>
        <Breadcrumb steps=steps_to(Tab::Webhooks, organization)/>
        <div class="title-row">
            <Heading>{name}</Heading>
            <WebhookStatus enabled=webhook.enabled held/>
            {waiting}
            <EnableForm organization webhook=webhook.clone()/>
        </div>
        {notice.map(|words| view! { <p class="notice">{words}</p> })}
        {warning.map(|words| view! { <p class="notice notice-warning">{words}</p> })}
        {paused.map(|until| view! {
            <p class="notice">
                "Paused until "<Moment at=until/>": its last attempts have failed, so Herald waits before the next. What is due stays pending."
            </p>
        })}
        <div class="columns columns-even">
            <Details webhook=webhook.clone()/>
            <Secret organization webhook=webhook.id/>
        </div>
    }
}

#[component]
fn Details(webhook: Webhook) -> impl IntoView {
    let description = webhook.description.filter(|text| !text.is_empty());
    view! {
        <section class="card" aria-labelledby="details-title">
            <h2 id="details-title">"Details"</h2>
            <dl class="facts">
                <Fact term="Type">
                    <code class="fact-code">{webhook.event_type.as_str()}</code>
                    <span class="quiet cell-extra">{webhook.event_type.describe()}</span>
                </Fact>
                <Fact term="URL"><code class="fact-code">{webhook.url}</code></Fact>
                {description.map(|text| view! { <Fact term="Description">{text}</Fact> })}
                <Fact term="Id"><CopyableId id=webhook.id.to_string() what="the webhook's id"/></Fact>
                <Fact term="Created"><Moment at=webhook.created_at/></Fact>
            </dl>
        </section>
    }
}

#[component]
fn EnableForm(organization: OrganizationId, webhook: Webhook) -> impl IntoView {
    let words = if webhook.enabled { "Disable" } else { "Enable" };
    view! {
        <div class="title-actions">
            <PostForm form={Form::of::<SetWebhookEnabled>()}>
                <input type="hidden" name="organization_id" value=organization.to_string()/>
                <input type="hidden" name="webhook_id" value=webhook.id.to_string()/>
                <input type="hidden" name="enabled" value=(!webhook.enabled).to_string()/>
                <button type="submit" class="button">{words}</button>
            </PostForm>
        </div>
    }
}

/// What an admin should know about a webhook that is disabled.
fn state_words(enabled: bool, held: u32, reason: Option<&str>) -> Option<String> {
    let held = match held {
        0 => None,
        1 => Some("1 delivery is held: it was not sent, and it is not lost.".to_owned()),
        many => Some(format!("{many} deliveries are held: they were not sent, and they are not lost.")),
    };
    if enabled {
        return held;
    }
    let why = match reason {
        Some(reason) => format!("Herald disabled this webhook: {reason}"),
        None => "This webhook is disabled: what happens now is held, not sent.".to_owned(),
    };
    Some(held.map_or(why.clone(), |held| format!("{why} {held}")))
}

/// Said from half of the way on, and again more clearly later.
fn warning_words(failing: Failing) -> Option<String> {
    let Failing { attempts, since, percent } = failing;
    let urgency = match percent {
        0..50 => return None,
        50..70 => "Herald will disable this webhook if nothing changes",
        70..90 => "Herald will soon disable this webhook",
        _ => "Herald is about to disable this webhook",
    };
    let since = since.readable();
    Some(format!(
        "{urgency}: no attempt has succeeded since {since}, and {attempts} have failed. That is {percent} % of the way: \
         {DISABLE_FAILURES_MIN} failed attempts and {} days without a success.",
        DISABLE_AFTER.as_secs() / (24 * 60 * 60)
    ))
}

fn deliveries_words(count: u32) -> String {
    if count == 1 { "1 delivery".to_owned() } else { format!("{count} deliveries") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disabled_webhook_says_why_and_what_it_holds() {
        assert_eq!(state_words(true, 0, None), None);
        assert!(
            state_words(false, 0, None).is_some_and(|words| words.starts_with("This webhook is disabled"))
        );
        let words = state_words(false, 12, Some("it answered 410 Gone.")).expect("words");
        assert_eq!(
            words,
            "Herald disabled this webhook: it answered 410 Gone. 12 deliveries are held: they were not sent, and they \
             are not lost."
        );
    }

    #[test]
    fn the_way_to_being_disabled_is_said_from_half_of_it_on() {
        let words = |percent| {
            let since = domain::Timestamp::from_unix_ms(1_795_528_931_204);
            warning_words(Failing { attempts: 12, since, percent })
        };
        assert_eq!(words(49), None);
        let levels = [(50, "Herald will disable"), (70, "Herald will soon"), (90, "Herald is about")];
        for (percent, beginning) in levels {
            let words = words(percent).expect("words");
            assert!(words.starts_with(beginning) && words.contains(&format!("{percent} %")), "{words}");
        }
    }

    #[test]
    fn deliveries_are_counted_in_english() {
        assert_eq!((deliveries_words(1), deliveries_words(3)), ("1 delivery".into(), "3 deliveries".into()));
    }
}
