//! How a webhook's newest attempt ended.

use api::webhooks::LastAttempt;
use domain::Timestamp;

use super::{StoreError, parsed};

/// The row of the delivery that was attempted last for webhook `w`, tests apart, as it was noted with the attempt: the webhook's
/// newest deliveries may be a million that nobody has tried yet.
pub(super) const LAST_ATTEMPTED: &str = "
    (SELECT last_delivery_seq FROM activity INDEXED BY activity_of_webhook
     WHERE webhook_seq = w.seq ORDER BY start DESC, last_at DESC LIMIT 1)";

/// How an attempt ended, in the few words of a table's cell.
pub(super) fn last_attempt(
    at: Option<i64>,
    status: Option<u16>,
    error_class: Option<&str>,
) -> Result<Option<LastAttempt>, StoreError> {
    let Some(at) = at else {
        return Ok(None);
    };
    let class: Option<domain::ErrorClass> = error_class.map(parsed).transpose()?;
    let summary = match (status, class) {
        (Some(status), _) => status.to_string(),
        (None, Some(class)) => class.brief().to_owned(),
        (None, None) => "No answer".to_owned(),
    };
    Ok(Some(LastAttempt { at: Timestamp::from_unix_ms(at), succeeded: class.is_none(), summary }))
}
