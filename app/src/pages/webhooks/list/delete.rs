//! Deleting webhooks: the button, the question, and what happens to what is pending.

use api::{
    Problem,
    webhooks::{DeleteWebhooks, WebhookRow, list_webhooks},
};
use domain::{Scope, WebhookId, limits::SELECTION_MAX};
use leptos::prelude::*;

use super::filter::{ASKING, View};
use crate::{
    address::Query,
    components::{
        error_summary::ErrorSummary,
        modal::{CancelButton, Modal},
    },
    forms::{Form, PostForm, hidden_inputs},
    islands::selection::{SELECTION_BUTTON, SELECTION_REASON},
    pages::{organization::counted, webhooks::cancelled_words},
};

/// The form that the checkboxes belong to. It asks by the address; the question itself is the modal's form.
pub(super) const DELETE_FORM: &str = "delete-form";
/// What the button does.
pub(super) const DELETE_WORDS: &str = "Delete webhooks";
pub(super) const NOTHING_SELECTED: &str = "Select one or more webhooks first.";

/// What the address asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Nothing,
    /// The button was pressed with nothing selected.
    Empty,
    Delete,
}

impl Asked {
    pub(super) fn of(query: &Query, list: &View) -> Self {
        match (query.has(ASKING), list.selected.is_empty()) {
            (false, _) => Self::Nothing,
            (true, true) => Self::Empty,
            (true, false) => Self::Delete,
        }
    }

    /// Those that would be deleted, wherever they are listed.
    pub(super) async fn doomed(self, scope: Scope, list: &View) -> Result<Doomed, Problem> {
        if self != Self::Delete {
            return Ok(Doomed::default());
        }
        let is_meant = |row: &WebhookRow| match list.selected.all {
            true => list.filter.matches(&row.webhook, row.state),
            false => list.selected.names(row.webhook.id),
        };
        let mut rows: Vec<_> = list_webhooks(scope).await?.into_iter().filter(is_meant).collect();
        let selected = if list.selected.all { rows.len() } else { list.selected.len() };
        let gone = selected.saturating_sub(rows.len());
        rows.truncate(SELECTION_MAX);
        Ok(Doomed { rows, selected, gone })
    }
}

/// What is still there of what was selected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Doomed {
    rows: Vec<WebhookRow>,
    selected: usize,
    gone: usize,
}

impl Doomed {
    pub(super) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What somebody else was faster with.
    fn gone_words(&self) -> Option<String> {
        let Self { selected, gone, .. } = self;
        Some(match (gone, selected) {
            (0, _) => return None,
            (1, 1) => "The webhook that you selected was deleted meanwhile.".to_owned(),
            (1, _) => format!("1 of the {selected} webhooks that you selected was deleted meanwhile."),
            _ if gone == selected => {
                format!("All {selected} webhooks that you selected were deleted meanwhile.")
            }
            _ => format!("{gone} of the {selected} webhooks that you selected were deleted meanwhile."),
        })
    }
}

/// What is said above the list where no question is open.
#[component]
pub(super) fn NotAsked(doomed: Doomed) -> impl IntoView {
    let form = Form::of::<DeleteWebhooks>();
    let gone = form.problem().is_none().then(|| doomed.gone_words()).flatten();
    view! {
        <ErrorSummary form/>
        {gone.map(|words| view! { <p class="notice" role="status" tabindex="-1" autofocus>{words}</p> })}
    }
}

#[component]
pub(super) fn DeleteButton(
    path: String,
    list: View,
    /// Those of the page, each with a checkbox.
    shown: Vec<WebhookId>,
    asked: Asked,
) -> impl IntoView {
    let nothing = asked == Asked::Empty;
    let carried = list.around(&shown).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    view! {
        <form id=DELETE_FORM method="get" action=path>
            {hidden_inputs(carried)}
        </form>
        <button
            type="submit"
            class="button button-delete"
            id=SELECTION_BUTTON
            form=DELETE_FORM
            name=ASKING
            value=list.page.to_string()
        >
            {DELETE_WORDS}
        </button>
        <p id=SELECTION_REASON class=if nothing { "notice" } else { "visually-hidden" }>
            {if nothing { NOTHING_SELECTED } else { "" }}
        </p>
    }
}

