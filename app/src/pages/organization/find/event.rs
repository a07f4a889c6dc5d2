//! An event that was found, and for each webhook whether it was told and why not.

use api::{
    deliveries::WebhookState,
    find::{FoundEvent, Told, Untold, Why},
    paths,
};
use domain::{DeliveryState, OrganizationId, Scope};
use leptos::{
    either::{Either, EitherOf4},
    prelude::*,
};

use crate::{
    components::{
        copyable::CopyableId,
        icon::Icon,
        moment::{Due, Moment},
        next_attempt::NextAttempt,
        status::{DeliveryStatus, Status, Tone},
    },
    pages::organization::counted,
};

#[component]
pub(super) fn EventCard(organization: OrganizationId, event: FoundEvent) -> impl IntoView {
    let FoundEvent { id, event_type, happened_at, username, email, told, told_count, untold } = event;
    let title = format!("{event_type} for {username}");
    let title_id = format!("event-{id}");
    let labelled_by = title_id.clone();
    let (others, untold): (Vec<Untold>, Vec<Untold>) =
        untold.into_iter().partition(|webhook| matches!(webhook.why, Why::OtherType(_)));
    let nobody = told.is_empty() && untold.is_empty();
    let more = usize::try_from(told_count).unwrap_or(usize::MAX).saturating_sub(told.len());
    let rows = told.into_iter().map(|told| told_row(organization, told)).collect::<Vec<_>>();
    let untold = untold.into_iter().map(|webhook| untold_row(organization, webhook)).collect::<Vec<_>>();
    let table = (!nobody).then(|| {
        view! {
            <div class="table-scroll" role="region" aria-label=format!("Webhooks and {title}") tabindex="0">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Webhook"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col">"Why"</th>
                            <th scope="col"><span class="visually-hidden">"Delivery"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}{untold}</tbody>
                </table>
            </div>
        }
    });
    view! {
        <section class="found" aria-labelledby=labelled_by>
            <div class="found-head">
                <h2 id=title_id>{title}</h2>
                <Moment at=happened_at/>
                <span class="quiet">{email}</span>
                <CopyableId id=id.to_string() what="the event's id"/>
            </div>
            {nobody.then(|| view! { <p class="quiet">"No webhook of this type was there, so nobody was told."</p> })}
            {table}
            {(more > 0).then(|| view! { <p class="table-note">{format!("and {more} more webhooks")}</p> })}
            <Others organization others/>
        </section>
    }
}

fn told_row(organization: OrganizationId, told: Told) -> impl IntoView {
    let Told { name, state, platform, delivery, last, disabled_since, paused_until } = told;
    let why = match (delivery.status, last, disabled_since) {
        (DeliveryState::Held, _, Some(since)) => {
            EitherOf4::A(view! { "Not sent: the webhook is disabled, since "<Moment at=since/> })
        }
        (DeliveryState::Held, _, None) => EitherOf4::B("Not sent: it was disabled".to_owned()),
        (DeliveryState::Pending, last, _) => {
            let words =
                last.map_or_else(|| "Not tried yet".to_owned(), |last| format!("Last answer: {last}"));
            let next = delivery.next_attempt_at.map(|due| NextAttempt::of(due, paused_until));
            let due = next.map(|NextAttempt { at, paused }| {
                view! { {if paused { ", the webhook is paused" } else { "" }}", the next try is "<Due at/> }
            });
            EitherOf4::C(view! { {words}{due} })
        }
        (DeliveryState::Cancelled, _, _) => EitherOf4::B(cancelled_words(delivery.purged, state)),
        (DeliveryState::Failed, last, _) => EitherOf4::B(format!(
            "Given up after {}: {}",
            attempts(delivery.attempts),
            last.unwrap_or_default()
        )),
        (DeliveryState::Delivered, last, _) => {
            let words = format!("Answered {} at attempt {}", last.unwrap_or_default(), delivery.attempts);
            EitherOf4::D(words)
        }
    };
    let to = paths::delivery(scope(organization, platform), delivery.id);
    view! {
        <tr>
            <td class="strong"><Name organization id=delivery.webhook_id name=name.clone() state platform/></td>
            <td><DeliveryStatus state=delivery.status/></td>
            <td class="cell-words">{why}</td>
            <td><a href=to>"See the delivery"<span class="visually-hidden">{format!(" to {name}")}</span></a></td>
        </tr>
    }
}

