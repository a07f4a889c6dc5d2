//! Deleting webhooks: the button, the question, and what happens to what is pending.

use api::webhooks::{DeleteWebhooks, WebhookRow};
use domain::{OrganizationId, WebhookId};
use leptos::prelude::*;

use super::filter::Filter;
use crate::{
    address::Query,
    components::modal::{CancelButton, Modal},
    forms::{Form, PostForm, hidden_inputs},
    islands::selection::{DELETE_BUTTON, DELETE_REASON, NOTHING_SELECTED},
    pages::organization::counted,
};

/// The form that the checkboxes belong to. It asks by the address; the question itself is the modal's form.
pub(super) const DELETE_FORM: &str = "delete-form";
/// The name in the address, one for each webhook.
const ASKING: &str = "delete";
const NAMES_SHOWN_MAX: usize = 10;

/// What the question is about.
pub(super) fn asked_in(query: &Query) -> Vec<WebhookId> {
    query.all(ASKING).filter_map(|id| id.parse().ok()).collect()
}

/// The button was pressed with nothing selected.
pub(super) fn is_empty_question(query: &Query) -> bool {
    query.has(ASKING) && asked_in(query).is_empty()
}

#[component]
pub(super) fn DeleteButton(path: String, filter: Filter, nothing: bool) -> impl IntoView {
    view! {
        <form id=DELETE_FORM method="get" action=path>
            {hidden_inputs(filter.into_pairs())}
        </form>
        <button
            type="submit"
            class="button button-delete"
            id=DELETE_BUTTON
            form=DELETE_FORM
            name=ASKING
            value=""
        >
            "Delete webhooks"
        </button>
        <p id=DELETE_REASON class=if nothing { "notice" } else { "visually-hidden" }>
            {if nothing { NOTHING_SELECTED } else { "" }}
        </p>
    }
}

#[component]
pub(super) fn DeleteModal(
    organization: OrganizationId,
    path: String,
    rows: Vec<WebhookRow>,
    query: Query,
) -> impl IntoView {
    let asked = asked_in(&query);
    let doomed: Vec<WebhookRow> = rows.into_iter().filter(|row| asked.contains(&row.webhook.id)).collect();
    let back = query.address_without(&path, &[ASKING]);
    (!doomed.is_empty()).then(|| {
        view! {
            <Modal
                title=format!("Delete {}?", counted(doomed.len(), "webhook"))
                back=back.clone()
                asked_by=format!("#{DELETE_BUTTON}")
            >
                <Names doomed=doomed.clone()/>
                <p>{pending_words(&doomed)}</p>
                <div class="modal-actions">
                    <CancelButton to=back/>
                    <DeleteForm organization doomed/>
                </div>
            </Modal>
        }
    })
}

#[component]
fn Names(doomed: Vec<WebhookRow>) -> impl IntoView {
    let more = doomed.len().saturating_sub(NAMES_SHOWN_MAX);
    let name = |row: WebhookRow| view! { <li>{row.webhook.name}</li> };
    let names = doomed.into_iter().take(NAMES_SHOWN_MAX).map(name).collect::<Vec<_>>();
    view! {
        <ul class="modal-names">
            {names}
            {(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}
        </ul>
    }
}

#[component]
fn DeleteForm(organization: OrganizationId, doomed: Vec<WebhookRow>) -> impl IntoView {
    let ids = doomed.into_iter().map(|row| ("ids[]".to_owned(), row.webhook.id.to_string())).collect();
    view! {
        <PostForm form={Form::of::<DeleteWebhooks>()}>
            <input type="hidden" name="organization_id" value=organization.to_string()/>
            {hidden_inputs(ids)}
            <button type="submit" class="button button-danger">"Delete"</button>
        </PostForm>
    }
}

/// What happens to what was not delivered yet.
fn pending_words(doomed: &[WebhookRow]) -> String {
    let waiting: u32 = doomed.iter().map(|row| row.pending + row.held).fold(0, u32::saturating_add);
    let history = "What was sent stays in the history until its retention ends.";
    match waiting {
        0 => format!("Nothing is pending. {history}"),
        1 => format!("1 delivery that is pending or held is cancelled and will not be sent. {history}"),
        many => format!(
            "{many} deliveries that are pending or held are cancelled and will not be sent. {history}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{EventType, Timestamp, Webhook};

    fn waiting(pending: u32, held: u32) -> WebhookRow {
        let webhook = Webhook {
            id: WebhookId::from_bytes([1; 12]),
            name: "hr".into(),
            event_type: EventType::UserCreated,
            url: "https://a.example/".into(),
            enabled: true,
            created_at: Timestamp::from_unix_ms(0),
            description: None,
            headers: Vec::new(),
        };
        WebhookRow { webhook, last: None, pending, held }
    }

    #[test]
    fn the_question_says_what_will_not_be_sent() {
        assert!(pending_words(&[waiting(0, 0)]).starts_with("Nothing is pending."));
        assert!(pending_words(&[waiting(1, 0)]).starts_with("1 delivery"));
        assert!(pending_words(&[waiting(2, 1), waiting(0, 4)]).starts_with("7 deliveries"));
    }

    #[test]
    fn the_address_names_what_to_delete() {
        let (one, two) = (WebhookId::from_bytes([1; 12]), WebhookId::from_bytes([2; 12]));
        let query = Query::parse(&format!("delete=&delete={one}&delete=nonsense&delete={two}"));
        assert_eq!(asked_in(&query), [one, two]);
        assert!(!is_empty_question(&query));
        assert!(is_empty_question(&Query::parse("delete=")));
        assert!(!is_empty_question(&Query::default()));
    }
}
