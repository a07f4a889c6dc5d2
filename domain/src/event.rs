//! Events: what happened to a user, and the exact body that tells of it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Issue, UserId, WebhookId};

/// The closed set of types: the original's client knows no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventType {
    UserCreated,
    UserDisabled,
    UserRemovedFromGroup,
    UserLogin,
}

impl EventType {
    /// The three that the original documents, in its order.
    pub const DOCUMENTED: [Self; 3] = [Self::UserCreated, Self::UserDisabled, Self::UserRemovedFromGroup];
    /// Known from the original's API only; the form offers it as "Also available".
    pub const ALSO_AVAILABLE: [Self; 1] = [Self::UserLogin];
    pub const ALL: [Self; 4] =
        [Self::UserCreated, Self::UserDisabled, Self::UserRemovedFromGroup, Self::UserLogin];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserCreated => "USER_CREATED",
            Self::UserDisabled => "USER_DISABLED",
            Self::UserRemovedFromGroup => "USER_REMOVED_FROM_GROUP",
            Self::UserLogin => "USER_LOGIN",
        }
    }

    /// When it fires, for the person who chooses it.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::UserCreated => "A new user logs in for the first time.",
            Self::UserDisabled => "A user has been disabled.",
            Self::UserRemovedFromGroup => "A user has been removed from a group of the organization.",
            Self::UserLogin => "A user logs in.",
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EventType {
    type Err = Issue;

    fn from_str(text: &str) -> Result<Self, Issue> {
        if text.is_empty() {
            return Err(Issue::new("required", "Select a type."));
        }
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            Issue::new("unknown", format!("This is not a type that Herald knows. The types are {known}."))
        })
    }
}

/// The `payload` member, its own members in the original's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Payload {
    #[serde(rename_all = "camelCase")]
    UserCreated {
        username: String,
        email: String,
        user_id: UserId,
        organization: String,
        /// Counted after the log in that fired the event; `null` without a limit.
        remaining_seats: Option<u32>,
    },
    #[serde(rename_all = "camelCase")]
    UserDisabled { username: String, email: String, user_id: UserId, organization: String },
    #[serde(rename_all = "camelCase")]
    UserRemovedFromGroup {
        username: String,
        email: String,
        user_id: UserId,
        organization: String,
        group_name: String,
    },
    #[serde(rename_all = "camelCase")]
    UserLogin { username: String, email: String, user_id: UserId, organization: String },
}

impl Payload {
    #[must_use]
    pub const fn event_type(&self) -> EventType {
        match self {
            Self::UserCreated { .. } => EventType::UserCreated,
            Self::UserDisabled { .. } => EventType::UserDisabled,
            Self::UserRemovedFromGroup { .. } => EventType::UserRemovedFromGroup,
            Self::UserLogin { .. } => EventType::UserLogin,
        }
    }

    #[must_use]
    pub const fn user_id(&self) -> UserId {
        match self {
            Self::UserCreated { user_id, .. }
            | Self::UserDisabled { user_id, .. }
            | Self::UserRemovedFromGroup { user_id, .. }
            | Self::UserLogin { user_id, .. } => *user_id,
        }
    }

    #[must_use]
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// The `webhook` member of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WebhookRef<'a> {
    pub id: WebhookId,
    /// The organization that owns the webhook; the user's may be another.
    pub organization: &'a str,
    pub name: &'a str,
}

