//! Webhooks: who is told what, and where.

use serde::{Deserialize, Serialize};

use crate::{EventType, Issue, Name, Timestamp, WebhookId, limits::DESCRIPTION_LENGTH_MAX};

/// A webhook's name follows the rules of every name.
pub type WebhookName = Name;

/// A webhook as the HTTP API answers it: never with its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    pub id: WebhookId,
    pub name: String,
    #[serde(rename = "type")]
    pub event_type: EventType,
    pub url: String,
    pub enabled: bool,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The names of its own request headers; their values are never answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
}

/// Optional text of up to 1,000 characters, line breaks allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    text: String,
}

impl Description {
    /// # Errors
    /// When it is too long or holds control characters other than line breaks and tabs.
    pub fn parse(text: &str) -> Result<Self, Issue> {
        let text = text.trim();
        let length = text.chars().count();
        if length > DESCRIPTION_LENGTH_MAX {
            let detail = format!(
                "A description has at most {DESCRIPTION_LENGTH_MAX} characters; this one has {length}."
            );
            return Err(Issue::new("too_long", detail));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(Issue::new("invalid", "A description cannot contain control characters."));
        }
        Ok(Self { text: text.to_owned() })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_may_be_empty_and_have_a_thousand_characters() {
        assert!(Description::parse("").is_ok());
        assert!(Description::parse(&"ü".repeat(1_000)).is_ok());
        assert_eq!(Description::parse(&"ü".repeat(1_001)).expect_err("too long").code, "too_long");
        assert!(Description::parse("two\nlines").is_ok());
        assert!(Description::parse("bell\u{7}").is_err());
    }
}
