//! The API keys tab: the visitor's own keys.

pub(in crate::pages) mod new;

use api::{
    Told,
    api_keys::{ApiKeyRow, CreatedApiKey, DeleteApiKey, list_api_keys},
    paths,
    session::Membership,
};
use domain::{ApiKeyId, OrganizationId, Timestamp};
use leptos::{either::Either, prelude::*};

use super::{Settings, Tab, counted, tab_failed};
use crate::{
    address::{Query, use_query},
    components::{
        confirm::{AskAbout, AskForm, Confirm, asked_about},
        copyable::CopyableId,
        error_summary::ErrorSummary,
        heading::PageTitle,
        icon::Icon,
        moment::{Due, Moment},
        states::Empty,
        status::{Status, Tone},
    },
    forms::Form,
    page::page,
    request::use_page,
    session::{Need, admit, use_place, use_session},
};

/// The name by which the address asks for a key's deletion.
const ASKING: &str = "delete";

#[component]
pub(crate) fn ApiKeysPage() -> impl IntoView {
    let (session, place, query) = (use_session(), use_place(), use_query());
    let content = async move {
        let membership = admit(session.await, place.organization, Need::See)?;
        match list_api_keys().await {
            Ok(keys) => Ok(view! { <KeysView membership keys query/> }.into_any()),
            Err(problem) => tab_failed(Tab::ApiKeys, membership, problem),
        }
    };
    view! {
        <PageTitle words="API keys · Organization settings"/>
        {page(content)}
    }
}

#[component]
fn KeysView(membership: Membership, keys: Vec<ApiKeyRow>, query: Query) -> impl IntoView {
    let organization = membership.organization.id;
    let asked = query.first(ASKING).parse::<ApiKeyId>().ok();
    let doomed = keys.iter().find(|key| Some(key.id) == asked).cloned();
    let asks = doomed.is_some();
    let content = if keys.is_empty() {
        Either::Left(view! { <NoKeys organization/> })
    } else {
        Either::Right(view! { <List organization keys/> })
    };
    view! {
        <Settings tab=Tab::ApiKeys membership>
            {(!asks).then(|| view! { <ErrorSummary form={Form::of::<DeleteApiKey>()}/> })}
            <MadeNow/>
            {content}
            {doomed.map(|key| view! { <DeleteModal organization key/> })}
        </Settings>
    }
}

/// The key that was made just now.
#[component]
fn MadeNow() -> impl IntoView {
    let Some(Told::ApiKey(CreatedApiKey { title, key })) = use_page().flash.told else { return None };
    Some(view! {
        <section class="card told" aria-labelledby="told">
            <h2 id="told">"Your new API key, "{title}</h2>
            <p><CopyableId id=key what="the API key"/></p>
            <p>"Copy it now: Herald stores only its fingerprint and does not show it again."</p>
        </section>
    })
}

#[component]
fn AddKey(organization: OrganizationId) -> impl IntoView {
    view! { <a class="button button-primary" href=paths::new_api_key(organization)>"+ Add API key"</a> }
}

#[component]
fn List(organization: OrganizationId, keys: Vec<ApiKeyRow>) -> impl IntoView {
    let now = use_page().now;
    let count = counted(keys.len(), "API key");
    let rows = keys.into_iter().map(|key| row(key, now)).collect::<Vec<_>>();
    view! {
        <div class="toolbar">
            <p class="toolbar-words">"Your own keys. Each may do what you may do, in every organization."</p>
            <div class="toolbar-actions"><AddKey organization/></div>
        </div>
        <AskForm path=paths::api_keys(organization)/>
        <div class="table-scroll" role="region" aria-label="API keys" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Title"</th>
                        <th scope="col">"Key"</th>
                        <th scope="col">"Created"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col">"Expires"</th>
                        <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="table-note">{count}</p>
    }
}

fn row(key: ApiKeyRow, now: Timestamp) -> impl IntoView {
    let described_by = format!("key-{}", key.id);
    let used = match key.last_used_at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(view! { <span class="quiet">"never"</span> }),
    };
    view! {
        <tr>
            <td class="strong" id=described_by.clone()>{key.title}</td>
            <td class="mono">"… "{key.hint}</td>
            <td><Moment at=key.created_at/></td>
            <td>{used}</td>
            <td>{expiry(key.expires_at, now)}</td>
            <td class="cell-actions">
                <AskAbout asks=ASKING about=key.id.to_string() words="Delete" described_by/>
            </td>
        </tr>
    }
}

fn expiry(expires_at: Option<Timestamp>, now: Timestamp) -> AnyView {
    match expires_at {
        None => view! { <span class="quiet">"never"</span> }.into_any(),
        Some(at) if at <= now => {
            view! { <Status tone=Tone::Quiet icon=Icon::Stop words="Expired"/> }.into_any()
        }
        Some(at) => view! { <Due at/> }.into_any(),
    }
}

#[component]
fn NoKeys(organization: OrganizationId) -> impl IntoView {
    view! {
        <Empty title="No API keys yet">
            <p>"With a key a program calls the HTTP API as you: it may do what you may do, in every organization."</p>
            <p><AddKey organization/></p>
            <p>"What there is to call stands in "<a href="/api/docs" rel="external">"the API's documentation"</a>"."</p>
        </Empty>
    }
}

#[component]
fn DeleteModal(organization: OrganizationId, key: ApiKeyRow) -> impl IntoView {
    let fields = vec![("organization_id", organization.to_string()), ("api_key_id", key.id.to_string())];
    let used = key.last_used_at.map(|at| view! { <p>"It was last used "<Moment at/>"."</p> });
    view! {
        <Confirm
            form={Form::of::<DeleteApiKey>()}
            title=format!("Delete {}?", key.title)
            back=paths::api_keys(organization)
            asked_by=asked_about(ASKING, key.id)
            fields
            button="Delete API key"
        >
            <p>"Programs that use it are refused at once. This cannot be undone."</p>
            {used}
        </Confirm>
    }
}
