//! What happened, as it is written: which members there are depends on the type, which stands elsewhere.

use domain::{EventType, Payload, UserId};
use serde::Deserialize;

/// A payload whose type is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnyPayload {
    username: String,
    email: String,
    user_id: UserId,
    organization: String,
    group_name: Option<String>,
    /// `Some(None)` is `null`.
    #[serde(default, deserialize_with = "present")]
    remaining_seats: Option<Option<u32>>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u32>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl AnyPayload {
    /// # Errors
    /// When this type has other members; in words.
    pub fn of(self, event_type: EventType) -> Result<Payload, String> {
        let Self { username, email, user_id, organization, group_name, remaining_seats } = self;
        Ok(match (event_type, group_name, remaining_seats) {
            (EventType::UserCreated, None, Some(remaining_seats)) => {
                Payload::UserCreated { username, email, user_id, organization, remaining_seats }
            }
            (EventType::UserCreated, None, None) => {
                return Err("a USER_CREATED needs “remainingSeats”, a number or null".to_owned());
            }
            (EventType::UserRemovedFromGroup, Some(group_name), None) => {
                Payload::UserRemovedFromGroup { username, email, user_id, organization, group_name }
            }
            (EventType::UserRemovedFromGroup, None, None) => {
                return Err("a USER_REMOVED_FROM_GROUP needs “groupName”".to_owned());
            }
            (EventType::UserDisabled, None, None) => {
                Payload::UserDisabled { username, email, user_id, organization }
            }
            (EventType::UserLogin, None, None) => {
                Payload::UserLogin { username, email, user_id, organization }
            }
            (_, Some(_), _) => return Err(format!("a {event_type} has no “groupName”")),
            (_, None, Some(_)) => return Err(format!("a {event_type} has no “remainingSeats”")),
        })
    }
}