/// The part of a body that is the webhook's own, up to where the payload begins.
///
/// A body is this head and the event's payload: stored apart, an event for many webhooks is stored once.
#[must_use]
pub fn body_head(event_type: EventType, webhook: WebhookRef<'_>) -> String {
    format!(r#"{{"type":"{event_type}","webhook":{}"#, json(&webhook))
}

/// The exact bytes of a delivery's body.
#[must_use]
pub fn delivery_body(head: &str, payload: &str) -> String {
    format!(r#"{head},"payload":{payload}}}"#)
}

/// The reference's example of a type, with the organization's own name.
#[must_use]
pub fn sample_payload(event_type: EventType, organization: &str) -> Payload {
    let (username, email) = ("demo".to_owned(), "demo@parallelworks.com".to_owned());
    let user_id =
        UserId::from_bytes([0x65, 0x3c, 0x78, 0x7c, 0x8e, 0x04, 0x8c, 0xaa, 0x7c, 0xb4, 0xe5, 0x54]);
    let owner = organization.to_owned();
    match event_type {
        EventType::UserCreated => {
            Payload::UserCreated { username, email, user_id, organization: owner, remaining_seats: Some(5) }
        }
        EventType::UserDisabled => Payload::UserDisabled { username, email, user_id, organization: owner },
        EventType::UserRemovedFromGroup => Payload::UserRemovedFromGroup {
            username,
            email,
            user_id,
            organization: owner,
            group_name: "Demo-Group".to_owned(),
        },
        EventType::UserLogin => Payload::UserLogin { username, email, user_id, organization: owner },
    }
}

/// What a webhook of this type will get, for the form.
#[must_use]
pub fn sample_body(event_type: EventType, organization: &str, webhook: &str) -> String {
    let payload = sample_payload(event_type, organization);
    let id = WebhookId::from_bytes([0x66, 0xec, 0x43, 0x4e, 0x84, 0xb4, 0x10, 0x3f, 0x67, 0x0c, 0xb6, 0x17]);
    let head = body_head(event_type, WebhookRef { id, organization, name: webhook });
    delivery_body(&head, &payload.to_json())
}

fn json(value: &impl Serialize) -> String {
    // Strings, numbers and ids only: serde_json fails on maps with odd keys and on failing impls, of which there are none.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T>(text: &str) -> crate::Id<T> {
        text.parse().expect("a valid id")
    }

    fn body(payload: &Payload, webhook_id: &str, name: &str) -> String {
        let webhook = WebhookRef { id: id(webhook_id), organization: "parallelworks", name };
        delivery_body(&body_head(payload.event_type(), webhook), &payload.to_json())
    }

    fn demo() -> (String, String, String) {
        ("demo".into(), "demo@parallelworks.com".into(), "parallelworks".into())
    }

    #[test]
    fn a_created_user_has_the_body_of_the_reference() {
        let (username, email, organization) = demo();
        let user_id = id("66ec445884b4103f670d0c86");
        let payload =
            Payload::UserCreated { username, email, user_id, organization, remaining_seats: Some(5) };
        assert_eq!(
            body(&payload, "66ec434e84b4103f670cb617", "demo"),
            r#"{"type":"USER_CREATED","webhook":{"id":"66ec434e84b4103f670cb617","organization":"parallelworks","name":"demo"},"payload":{"username":"demo","email":"demo@parallelworks.com","userId":"66ec445884b4103f670d0c86","organization":"parallelworks","remainingSeats":5}}"#
        );
    }

    #[test]
    fn without_a_seat_limit_remaining_seats_is_null() {
        let (username, email, organization) = demo();
        let user_id = id("66ec445884b4103f670d0c86");
        let payload = Payload::UserCreated { username, email, user_id, organization, remaining_seats: None };
        assert!(payload.to_json().ends_with(r#""remainingSeats":null}"#));
    }

    #[test]
    fn a_disabled_user_has_the_body_of_the_reference() {
        let (username, email, organization) = demo();
        let payload =
            Payload::UserDisabled { username, email, user_id: id("653c787c8e048caa7cb4e554"), organization };
        assert_eq!(
            body(&payload, "66ec41b884b4103f670c5ee5", "test"),
            r#"{"type":"USER_DISABLED","webhook":{"id":"66ec41b884b4103f670c5ee5","organization":"parallelworks","name":"test"},"payload":{"username":"demo","email":"demo@parallelworks.com","userId":"653c787c8e048caa7cb4e554","organization":"parallelworks"}}"#
        );
    }

    #[test]
    fn a_removed_member_has_the_body_of_the_reference() {
        let (username, email, organization) = demo();
        let payload = Payload::UserRemovedFromGroup {
            username,
            email,
            user_id: id("653c787c8e048caa7cb4e554"),
            organization,
            group_name: "Demo-Group".into(),
        };
        assert_eq!(
            body(&payload, "66ec439584b4103f670cd3ae", "test"),
            r#"{"type":"USER_REMOVED_FROM_GROUP","webhook":{"id":"66ec439584b4103f670cd3ae","organization":"parallelworks","name":"test"},"payload":{"username":"demo","email":"demo@parallelworks.com","userId":"653c787c8e048caa7cb4e554","organization":"parallelworks","groupName":"Demo-Group"}}"#
        );
    }

    #[test]
    fn hostile_names_cannot_break_out_of_the_body() {
        let webhook = WebhookRef {
            id: id("66ec439584b4103f670cd3ae"),
            organization: "a\"},",
            name: "\\\u{1}</script>",
        };
        let text = delivery_body(&body_head(EventType::UserLogin, webhook), "{}");
        let parsed: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
        assert_eq!(parsed["webhook"]["organization"], "a\"},");
        assert_eq!(parsed["webhook"]["name"], "\\\u{1}</script>");
    }

    #[test]
    fn the_sample_of_each_type_is_a_body_of_that_type() {
        for event_type in EventType::ALL {
            let parsed: serde_json::Value =
                serde_json::from_str(&sample_body(event_type, "acme", "hr")).expect("valid JSON");
            assert_eq!(parsed["type"], event_type.as_str());
            assert_eq!(parsed["webhook"]["name"], "hr");
        }
    }

    #[test]
    fn only_the_four_types_are_known() {
        assert_eq!("USER_LOGIN".parse(), Ok(EventType::UserLogin));
        assert_eq!("user_login".parse::<EventType>().expect_err("case").code, "unknown");
        assert_eq!("".parse::<EventType>().expect_err("empty").code, "required");
    }
}
