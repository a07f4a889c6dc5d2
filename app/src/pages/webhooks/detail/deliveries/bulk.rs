//! What is done to many deliveries at once: the question with the count, and how far it has come.

use api::{
    Problem,
    deliveries::{
        Begun, DeliveryFilter, HeldAction, RedeliverMany, RedeliverSelected, Redelivery, SettleHeld,
        count_redeliverable, redeliver_many,
    },
    jobs::{CancelJob, JobState, JobView},
};
use domain::{DeliveryState, EventType, Scope, WebhookId};
use leptos::prelude::*;

use super::{
    again::{Which, amount, button_words},
    filter::Filter,
};
use crate::{
    address::Query,
    components::{
        error_summary::ErrorSummary,
        modal::{CancelButton, Modal},
    },
    forms::{Form, PostForm, hidden_inputs},
    islands::progress::Progress,
};

/// The names by which the address asks.
const REDELIVER: &str = "redeliver";
const HELD: &str = "held";
pub(super) const ASKING: [&str; 3] = [REDELIVER, HELD, "job"];

/// A question that the address asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Redeliver,
    Held(HeldAction),
}

impl Question {
    pub(super) fn of(query: &Query) -> Option<Self> {
        match (query.first(REDELIVER), query.first(HELD)) {
            ("all", _) => Some(Self::Redeliver),
            (_, "release") => Some(Self::Held(HeldAction::Release)),
            (_, "discard") => Some(Self::Held(HeldAction::Discard)),
            _ => None,
        }
    }
}

/// Pending deliveries are sent anyway, and what is held is released; where the list is for another type, it is empty.
pub(super) fn can_redeliver(filter: &Filter, event_type: EventType) -> bool {
    !matches!(filter.status(), Some(DeliveryState::Pending | DeliveryState::Held))
        && !filter.is_for_another(event_type)
}

/// What “all” are: those that the list shows, as far as they have ended. Where nothing is asked for, those that have failed.
fn redelivery(filter: &Filter, dry_run: bool) -> Redelivery {
    let DeliveryFilter { status, from, to, .. } = filter.asked();
    Redelivery { since: from, until: to, status, dry_run }
}

/// How many deliveries “all” are, for the button: more than a list can be worth reading are not counted.
pub(super) async fn count_roughly(scope: Scope, webhook: WebhookId, filter: &Filter) -> Result<u32, Problem> {
    count_redeliverable(scope, webhook, redelivery(filter, true)).await
}

/// The same for the question, which may take longer.
pub(super) async fn count(scope: Scope, webhook: WebhookId, filter: &Filter) -> Result<Begun, Problem> {
    redeliver_many(scope, webhook, redelivery(filter, true)).await
}

/// What was refused: said in the question where one is open, since what is behind it rests.
#[component]
pub(super) fn Refusals() -> impl IntoView {
    view! {
        <ErrorSummary form={Form::of::<RedeliverSelected>()}/>
        <ErrorSummary form={Form::of::<RedeliverMany>()}/>
        <ErrorSummary form={Form::of::<SettleHeld>()}/>
        <ErrorSummary form={Form::of::<CancelJob>()}/>
    }
}

/// Offered where there is something to send.
#[component]
pub(super) fn RedeliverAllButton(path: String, filter: Filter, count: u32) -> impl IntoView {
    let words = button_words(count, filter.status().is_some() || filter.has_times());
    let to = filter.address_with(&path, &[(REDELIVER, "all")]);
    (count > 0).then(|| view! { <a class="button" id="redeliver-all" href=to>{words}</a> })
}

#[component]
pub(super) fn RedeliverAllModal(
    scope: Scope,
    webhook: WebhookId,
    path: String,
    filter: Filter,
    matched: u32,
) -> impl IntoView {
    let back = filter.address_with(&path, &[]);
    let which = Which::of(&filter);
    let Redelivery { since, until, status, .. } = redelivery(&filter, false);
    let mut fields = ids(scope, webhook);
    let time = |at: domain::Timestamp| at.to_string();
    for (name, value) in [
        ("which[status]", status.map(|status| status.to_string())),
        ("which[since]", since.map(time)),
        ("which[until]", until.map(time)),
    ] {
        fields.extend(value.map(|value| (name.to_owned(), value)));
    }
    let title = match matched {
        0 => "Nothing to send again".to_owned(),
        _ => which.title(matched),
    };
    let words = match matched {
        0 => "No delivery matches.".to_owned(),
        _ => "Each is sent again under its own webhook-id, some at a time, with a schedule of its own. You can stop it \
              while it runs."
            .to_owned(),
    };
    view! {
        <Modal title back=back.clone() asked_by="#redeliver-all">
            <Refusals/>
            {which.note().filter(|_| matched > 0).map(|words| view! { <p>{words}</p> })}
            <p>{words}</p>
            <div class="modal-actions">
                <CancelButton to=back/>
                {(matched > 0).then(|| view! {
                    <PostForm form={Form::of::<RedeliverMany>()}>
                        {hidden_inputs(fields)}
                        <button type="submit" class="button button-primary">{format!("Redeliver all {}", amount(matched))}</button>
                    </PostForm>
                })}
            </div>
        </Modal>
    }
}

