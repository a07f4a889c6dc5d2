//! Webhooks, an organization's or the platform's: the list, the form, a webhook's page.

pub(in crate::pages) mod detail;
mod headers;
pub(in crate::pages) mod list;
pub(in crate::pages) mod new;
mod owner;

use api::webhooks::WebhookRow;

pub(super) use self::owner::{Owner, steps_to_list};

/// What happens to what was not delivered yet when these are deleted.
fn cancelled_words(doomed: &[WebhookRow]) -> String {
    let waiting = doomed.iter().flat_map(|row| [row.pending, row.held]).fold(0, u32::saturating_add);
    match waiting {
        0 => "Nothing is pending.".to_owned(),
        1 => "1 delivery that is pending or held is cancelled and will not be sent.".to_owned(),
        many => format!("{many} deliveries that are pending or held are cancelled and will not be sent."),
    }
}