#[component]
pub(super) fn DeleteModal(
    scope: Scope,
    /// The page without the question.
    back: String,
    doomed: Doomed,
) -> impl IntoView {
    (!doomed.is_empty()).then(|| {
        let gone = doomed.gone_words();
        let doomed = doomed.rows;
        view! {
            <Modal
                title=format!("Delete {}?", counted(doomed.len(), "webhook"))
                back=back.clone()
                asked_by=format!("#{SELECTION_BUTTON}")
            >
                <ErrorSummary form={Form::of::<DeleteWebhooks>()}/>
                {gone.map(|words| view! { <p class="notice">{words}</p> })}
                <Names doomed=doomed.clone()/>
                <p>{pending_words(&doomed)}</p>
                <div class="modal-actions">
                    <CancelButton to=back/>
                    <DeleteForm scope doomed/>
                </div>
            </Modal>
        }
    })
}

/// All of them: what is deleted does not come back. A long list scrolls, also by keyboard.
#[component]
fn Names(doomed: Vec<WebhookRow>) -> impl IntoView {
    let name = |row: WebhookRow| view! { <li>{row.webhook.name}</li> };
    let names = doomed.into_iter().map(name).collect::<Vec<_>>();
    view! { <ul class="modal-names" tabindex="0" aria-label="Webhooks to delete">{names}</ul> }
}

#[component]
fn DeleteForm(scope: Scope, doomed: Vec<WebhookRow>) -> impl IntoView {
    let ids = doomed.into_iter().map(|row| ("ids[]".to_owned(), row.webhook.id.to_string())).collect();
    view! {
        <PostForm form={Form::of::<DeleteWebhooks>()}>
            <input type="hidden" name="scope" value=scope.to_string()/>
            {hidden_inputs(ids)}
            <button type="submit" class="button button-danger">"Delete"</button>
        </PostForm>
    }
}

fn pending_words(doomed: &[WebhookRow]) -> String {
    format!("{} What was sent stays in the history until its retention ends.", cancelled_words(doomed))
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
            disabled_reason: None,
            disabled_at: None,
        };
        let state = domain::WebhookState::Enabled;
        WebhookRow { webhook, state, last: None, pending, held, activity: Vec::new() }
    }

    #[test]
    fn the_question_says_what_will_not_be_sent() {
        assert!(pending_words(&[waiting(0, 0)]).starts_with("Nothing is pending."));
        assert!(pending_words(&[waiting(1, 0)]).starts_with("1 delivery"));
        assert!(pending_words(&[waiting(2, 1), waiting(0, 4)]).starts_with("7 deliveries"));
    }

    #[test]
    fn what_is_gone_is_counted() {
        let words =
            |gone, selected| Doomed { rows: Vec::new(), selected, gone }.gone_words().unwrap_or_default();
        assert_eq!(words(0, 3), "");
        assert_eq!(words(1, 1), "The webhook that you selected was deleted meanwhile.");
        assert_eq!(words(1, 3), "1 of the 3 webhooks that you selected was deleted meanwhile.");
        assert_eq!(words(2, 3), "2 of the 3 webhooks that you selected were deleted meanwhile.");
        assert_eq!(words(2, 2), "All 2 webhooks that you selected were deleted meanwhile.");
    }

    #[test]
    fn the_address_asks_about_what_is_selected() {
        let one = WebhookId::from_bytes([1; 12]);
        let asked = |text: &str| Asked::of(&Query::parse(text), &View::of(&Query::parse(text)));
        assert_eq!(asked(&format!("selected={one}")), Asked::Nothing);
        assert_eq!(asked(&format!("selected={one}&delete=1")), Asked::Delete);
        assert_eq!((asked("delete=1"), asked("select=all&delete=2")), (Asked::Empty, Asked::Delete));
    }
}
