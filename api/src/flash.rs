//! What is carried over a redirect: a toast, or a refused form with its errors and what was typed.

use domain::WebhookId;
use serde::{Deserialize, Serialize};

use crate::{Problem, api_keys::CreatedApiKey, users::PasswordReset, webhooks::SecretView};

/// A short message at the bottom right. Each text is written here once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Toast {
    WebhookCreated,
    WebhookSaved,
    SecretRotated,
    WebhooksDeleted,
    WebhookEnabled,
    WebhookDisabled,
    UserCreated,
    UserDisabled,
    UserEnabled,
    UserDeleted,
    UserSaved,
    UserSessionsEnded,
    ResetBegun,
    GroupCreated,
    GroupDeleted,
    RolesSaved,
    MemberAdded,
    MemberRemoved,
    ApiKeyCreated,
    ApiKeyDeleted,
    OrganizationCreated,
    SeatsSaved,
    AllowedTargetsSaved,
    NameSaved,
    PasswordChanged,
    SessionEnded,
    SessionsEnded,
    SignedOut,
    Redelivered,
    RedeliveredMany,
    JobCancelled,
}

impl Toast {
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::WebhookCreated => "Webhook created successfully",
            Self::WebhookSaved => "Webhook saved",
            Self::SecretRotated => "Secret rotated",
            Self::WebhooksDeleted => "Webhook(s) deleted successfully",
            Self::WebhookEnabled => "Webhook enabled",
            Self::WebhookDisabled => "Webhook disabled",
            Self::UserCreated => "User created successfully",
            Self::UserDisabled => "User disabled",
            Self::UserEnabled => "User enabled",
            Self::UserDeleted => "User deleted",
            Self::UserSaved => "User saved",
            Self::UserSessionsEnded => "The user's sessions have ended",
            Self::ResetBegun => "A reset code was made",
            Self::GroupCreated => "Group created successfully",
            Self::GroupDeleted => "Group deleted",
            Self::RolesSaved => "Roles saved",
            Self::MemberAdded => "Member added",
            Self::MemberRemoved => "Member removed",
            Self::ApiKeyCreated => "API key created",
            Self::ApiKeyDeleted => "API key deleted",
            Self::OrganizationCreated => "Organization created successfully",
            Self::SeatsSaved => "Seats saved",
            Self::AllowedTargetsSaved => "Allowed targets saved",
            Self::NameSaved => "Name saved",
            Self::PasswordChanged => "Password changed",
            Self::SessionEnded => "Session ended",
            Self::SessionsEnded => "All other sessions have ended",
            Self::SignedOut => "You are signed out",
            Self::Redelivered => "It is sent again now",
            Self::RedeliveredMany => "They are sent again now",
            Self::JobCancelled => "Stopped: what was done stays done",
        }
    }
}

/// Where a successful form leads, and what is said there.
///
/// Each form's is made by one function, called by the server for a plain form and by the page after hydration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    pub to: String,
    pub toast: Option<Toast>,
}

impl Next {
    #[must_use]
    pub fn new(to: impl Into<String>) -> Self {
        Self { to: to.into(), toast: None }
    }

    #[must_use]
    pub fn saying(to: impl Into<String>, toast: Toast) -> Self {
        Self { to: to.into(), toast: Some(toast) }
    }
}

/// What the page after a redirect is given, once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub toast: Option<Toast>,
    /// A plain form that was refused.
    pub form: Option<FormFlash>,
    /// A webhook's secret that was asked for by a plain form.
    pub secret: Option<(WebhookId, SecretView)>,
    /// A form that was sent after its session had ended: shown again as `form` once somebody has signed in.
    pub waiting: Option<FormFlash>,
    /// Something else that is told this once.
    pub told: Option<Told>,
}

/// What the server knows only at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    ApiKey(CreatedApiKey),
    PasswordReset(PasswordReset),
}

/// A refused form: shown again as it was typed, with an error at each field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormFlash {
    /// The path of the server function that refused it, such as `/fn/webhooks/create`.
    pub action: String,
    pub problem: Problem,
    /// What was typed, without passwords.
    pub values: Vec<(String, String)>,
}

impl FormFlash {
    /// What was typed into a field.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }
}