/// What can become of what is held.
#[component]
pub(super) fn Held(path: String, filter: Filter, held: u32, enabled: bool) -> impl IntoView {
    let to = |action: &str| filter.address_with(&path, &[(HELD, action)]);
    (held > 0).then(|| {
        view! {
            <section class="banner held" aria-labelledby="held-title">
                <div>
                    <h2 id="held-title">{format!("{held} held")}</h2>
                    <p>
                        {if enabled {
                            "They happened while the webhook was disabled, and wait for your decision."
                        } else {
                            "They wait until you decide. To release them, enable the webhook first."
                        }}
                    </p>
                </div>
                <p class="held-actions">
                    {enabled.then(|| view! {
                        <a class="button button-primary" id="held-release" href=to("release")>{format!("Release {held} held")}</a>
                    })}
                    <a class="button" id="held-discard" href=to("discard")>{format!("Discard {held} held")}</a>
                </p>
            </section>
        }
    })
}

#[component]
pub(super) fn HeldModal(
    scope: Scope,
    webhook: WebhookId,
    path: String,
    filter: Filter,
    action: HeldAction,
    held: u32,
) -> impl IntoView {
    let back = filter.address_with(&path, &[]);
    let (verb, value, class, words) = match action {
        HeldAction::Release => {
            ("Release", "release", "button button-primary", "They are sent now, the oldest first.")
        }
        HeldAction::Discard => (
            "Discard",
            "discard",
            "button button-danger",
            "They are cancelled and will never be sent. Their history stays until its retention ends.",
        ),
    };
    let mut fields = ids(scope, webhook);
    fields.push(("action".to_owned(), value.to_owned()));
    view! {
        <Modal title=format!("{verb} {held} held?") back=back.clone() asked_by=format!("#held-{value}")>
            <Refusals/>
            <p>{words}</p>
            <div class="modal-actions">
                <CancelButton to=back/>
                <PostForm form={Form::of::<SettleHeld>()}>
                    {hidden_inputs(fields)}
                    <button type="submit" class=class>{format!("{verb} {held}")}</button>
                </PostForm>
            </div>
        </Modal>
    }
}

fn ids(scope: Scope, webhook: WebhookId) -> Vec<(String, String)> {
    vec![("scope".to_owned(), scope.to_string()), ("webhook_id".to_owned(), webhook.to_string())]
}

/// A job and how far it has come: by itself with script, and with each load without.
#[component]
pub(super) fn Job(scope: Scope, job: JobView, here: String) -> impl IntoView {
    let runs = job.state == JobState::Running;
    let cancel = (runs && job.kind.is_an_admins()).then(|| {
        view! {
            <PostForm form={Form::of::<CancelJob>()}>
                <input type="hidden" name="scope" value=scope.to_string()/>
                <input type="hidden" name="job_id" value=job.id.to_string()/>
                <button type="submit" class="button">"Stop"</button>
            </PostForm>
        }
    });
    view! {
        <section class="banner job" aria-label="Job">
            <Progress scope job/>
            <div class="job-actions">
                <a class="button" href=here rel="external">"Reload"</a>
                {cancel}
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_what_the_list_shows() {
        let filter = |text: &str| Filter::of(&Query::parse(text));
        let nothing = filter("");
        assert_eq!((redelivery(&nothing, true).status, Which::of(&nothing)), (None, Which::Failed));
        let times = filter("from=2026-11-24T14:02");
        assert_eq!((redelivery(&times, true).status, Which::of(&times)), (None, Which::Ended));
        let asked = redelivery(&filter("status=delivered&from=2026-11-24T14:02"), false);
        assert_eq!((asked.status, asked.since.is_some()), (Some(DeliveryState::Delivered), true));
        let can = |text: &str| can_redeliver(&filter(text), EventType::UserLogin);
        assert!(can("") && can("status=cancelled") && can("type=USER_LOGIN"));
        assert!(!can("status=pending") && !can("status=held") && !can("type=USER_CREATED"));
    }

    #[test]
    fn the_address_asks_one_question() {
        let of = |text: &str| Question::of(&Query::parse(text));
        assert_eq!(of("redeliver=all"), Some(Question::Redeliver));
        assert_eq!(of("held=discard"), Some(Question::Held(HeldAction::Discard)));
        assert_eq!(of("held=x&redeliver=1"), None);
    }
}
