//! The table of webhooks, with a checkbox a row.

use api::{
    paths,
    webhooks::{LastAttempt, WebhookRow},
};
use domain::{OrganizationId, WebhookId};
use leptos::{either::Either, prelude::*};

use super::delete::DELETE_FORM;
use crate::{
    components::{moment::Moment, status::WebhookStatus},
    islands::selection::{SELECT_ALL, SELECTED_NOTE, Selection},
    pages::organization::counted,
};

#[component]
pub(super) fn WebhooksTable(
    organization: OrganizationId,
    rows: Vec<WebhookRow>,
    /// What the question is about stays selected.
    asked: Vec<WebhookId>,
) -> impl IntoView {
    let count = counted(rows.len(), "webhook");
    let rows = rows.into_iter().map(|each| row(organization, each, &asked)).collect::<Vec<_>>();
    view! {
        <div class="table-scroll" role="region" aria-label="Webhooks" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col" class="cell-check">
                            <span class="visually-hidden">"Select"</span>
                            <input type="checkbox" class="needs-script" id=SELECT_ALL aria-label="Select all webhooks"/>
                        </th>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Type"</th>
                        <th scope="col">"URL"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Last attempt"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="table-note">{count}<span id=SELECTED_NOTE></span></p>
        <Selection/>
    }
}

fn row(organization: OrganizationId, row: WebhookRow, asked: &[WebhookId]) -> impl IntoView + use<> {
    let WebhookRow { webhook, last, pending, held } = row;
    let id = webhook.id;
    let pending = (pending > 0).then(|| {
        view! { <span class="quiet cell-extra">{format!("{pending} pending")}</span> }
    });
    view! {
        <tr>
            <td class="cell-check">
                <input
                    type="checkbox"
                    form=DELETE_FORM
                    name="delete"
                    value=id.to_string()
                    checked=asked.contains(&id)
                    aria-label=format!("Select {}", webhook.name)
                />
            </td>
            <td class="strong"><a href=paths::webhook(organization, id)>{webhook.name}</a></td>
            <td class="mono">{webhook.event_type.as_str()}</td>
            <td class="mono cell-url" title=webhook.url.clone()>{webhook.url.clone()}</td>
            <td><WebhookStatus enabled=webhook.enabled held/>{pending}</td>
            <td><Last last/></td>
        </tr>
    }
}

#[component]
fn Last(last: Option<LastAttempt>) -> impl IntoView {
    match last {
        None => Either::Left(view! { <span class="quiet">"none yet"</span> }),
        Some(LastAttempt { at, succeeded, summary }) => {
            let class = if succeeded { "quiet" } else { "bad" };
            Either::Right(view! { <span class=class><Moment at/>" · "{summary}</span> })
        }
    }
}
