//! Finding an event: what happened, which webhooks were told of it and which were not, and why.

mod event;

use api::{
    Problem,
    find::{EventsFound, Found, find_events},
    paths,
};
use domain::{OrganizationId, limits::SEARCH_LENGTH_MAX};
use leptos::{either::Either, prelude::*};
use leptos_router::components::Redirect;

use self::event::EventCard;
use crate::{
    address::{address, use_query},
    components::{
        heading::{Heading, PageTitle},
        states::{Failed, NoMatch},
    },
    page::page,
    session::{Need, admit, use_place, use_session},
};

#[component]
pub(crate) fn FindPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    let (text, cursor) = (query.first("q").trim().to_owned(), query.first("cursor").to_owned());
    let content = async move {
        let organization = admit(session.await, place.organization, Need::Admin)?.organization.id;
        let found = match text.as_str() {
            "" => None,
            _ => Some(find_events(organization, text.clone(), Some(cursor)).await),
        };
        Ok(match found {
            Some(Ok(Found::Delivery(scope, id))) => {
                view! { <Redirect path=paths::delivery(scope, id)/> }.into_any()
            }
            Some(Ok(Found::Webhook(scope, id))) => {
                view! { <Redirect path=paths::webhook(scope, id)/> }.into_any()
            }
            Some(Ok(Found::Events(found))) => {
                view! { <Whole organization text found=Some(Ok(found))/> }.into_any()
            }
            Some(Err(problem)) => view! { <Whole organization text found=Some(Err(problem))/> }.into_any(),
            None => view! { <Whole organization text found=None/> }.into_any(),
        })
    };
    view! {
        <PageTitle words="Find an event"/>
        {page(content)}
    }
}

#[component]
fn Whole(
    organization: OrganizationId,
    text: String,
    /// None where nothing was asked for.
    found: Option<Result<EventsFound, Problem>>,
) -> impl IntoView {
    let path = paths::find(organization);
    let result = found.map(|found| match found {
        Ok(found) => Either::Left(view! { <Events organization text=text.clone() found/> }),
        Err(problem) => Either::Right(view! { <Failed what="Events" problem/> }),
    });
    view! {
        <Heading>"Find an event"</Heading>
        <form class="query-form find-form" role="search" aria-label="Find an event" method="get" action=path>
            <input
                class="input"
                type="search"
                name="q"
                id="find-text"
                value=text
                maxlength=SEARCH_LENGTH_MAX.to_string()
                aria-label="User name, e-mail or id"
                aria-describedby="find-hint"
            />
            <button type="submit" class="button button-primary">"Find"</button>
        </form>
        <p class="hint" id="find-hint">
            "A whole user name or e-mail, or the id of an event, a delivery (receivers see it as webhook-id), a user or a webhook."
        </p>
        {result}
    }
}

#[component]
fn Events(organization: OrganizationId, text: String, found: EventsFound) -> impl IntoView {
    let path = paths::find(organization);
    if found.events.is_empty() {
        let words = format!("No event matches “{text}”");
        return Either::Left(view! { <div class="find-none"><NoMatch words clear=path/></div> });
    }
    let older = found.next_cursor.map(|cursor| {
        let to = address(&path, [("q", text.as_str()), ("cursor", cursor.as_str())]);
        view! { <nav class="pager" aria-label="Pages of events"><a href=to>"Older"</a></nav> }
    });
    let events = found.events.into_iter();
    let events = events.map(|event| view! { <EventCard organization event/> }).collect::<Vec<_>>();
    Either::Right(view! {
        {events}
        <div class="table-note">{older}</div>
    })
}
