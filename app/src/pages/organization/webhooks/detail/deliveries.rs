//! The deliveries of a webhook, newest first: did it arrive and, if not, why.

use api::{
    Problem,
    deliveries::{DeliveryPage, DeliveryRow, list_deliveries},
    paths,
};
use domain::{DeliveryState, EventType, OrganizationId, Webhook};
use leptos::{
    either::{Either, EitherOf3, EitherOf4},
    prelude::*,
};

use super::frame::{WebhookFrame, WebhookTab, open_webhook};
use crate::{
    address::{address, use_query},
    components::{
        moment::{Due, Moment},
        states::{Empty, Failed},
        status::DeliveryStatus,
    },
    page::page,
    session::{use_place, use_session},
};

#[component]
pub(crate) fn DeliveriesPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    page(async move {
        let (organization, view) = open_webhook(session, place).await?;
        let webhook = view.webhook.clone();
        let cursor = query.first("cursor").to_owned();
        let first = cursor.is_empty();
        let page = list_deliveries(organization, webhook.id, Some(cursor)).await;
        Ok(view! {
            <WebhookFrame organization view tab=WebhookTab::Deliveries>
                <Deliveries organization webhook page first/>
            </WebhookFrame>
        }
        .into_any())
    })
}

#[component]
fn Deliveries(
    organization: OrganizationId,
    webhook: Webhook,
    page: Result<DeliveryPage, Problem>,
    /// Whether this is the newest page.
    first: bool,
) -> impl IntoView {
    let path = paths::webhook_deliveries(organization, webhook.id);
    match page {
        Err(problem) => EitherOf3::A(view! { <Failed what="Deliveries" problem/> }),
        Ok(page) if page.deliveries.is_empty() && first => {
            EitherOf3::B(view! { <NothingSent organization event_type=webhook.event_type/> })
        }
        Ok(page) => EitherOf3::C(view! { <Table page path first/> }),
    }
}

#[component]
fn Table(page: DeliveryPage, path: String, first: bool) -> impl IntoView {
    let older = page.next_cursor.map(|cursor| {
        let to = address(&path, [("cursor", cursor.as_str())]);
        view! { <a href=to>"Older"</a> }
    });
    let newest = (!first).then(|| view! { <a href=path>"Newest"</a> });
    let pager = (older.is_some() || newest.is_some()).then(|| {
        view! { <nav class="pager" aria-label="Pages of deliveries">{newest}{older}</nav> }
    });
    let rows = page.deliveries.into_iter().map(row).collect::<Vec<_>>();
    view! {
        <div class="table-scroll" role="region" aria-label="Table of deliveries" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Event"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Attempts"</th>
                        <th scope="col">"Response"</th>
                        <th scope="col">"Next attempt"</th>
                        <th scope="col">"Time"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <div class="table-note">{pager}</div>
    }
}

fn row(row: DeliveryRow) -> impl IntoView {
    let response = response_words(&row);
    let response_class = if row.last.as_ref().is_some_and(|last| !last.succeeded) { "bad" } else { "quiet" };
    let delivery = row.delivery;
    let next = delivery.next_attempt_at.filter(|_| delivery.status == DeliveryState::Pending);
    let next = match next {
        Some(at) => Either::Left(view! { <Due at/> }),
        None => Either::Right(view! { <span class="quiet">"–"</span> }),
    };
    view! {
        <tr>
            <td>
                <span class="mono">{delivery.event_type.as_str()}</span>
                <span class="cell-extra strong">{row.username}</span>
                {delivery.test.then(|| view! { <span class="cell-extra quiet">"test"</span> })}
            </td>
            <td><DeliveryStatus state=delivery.status/></td>
            <td class="number">{delivery.attempts.to_string()}</td>
            <td class=response_class>{response}</td>
            <td>{next}</td>
            <td><Moment at=delivery.created_at/></td>
        </tr>
    }
}

/// `200 · 41 ms`, or what went wrong.
fn response_words(row: &DeliveryRow) -> String {
    let Some(last) = &row.last else { return "no attempt yet".to_owned() };
    // What went wrong in words has the code in it.
    let words = row.error_text.as_ref().unwrap_or(&last.summary);
    match row.duration_ms {
        Some(ms) => format!("{words} · {ms} ms"),
        None => words.clone(),
    }
}

#[component]
fn NothingSent(organization: OrganizationId, event_type: EventType) -> impl IntoView {
    let how = match event_type {
        EventType::UserCreated => EitherOf4::A(view! {
            "To make something happen, "<a href=paths::new_user(organization)>"create a user"</a>
            " with a password and sign in as that user: the first log in is what fires."
        }),
        EventType::UserDisabled => EitherOf4::B(view! {
            "To make something happen, disable a user in "<a href=paths::users(organization)>"Users"</a>"."
        }),
        EventType::UserRemovedFromGroup => EitherOf4::C(view! {
            "To make something happen, remove a user from a group: "
            <code>"DELETE /api/organizations/…/groups/…/members"</code>"."
        }),
        EventType::UserLogin => EitherOf4::D(view! { "To make something happen, sign out and in again." }),
    };
    view! {
        <Empty title="Nothing has been sent yet">
            <p>"Each event of the webhook's type will stand here, with every attempt to deliver it."</p>
            <p>{how}</p>
        </Empty>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::webhooks::LastAttempt;
    use domain::{Delivery, DeliveryId, EventId, Timestamp, WebhookId};

    fn row(summary: Option<&str>, error_text: Option<&str>, duration_ms: Option<u64>) -> DeliveryRow {
        let at = Timestamp::from_unix_ms(0);
        DeliveryRow {
            delivery: Delivery {
                id: DeliveryId::from_bytes([1; 12]),
                event_id: EventId::from_bytes([2; 12]),
                event_type: EventType::UserDisabled,
                webhook_id: WebhookId::from_bytes([3; 12]),
                status: DeliveryState::Pending,
                test: false,
                attempts: 1,
                next_attempt_at: None,
                created_at: at,
                delivered_at: None,
                purged: false,
            },
            username: "demo".into(),
            last: summary.map(|summary| LastAttempt { at, succeeded: false, summary: summary.into() }),
            duration_ms,
            error_text: error_text.map(str::to_owned),
        }
    }

    #[test]
    fn a_response_is_its_code_or_what_went_wrong() {
        assert_eq!(response_words(&row(None, None, None)), "no attempt yet");
        assert_eq!(response_words(&row(Some("200"), None, Some(41))), "200 · 41 ms");
        assert_eq!(
            response_words(&row(Some("500"), Some("The receiver answered 500."), Some(3))),
            "The receiver answered 500. · 3 ms"
        );
        assert_eq!(response_words(&row(Some("refused"), None, None)), "refused");
    }
}