/// Why it will not be sent.
fn cancelled_words(purged: bool, webhook: WebhookState) -> String {
    let why = match (purged, webhook) {
        (true, _) => "the user was purged",
        (false, WebhookState::Deleted) => "the webhook was deleted",
        (false, _) => "it was discarded while it was held",
    };
    format!("Will not be sent: {why}")
}

fn untold_row(organization: OrganizationId, webhook: Untold) -> impl IntoView {
    let Untold { id, name, state, platform, why } = webhook;
    view! {
        <tr>
            <td class="strong"><Name organization id name state platform/></td>
            <td><Status tone=Tone::Quiet icon=Icon::Minus words="Not told"/></td>
            <td class="cell-words"><Reason why/></td>
            <td></td>
        </tr>
    }
}

#[component]
fn Reason(why: Why) -> impl IntoView {
    match why {
        Why::OtherType(event_type) => EitherOf4::A(format!("It is for {event_type}")),
        Why::MadeLater(at) => EitherOf4::B(view! { "It was made later, "<Moment at/> }),
        Why::DeletedBefore(at) => EitherOf4::C(view! { "It was deleted before, "<Moment at/> }),
        Why::Unknown => EitherOf4::D("What is stored does not say why"),
    }
}

#[component]
fn Name(
    organization: OrganizationId,
    id: domain::WebhookId,
    name: String,
    state: WebhookState,
    platform: bool,
) -> impl IntoView {
    let to = paths::webhook(scope(organization, platform), id);
    let name = match state {
        WebhookState::Deleted => Either::Left(name),
        _ => Either::Right(view! { <a href=to>{name}</a> }),
    };
    let note = match (platform, state) {
        (true, WebhookState::Deleted) => Some("platform webhook, deleted"),
        (true, _) => Some("platform webhook"),
        (false, WebhookState::Deleted) => Some("deleted"),
        (false, _) => None,
    };
    view! {
        {name}
        {note.map(|words| view! { <span class="quiet cell-extra">{words}</span> })}
    }
}

/// Where a webhook has its pages.
fn scope(organization: OrganizationId, platform: bool) -> Scope {
    if platform { Scope::Platform } else { organization.into() }
}

/// Webhooks of other types: there can be many, and they are seldom what one looks for.
#[component]
fn Others(organization: OrganizationId, others: Vec<Untold>) -> impl IntoView {
    if others.is_empty() {
        return Either::Left(());
    }
    let words = match others.len() {
        1 => "1 webhook is for another type".to_owned(),
        many => format!("{} are for other types", counted(many, "webhook")),
    };
    let item = |webhook: Untold| {
        let Untold { id, name, state, platform, why } = webhook;
        view! { <li><Name organization id name state platform/>" – "<Reason why/></li> }
    };
    let items = others.into_iter().map(item).collect::<Vec<_>>();
    Either::Right(view! {
        <details class="found-others">
            <summary>{words}</summary>
            <ul>{items}</ul>
        </details>
    })
}

fn attempts(count: u32) -> String {
    if count == 1 { "1 attempt".to_owned() } else { format!("{count} attempts") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cancelled_has_one_reason() {
        let words = [
            (true, WebhookState::Deleted, "Will not be sent: the user was purged"),
            (false, WebhookState::Deleted, "Will not be sent: the webhook was deleted"),
            (false, WebhookState::Enabled, "Will not be sent: it was discarded while it was held"),
        ];
        for (purged, webhook, said) in words {
            assert_eq!(cancelled_words(purged, webhook), said);
        }
    }
}
