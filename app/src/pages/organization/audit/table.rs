//! The table of the audit log.

use domain::{ActOutcome, AuditEvent};
use leptos::{either::Either, prelude::*};

use super::changes::Changes;
use crate::{
    address::address,
    components::{
        icon::Icon,
        moment::Moment,
        status::{Status, Tone},
    },
};

#[component]
pub(super) fn AuditTable(events: Vec<AuditEvent>, path: String) -> impl IntoView {
    let rows = events.into_iter().map(|event| row(event, &path)).collect::<Vec<_>>();
    view! {
        <div class="table-scroll" role="region" aria-label="Audit log" tabindex="0">
            <table class="table table-top">
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        <th scope="col">"Actor"</th>
                        <th scope="col">"Type"</th>
                        <th scope="col">"Target"</th>
                        <th scope="col">"Outcome"</th>
                        <th scope="col">"What changed"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(event: AuditEvent, path: &str) -> impl IntoView + use<> {
    let same_type = address(path, [("type", event.act.as_str())]);
    let way = actor_words(&event.actor.kind);
    let source = event.source.map(|source| source.ip);
    let from = [way, source.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <tr>
            <td><Moment at=event.created_at/></td>
            <td>
                <Actor name=event.actor.username path=path.to_owned()/>
                <span class="hint cell-below">{from}</span>
            </td>
            <td class="mono"><a class="plain" href=same_type>{event.act}</a></td>
            <td>
                {event.target.name}
                <span class="hint cell-below">{event.target.kind}</span>
            </td>
            <td><Outcome outcome=event.outcome/></td>
            <td>
                <Changes payload=event.payload/>
                {event.error.map(|error| view! { <span class="bad">{error}</span> })}
            </td>
        </tr>
    }
}

/// Leads to what else they did; who was not signed in has no name.
#[component]
fn Actor(name: String, path: String) -> impl IntoView {
    if name.is_empty() {
        return Either::Left(view! { <span class="quiet">"nobody"</span> });
    }
    let same = address(&path, [("actor", name.as_str())]);
    Either::Right(view! { <a class="plain" href=same>{name}</a> })
}

/// How somebody came, where it was not by the console.
fn actor_words(kind: &str) -> Option<&'static str> {
    match kind {
        "apikey" => Some("API key"),
        "command" => Some("command line"),
        "system" => Some("Herald itself"),
        "scim" => Some("SCIM"),
        "anonymous" => Some("not signed in"),
        _ => None,
    }
}

#[component]
fn Outcome(outcome: ActOutcome) -> impl IntoView {
    match outcome {
        ActOutcome::Success => {
            Either::Left(view! { <Status tone=Tone::Good icon=Icon::Check words="Success"/> })
        }
        ActOutcome::Failure => {
            Either::Right(view! { <Status tone=Tone::Bad icon=Icon::Alert words="Failure"/> })
        }
    }
}
