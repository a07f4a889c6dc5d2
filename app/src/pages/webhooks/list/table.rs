//! The table of webhooks, with a checkbox a row.

use api::{
    paths,
    webhooks::{WebhookPage, WebhookRow},
};
use domain::{Scope, WebhookFilter, limits::SELECTION_MAX};
use leptos::prelude::*;

use super::{
    delete::{Asked, DELETE_FORM, DELETE_WORDS, NOTHING_SELECTED},
    filter::View,
};
use crate::{
    components::{
        chart::sparkline::Sparkline,
        last::Last,
        pager::Pager,
        status::{WebhookStatus, waiting_words},
    },
    islands::selection::{SELECT_ALL, SELECTED_NOTE, Selection, selected_words},
    pages::organization::counted,
};

#[component]
pub(super) fn WebhooksTable(
    scope: Scope,
    page: WebhookPage,
    list: View,
    /// What the question is about stays selected.
    asked: Asked,
) -> impl IntoView {
    let WebhookPage { webhooks, matching, page, pages, .. } = page;
    let (all, path) = (list.all_selected, paths::webhooks(scope));
    let selectable = usize::try_from(matching).unwrap_or(SELECTION_MAX).min(SELECTION_MAX);
    let selected = if all { selectable } else { 0 };
    let rows = webhooks.into_iter().map(|each| row(scope, each, all, &asked)).collect::<Vec<_>>();
    view! {
        <div class="table-scroll" role="region" aria-label="Webhooks" tabindex="0">
            <table class="table table-webhooks">
                <thead>
                    <tr>
                        <th scope="col" class="cell-check">
                            <span class="visually-hidden">"Select"</span>
                            <input
                                type="checkbox"
                                class="needs-script"
                                id=SELECT_ALL
                                disabled=all
                                aria-label="Select all webhooks"
                            />
                        </th>
                        <th scope="col">"Name"</th>
                        <th scope="col" class="cell-spare">"Type"</th>
                        <th scope="col" class="cell-roomy">"URL"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Last 24 hours"</th>
                        <th scope="col">"Last delivery"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <div class="table-note">
            <span>
                {counted(usize::try_from(matching).unwrap_or(usize::MAX), "webhook")}
                <span id=SELECTED_NOTE>{selected_words(selected)}</span>
            </span>
            <SelectMatching list=list.clone() path=path.clone() selectable pages/>
            <Pager page pages to=move |page| list.on_page(page).address(&path)/>
        </div>
        <Selection all=selected action=DELETE_WORDS.to_owned() nothing=NOTHING_SELECTED.to_owned()/>
    }
}

/// What no checkbox on the page can do: select on all pages.
#[component]
fn SelectMatching(list: View, path: String, selectable: usize, pages: u32) -> impl IntoView {
    let words = match (list.all_selected, list.filter == WebhookFilter::default()) {
        (true, _) => "Clear selection".to_owned(),
        (false, true) => format!("Select all {selectable} webhooks"),
        (false, false) => format!("Select all {selectable} that match"),
    };
    let to = list.selecting(!list.all_selected).address(&path);
    (pages > 1 || list.all_selected).then(|| view! { <a href=to>{words}</a> })
}

fn row(scope: Scope, row: WebhookRow, all: bool, asked: &Asked) -> impl IntoView + use<> {
    let WebhookRow { webhook, state, last, pending, held, activity } = row;
    let id = webhook.id;
    let pending = (pending > 0).then(|| {
        view! { <span class="quiet cell-extra">{format!("{} pending", waiting_words(pending))}</span> }
    });
    view! {
        <tr>
            <td class="cell-check">
                <input
                    type="checkbox"
                    form=DELETE_FORM
                    name="delete"
                    value=id.to_string()
                    checked=all || asked.names(id)
                    disabled=all
                    aria-label=format!("Select {}", webhook.name)
                />
            </td>
            <td class="strong"><a href=paths::webhook(scope, id)>{webhook.name}</a></td>
            <td class="mono cell-spare">{webhook.event_type.as_str()}</td>
            <td class="mono cell-url cell-roomy" title=webhook.url.clone()>{webhook.url.clone()}</td>
            <td>
                <WebhookStatus state held/>
                {pending}
                {webhook.disabled_reason.map(|reason| view! { <span class="cell-reason">{reason}</span> })}
            </td>
            <td><Sparkline buckets=activity/></td>
            <td><Last last/></td>
        </tr>
    }
}
