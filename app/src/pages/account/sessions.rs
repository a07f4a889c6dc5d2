//! Where one is signed in.

use api::{
    account::{EndOtherSessions, EndSession, SessionRow},
    paths,
};
use domain::SessionId;
use leptos::{either::Either, prelude::*};

use super::agent::browser;
use crate::{
    address::Query,
    components::{
        confirm::{ASK, AskAbout, AskButton, AskForm, Confirm, asked_about, asked_by},
        error_summary::ErrorSummary,
        icon::Icon,
        moment::Moment,
        status::{Status, Tone},
    },
    forms::Form,
};

const OTHERS: &str = "end-others";
/// The name by which the address asks for one session's end.
const ASKING: &str = "end";

#[component]
pub(super) fn Sessions(sessions: Vec<SessionRow>, query: Query) -> impl IntoView {
    let asked = query.first(ASKING).parse::<SessionId>().ok();
    let doomed = sessions.iter().find(|session| Some(session.id) == asked && !session.current).cloned();
    let others = sessions.iter().filter(|session| !session.current).count();
    let asks_others = others > 0 && query.first(ASK) == OTHERS;
    let rows = sessions.into_iter().map(row).collect::<Vec<_>>();
    view! {
        <div class="title-row section-title">
            <h2>"Where you are signed in"</h2>
            <div class="title-actions">
                {(others > 0).then(|| {
                    view! { <AskButton path=paths::ACCOUNT asks=OTHERS words="End all other sessions"/> }
                })}
            </div>
        </div>
        {(doomed.is_none() && !asks_others).then(|| view! { <ErrorSummary form={Form::of::<EndSession>()}/> })}
        <AskForm path=paths::ACCOUNT/>
        <div class="table-scroll" role="region" aria-label="Sessions" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Browser"</th>
                        <th scope="col">"Address"</th>
                        <th scope="col">"Signed in"</th>
                        <th scope="col">"Last seen"</th>
                        <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {doomed.map(|session| view! { <EndModal session/> })}
        {asks_others.then(|| view! { <OthersModal/> })}
    }
}

fn row(session: SessionRow) -> impl IntoView {
    let described_by = format!("session-{}", session.id);
    let action = if session.current {
        Either::Left(view! { <Status tone=Tone::Good icon=Icon::Check words="This session"/> })
    } else {
        Either::Right(view! {
            <AskAbout asks=ASKING about=session.id.to_string() words="End" described_by=described_by.clone()/>
        })
    };
    view! {
        <tr>
            <td class="strong" id=described_by.clone() title=session.user_agent.clone()>{browser(&session.user_agent)}</td>
            <td class="mono">{session.address}</td>
            <td><Moment at=session.created_at/></td>
            <td><Moment at=session.last_seen_at/></td>
            <td class="cell-actions">{action}</td>
        </tr>
    }
}

#[component]
fn EndModal(session: SessionRow) -> impl IntoView {
    view! {
        <Confirm
            form={Form::of::<EndSession>()}
            title="End this session?"
            back=paths::ACCOUNT
            asked_by=asked_about(ASKING, session.id)
            fields=vec![("session_id", session.id.to_string())]
            button="End session"
        >
            <p>{browser(&session.user_agent)}" from "{session.address}" is signed out at once."</p>
        </Confirm>
    }
}

#[component]
fn OthersModal() -> impl IntoView {
    view! {
        <Confirm
            form={Form::of::<EndOtherSessions>()}
            title="End all other sessions?"
            back=paths::ACCOUNT
            asked_by=asked_by(OTHERS)
            fields=Vec::new()
            button="End sessions"
        >
            <p>"Whoever is signed in as you elsewhere is signed out at once. You stay signed in here."</p>
        </Confirm>
    }
}
