//! Which webhooks an act will fire, for the question that comes before it.

use domain::EventType;
use serde::{Deserialize, Serialize};

/// What an event of one type would be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fires {
    pub event_type: EventType,
    /// The names of the enabled webhooks; `None` for who may not see webhooks.
    pub webhooks: Option<Vec<String>>,
}
