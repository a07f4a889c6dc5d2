//! The table of webhooks, with a checkbox a row.

use api::{
    paths,
    webhooks::{WebhookPage, WebhookRow},
};
use domain::{Scope, WebhookFilter, WebhookId, limits::SELECTION_MAX};
use leptos::prelude::*;

use super::{
    delete::{DELETE_FORM, DELETE_WORDS, NOTHING_SELECTED},
    filter::{PAGE, View},
    selected::{ONE, Selected},
};
use crate::{
    components::{
        chart::sparkline::Sparkline,
        last::Last,
        pager::PagerButtons,
        status::{WebhookStatus, waiting_words},
    },
    islands::selection::{SELECT_ALL, SELECTED_NOTE, Selection, selected_words},
    pages::organization::counted,
};

/// So many characters of a URL are always seen: in its column, and below the name where there is no room for one.
const URL_FITS: usize = 48;
const URL_FITS_BELOW: usize = 32;

#[component]
pub(super) fn WebhooksTable(
    scope: Scope,
    page: WebhookPage,
    list: View,
    /// Those of the page.
    shown: Vec<WebhookId>,
) -> impl IntoView {
    let WebhookPage { webhooks, matching, page, pages, .. } = page;
    let (all, path) = (list.selected.all, paths::webhooks(scope));
    let selectable = usize::try_from(matching).unwrap_or(SELECTION_MAX).min(SELECTION_MAX);
    let selected = if all { selectable } else { list.selected.len() };
    let elsewhere = list.selected.elsewhere(&shown).len();
    let rows = webhooks.into_iter().map(|each| row(scope, each, &list)).collect::<Vec<_>>();
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
            <SelectMatching list path selectable pages/>
            <PagerButtons form=DELETE_FORM name=PAGE page pages/>
        </div>
        <Selection all={if all { selectable } else { 0 }} elsewhere action=DELETE_WORDS.to_owned() nothing=NOTHING_SELECTED.to_owned()/>
    }
}

/// What no checkbox on the page can do: select on all pages, and take that back.
#[component]
fn SelectMatching(list: View, path: String, selectable: usize, pages: u32) -> impl IntoView {
    let what = if list.filter == WebhookFilter::default() { "webhooks" } else { "that match" };
    let all = (pages > 1 && !list.selected.all).then(|| {
        let to = list.selecting(Selected::all()).address(&path);
        view! { <a href=to>{format!("Select all {selectable} {what}")}</a> }
    });
    let nothing = (!list.selected.is_empty()).then(|| {
        let to = list.selecting(Selected::default()).address(&path);
        view! { <a href=to>"Clear selection"</a> }
    });
    view! { {all}{nothing} }
}

fn row(scope: Scope, row: WebhookRow, list: &View) -> impl IntoView + use<> {
    let all = list.selected.all;
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
                    name=ONE
                    value=id.to_string()
                    checked=all || list.selected.names(id)
                    disabled=all
                    aria-label=format!("Select {}", webhook.name)
                />
            </td>
            <td class="strong">
                <a href=paths::webhook(scope, id)>{webhook.name}</a>
                <Url url=webhook.url.clone() class="url url-below" fits=URL_FITS_BELOW/>
            </td>
            <td class="mono cell-spare">{webhook.event_type.as_str()}</td>
            <td class="cell-url cell-roomy"><Url url=webhook.url class="url" fits=URL_FITS/></td>
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

/// On two lines. What may be cut off there is whole while it has the focus, which a finger gives it too.
#[component]
fn Url(url: String, class: &'static str, fits: usize) -> impl IntoView {
    let stop = (url.chars().count() > fits).then_some("0");
    view! { <span class=class title=url.clone() tabindex=stop>{url.clone()}</span> }
}
