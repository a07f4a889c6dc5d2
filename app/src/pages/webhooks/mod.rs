//! Webhooks, an organization's or the platform's: the list, the form, a webhook's page.

pub(in crate::pages) mod detail;
mod headers;
pub(in crate::pages) mod list;
pub(in crate::pages) mod new;
mod owner;

use api::webhooks::WebhookRow;
use domain::limits::WAITING_COUNTED_MAX;

pub(super) use self::owner::{Owner, steps_to_list};

/// What happens to what was not delivered yet when these are deleted.
fn cancelled_words(doomed: &[WebhookRow]) -> String {
    let counts = || doomed.iter().flat_map(|row| [row.pending, row.held]);
    let at_least = if counts().any(|count| count >= WAITING_COUNTED_MAX) { "At least " } else { "" };
    match counts().fold(0, u32::saturating_add) {
        0 => "Nothing is pending.".to_owned(),
        1 => "1 delivery that is pending or held is cancelled and will not be sent.".to_owned(),
        many => {
            format!(
                "{at_least}{many} deliveries that are pending or held are cancelled and will not be sent."
            )
        }
    }
}
