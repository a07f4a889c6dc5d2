//! The audit log as it is shown: who did what to what, from where, and how it ended.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AuditEventId, OrganizationId, Timestamp};

macro_rules! acts {
    ($($(#[$doc:meta])* $act:ident: $text:literal, $description:literal;)*) => {
        /// What can stand in the audit log.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Act {
            $($(#[$doc])* $act,)*
        }

        impl Act {
            pub const ALL: &[Self] = &[$(Self::$act,)*];

            /// `subject:action`
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$act => $text,)*
                }
            }

            /// What it is done to: `webhook`, `user`, ...
            #[must_use]
            pub fn subject(self) -> &'static str {
                self.as_str().split_once(':').map_or("", |(subject, _)| subject)
            }

            /// What is done: `create`, `delete`, ...
            #[must_use]
            pub fn action(self) -> &'static str {
                self.as_str().split_once(':').map_or("", |(_, action)| action)
            }

            #[must_use]
            pub const fn describe(self) -> &'static str {
                match self {
                    $(Self::$act => $description,)*
                }
            }
        }
    };
}

acts! {
    CreateWebhook: "webhook:create", "A webhook was created.";
    UpdateWebhook: "webhook:update", "A webhook was edited.";
    EnableWebhook: "webhook:enable", "A webhook was enabled.";
    DisableWebhook: "webhook:disable", "A webhook was disabled, by somebody or by Herald.";
    DeleteWebhook: "webhook:delete", "A webhook was deleted.";
    RevealSecret: "webhook:reveal-secret", "A webhook's secret was shown.";
    RotateSecret: "webhook:rotate-secret", "A webhook got a new secret.";
    TestWebhook: "webhook:test", "A test was sent to a webhook.";
    RedeliverMany: "webhook:redeliver", "Many deliveries of a webhook are sent again.";
    ReleaseHeld: "webhook:release-held", "What was held for a webhook is sent.";
    DiscardHeld: "webhook:discard-held", "What was held for a webhook is cancelled.";
    SettleHeld: "webhook:settle-held", "Releasing or discarding what was held failed.";
    RedeliverOne: "delivery:redeliver", "A delivery is sent again.";
    CancelJob: "job:cancel", "A bulk job was cancelled.";
    CreateUser: "user:create", "A user was created.";
    EnableUser: "user:enable", "A user was enabled.";
    DisableUser: "user:disable", "A user was disabled.";
    SetUserActive: "user:set-active", "Enabling or disabling a user failed.";
    SetUserAdmin: "user:set-admin", "A user became a platform admin, or is none any more.";
    SetUserComplimentary: "user:set-complimentary", "A user takes no seat any more, or takes one again.";
    SetUserName: "user:set-name", "A user goes by another name.";
    SetPassword: "user:set-password", "A user's password was set.";
    ResetPassword: "user:reset-password", "An admin let a user set a new password.";
    DeleteUser: "user:delete", "A user was deleted.";
    PurgeUser: "user:purge", "What was stored about a user in payloads was removed.";
    CreateGroup: "group:create", "A group was created.";
    DeleteGroup: "group:delete", "A group was deleted.";
    SetGroupRoles: "group:set-roles", "A group's members hold other roles.";
    AddMember: "group:add-member", "A user joined a group.";
    RemoveMember: "group:remove-member", "A user left a group.";
    CreateOrganization: "organization:create", "An organization was created.";
    SetSeats: "organization:set-seats", "An organization has another number of seats.";
    SetAllowedTargets: "organization:set-allowed-targets", "An organization's webhooks may call other private targets.";
    CreateApiKey: "apikey:create", "An API key was created.";
    RevokeApiKey: "apikey:revoke", "An API key was revoked.";
    ReplaceKey: "key:replace", "The master key was replaced, and everything sealed again.";
    LogIn: "session:log-in", "A user logged in, or somebody failed to.";
    LogOut: "session:log-out", "A user logged out.";
    EndSession: "session:end", "A user's sessions were ended.";
    RefuseAccess: "access:refuse", "Somebody asked for what they may not see or do.";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActOutcome {
    Success,
    Failure,
}

impl ActOutcome {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

impl std::str::FromStr for ActOutcome {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Success, Self::Failure].into_iter().find(|outcome| outcome.as_str() == text).ok_or(())
    }
}

/// One entry, in the shape of the original's API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    pub id: AuditEventId,
    /// `subject:action`
    #[serde(rename = "type")]
    pub act: String,
    pub actor: AuditActor,
    pub target: AuditTarget,
    pub organization: AuditOrganization,
    pub outcome: ActOutcome,
    pub created_at: Timestamp,
    /// Of this shape; always 1.
    pub schema_version: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<AuditSource>,
    /// What changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<AuditPayload>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditActor {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `user`, `apikey`, `anonymous`, `command`, `system` or `scim`
    #[serde(rename = "type")]
    pub kind: String,
    pub username: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditTarget {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditOrganization {
    pub id: OrganizationId,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSource {
    /// The caller's address.
    pub ip: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditPayload {
    /// Always `diff`.
    pub kind: String,
    /// `{member: {"old": ..., "new": ...}}`; secrets are masked.
    pub data: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_is_a_subject_and_an_action_and_stands_once() {
        let mut seen = std::collections::BTreeSet::new();
        for act in Act::ALL {
            let (subject, action) = act.as_str().split_once(':').expect("a colon");
            assert!(!subject.is_empty() && !action.is_empty(), "{act:?}");
            assert!(seen.insert(act.as_str()), "{act:?} stands twice");
            assert!(act.describe().ends_with('.'), "{act:?}");
        }
    }
}
