//! Webhooks: who is told what, and where.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{EventType, Issue, Name, Timestamp, WebhookId, fold_case, limits::DESCRIPTION_LENGTH_MAX};

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
    /// Why Herald disabled it, when Herald did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
    /// When Herald did, as long as the audit log knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
}

/// How a webhook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookState {
    Enabled,
    /// Enabled, and no attempt has succeeded since one failed.
    Failing,
    /// By an admin.
    Disabled,
    /// Its receiver failed for too long, or said that it is gone.
    DisabledByHerald,
}

impl WebhookState {
    pub const ALL: [Self; 4] = [Self::Enabled, Self::Failing, Self::Disabled, Self::DisabledByHerald];

    #[must_use]
    pub const fn of(enabled: bool, failing: bool, disabled_by_herald: bool) -> Self {
        match (enabled, failing, disabled_by_herald) {
            (true, false, _) => Self::Enabled,
            (true, true, _) => Self::Failing,
            (false, _, false) => Self::Disabled,
            (false, _, true) => Self::DisabledByHerald,
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Failing => "failing",
            Self::Disabled => "disabled",
            Self::DisabledByHerald => "disabled-by-herald",
        }
    }

    /// As it is shown.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Failing => "Failing",
            Self::Disabled => "Disabled",
            Self::DisabledByHerald => "Disabled by Herald",
        }
    }
}

impl fmt::Display for WebhookState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WebhookState {
    type Err = Issue;

    fn from_str(text: &str) -> Result<Self, Issue> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            Issue::new("unknown", format!("“{text}” is not a status. The statuses are {known}."))
        })
    }
}

/// Which webhooks are looked for; all, where nothing is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookFilter {
    /// Part of a name, URL or description, in any case.
    #[serde(default)]
    pub search: String,
    #[serde(default)]
    pub event_type: Option<EventType>,
    #[serde(default)]
    pub state: Option<WebhookState>,
}

impl WebhookFilter {
    #[must_use]
    pub fn matches(&self, webhook: &Webhook, state: WebhookState) -> bool {
        let search = fold_case(self.search.trim());
        let texts = [Some(&webhook.name), Some(&webhook.url), webhook.description.as_ref()];
        self.event_type.is_none_or(|wanted| webhook.event_type == wanted)
            && self.state.is_none_or(|wanted| state == wanted)
            && (search.is_empty()
                || texts.into_iter().flatten().any(|text| fold_case(text).contains(&search)))
    }
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

    fn webhook() -> Webhook {
        Webhook {
            id: WebhookId::from_bytes([1; 12]),
            name: "Événements".into(),
            event_type: EventType::UserDisabled,
            url: "https://hooks.example.com/hr".into(),
            enabled: true,
            created_at: Timestamp::from_unix_ms(0),
            description: Some("Keeps the Roster in step".into()),
            headers: Vec::new(),
            disabled_reason: None,
            disabled_at: None,
        }
    }

    #[test]
    fn a_webhook_stands_in_one_way_at_a_time() {
        assert_eq!(WebhookState::of(true, false, false), WebhookState::Enabled);
        assert_eq!(WebhookState::of(true, true, false), WebhookState::Failing);
        assert_eq!(WebhookState::of(false, true, false), WebhookState::Disabled);
        assert_eq!(WebhookState::of(false, true, true), WebhookState::DisabledByHerald);
        for state in WebhookState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            assert_eq!(serde_json::to_string(&state).expect("json"), format!("\"{state}\""));
        }
    }

    #[test]
    fn a_search_finds_name_url_and_description_without_case() {
        let finds = |search: &str| {
            let filter = WebhookFilter { search: search.into(), ..WebhookFilter::default() };
            filter.matches(&webhook(), WebhookState::Enabled)
        };
        for search in ["", "éVÉ", "HOOKS.example", " roster "] {
            assert!(finds(search), "{search}");
        }
        assert!(!finds("nothing"));
    }

    #[test]
    fn what_is_asked_must_hold_together() {
        let matches = |event_type, state| {
            let filter = WebhookFilter { search: "roster".into(), event_type, state };
            filter.matches(&webhook(), WebhookState::Failing)
        };
        assert!(matches(None, None));
        assert!(matches(Some(EventType::UserDisabled), Some(WebhookState::Failing)));
        assert!(!matches(Some(EventType::UserCreated), Some(WebhookState::Failing)));
        assert!(!matches(Some(EventType::UserDisabled), Some(WebhookState::Enabled)));
    }

    #[test]
    fn a_description_may_be_empty_and_have_a_thousand_characters() {
        assert!(Description::parse("").is_ok());
        assert!(Description::parse(&"ü".repeat(1_000)).is_ok());
        assert_eq!(Description::parse(&"ü".repeat(1_001)).expect_err("too long").code, "too_long");
        assert!(Description::parse("two\nlines").is_ok());
        assert!(Description::parse("bell\u{7}").is_err());
    }
}
