//! Webhooks: the tab, the form, a webhook's page.

pub(in crate::pages) mod detail;
mod headers;
pub(in crate::pages) mod list;
pub(in crate::pages) mod new;

use api::webhooks::WebhookRow;

/// What happens to what was not delivered yet when these are deleted.
pub(in crate::pages) fn cancelled_words(doomed: &[WebhookRow]) -> String {
    let waiting = doomed.iter().flat_map(|row| [row.pending, row.held]).fold(0, u32::saturating_add);
    match waiting {
        0 => "Nothing is pending.".to_owned(),
        1 => "1 delivery that is pending or held is cancelled and will not be sent.".to_owned(),
        many => format!("{many} deliveries that are pending or held are cancelled and will not be sent."),
    }
}
