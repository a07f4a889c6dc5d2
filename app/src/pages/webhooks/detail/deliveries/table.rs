//! The table of deliveries, with a checkbox for each that can be sent again.

use std::time::Duration;

use api::{
    deliveries::{DeliveryPage, DeliveryRow, RedeliverSelected},
    paths,
};
use domain::{DeliveryState, Scope, Timestamp, WebhookId};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

use super::filter::Filter;
use crate::{
    components::{
        moment::{Due, Moment},
        next_attempt::NextAttempt,
        status::DeliveryStatus,
    },
    islands::selection::{SELECT_ALL, SELECTED_NOTE, SELECTION_BUTTON, SELECTION_REASON, Selection},
    relative::lasting,
};

/// The form that the checkboxes belong to.
const FORM: &str = "redeliver-form";
const ACTION: &str = "Redeliver selected";
const NOTHING: &str = "Select one or more deliveries first.";

#[component]
pub(super) fn Table(
    scope: Scope,
    page: DeliveryPage,
    path: String,
    filter: Filter,
    /// Whether this is the newest page.
    first: bool,
    /// Whether the webhook is enabled: nothing is sent to one that is not.
    sends: bool,
) -> impl IntoView {
    let older = page.next_cursor.map(|cursor| {
        view! { <a href=filter.address_with(&path, &[("cursor", &cursor)])>"Older"</a> }
    });
    let newest = (!first).then(|| view! { <a href=filter.address_with(&path, &[])>"Newest"</a> });
    let pager = (older.is_some() || newest.is_some()).then(|| {
        view! { <nav class="pager" aria-label="Pages of deliveries">{newest}{older}</nav> }
    });
    let select_all = sends.then(|| {
        let label = "Select all deliveries of this page";
        view! { <input type="checkbox" class="needs-script" id=SELECT_ALL aria-label=label/> }
    });
    let count = counted_deliveries(page.deliveries.len());
    let paused_until = page.paused_until;
    let rows = page.deliveries.into_iter();
    let rows = rows.map(|each| row(scope, each, paused_until, sends)).collect::<Vec<_>>();
    view! {
        <div class="table-scroll" role="region" aria-label="Table of deliveries" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col" class="cell-check">
                            <span class="visually-hidden">"Select"</span>
                            {select_all}
                        </th>
                        <th scope="col">"Status"</th>
                        <th scope="col" class="cell-roomy">"Type"</th>
                        <th scope="col">"Event"</th>
                        <th scope="col">"Attempts"</th>
                        <th scope="col">"Response"</th>
                        <th scope="col">"Latency"</th>
                        <th scope="col">"Next attempt"</th>
                        <th scope="col">"Time"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <div class="table-note"><span>{count}" on this page"<span id=SELECTED_NOTE></span></span>{pager}</div>
        <Selection all=0 elsewhere=0 action=ACTION.to_owned() nothing=NOTHING.to_owned()/>
    }
}

/// Sends what is selected again, at once: there is nothing to lose by it.
#[component]
pub(super) fn RedeliverButton(scope: Scope, webhook: WebhookId) -> impl IntoView {
    view! {
        <form id=FORM method="post" action=RedeliverSelected::PATH>
            <input type="hidden" name="scope" value=scope.to_string()/>
            <input type="hidden" name="webhook_id" value=webhook.to_string()/>
        </form>
        <button type="submit" class="button" id=SELECTION_BUTTON form=FORM>{ACTION}</button>
        <p id=SELECTION_REASON class="visually-hidden"></p>
    }
}

fn row(scope: Scope, row: DeliveryRow, paused_until: Option<Timestamp>, sends: bool) -> impl IntoView {
    let response = response_words(&row);
    let failed = row.last.as_ref().is_some_and(|last| !last.succeeded);
    let response_class = if failed { "cell-words bad" } else { "quiet" };
    let latency = row.duration_ms.map(|ms| lasting(Duration::from_millis(ms)));
    let delivery = row.delivery;
    let next = delivery.next_attempt_at.filter(|_| delivery.status == DeliveryState::Pending);
    let next = match next {
        Some(due) => Either::Left(view! { <Next next=NextAttempt::of(due, paused_until)/> }),
        None => Either::Right(view! { <span class="quiet">"–"</span> }),
    };
    let checkbox = (sends && !delivery.test && !delivery.purged).then(|| {
        let label = format!("Select {} of {}", row.username, delivery.created_at.readable());
        let id = delivery.id.to_string();
        view! { <input type="checkbox" form=FORM name="ids[]" value=id aria-label=label/> }
    });
    view! {
        <tr>
            <td class="cell-check">{checkbox}</td>
            <td><DeliveryStatus state=delivery.status/></td>
            <td class="mono cell-roomy">{delivery.event_type.as_str()}</td>
            <td class="strong">
                <span class="event-of">"for "</span><a href=paths::delivery(scope, delivery.id)>{row.username}</a>
                {delivery.test.then(|| view! { <span class="cell-extra quiet">"test"</span> })}
            </td>
            <td class="number">{delivery.attempts.to_string()}</td>
            <td class=response_class>{response}</td>
            <td class="number quiet">{latency.unwrap_or_else(|| "–".to_owned())}</td>
            <td>{next}</td>
            <td><Moment at=delivery.created_at/></td>
        </tr>
    }
}

#[component]
fn Next(next: NextAttempt) -> impl IntoView {
    view! {
        <Due at=next.at/>
        {next.paused.then(|| view! { <span class="quiet cell-extra">"webhook paused"</span> })}
    }
}

/// `200`, or what went wrong.
fn response_words(row: &DeliveryRow) -> String {
    let Some(last) = &row.last else { return "no attempt yet".to_owned() };
    // What went wrong in words has the code in it.
    row.error_text.as_ref().unwrap_or(&last.summary).trim_end_matches('.').to_owned()
}

fn counted_deliveries(count: usize) -> String {
    if count == 1 { "1 delivery".to_owned() } else { format!("{count} deliveries") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::webhooks::LastAttempt;
    use domain::{Delivery, DeliveryId, EventId, EventType};

    fn row(summary: Option<&str>, error_text: Option<&str>) -> DeliveryRow {
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
            duration_ms: None,
            error_text: error_text.map(str::to_owned),
        }
    }

    #[test]
    fn a_response_is_its_code_or_what_went_wrong() {
        assert_eq!(response_words(&row(None, None)), "no attempt yet");
        assert_eq!(response_words(&row(Some("200"), None)), "200");
        let words = response_words(&row(Some("500"), Some("The receiver answered 500.")));
        assert_eq!(words, "The receiver answered 500");
        assert_eq!(response_words(&row(Some("refused"), None)), "refused");
    }
}
