//! Who may do what: one table, read by the HTTP API and by the server functions alike.

use crate::{Act, Role};

/// Whom an operation is open to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// No credentials needed.
    Anyone,
    /// The signed-in user, of themself.
    SignedIn,
    /// Whoever belongs to that organization or to one of its groups, and platform admins.
    OrgMember,
    /// As `OrgAdmin`, or `org:users` in that organization.
    OrgUsers,
    /// A platform admin, or `org:admin` in that organization.
    OrgAdmin,
    PlatformAdmin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

macro_rules! operations {
    ($($operation:ident: $who:ident, $method:ident $path:literal;)*) => {
        /// Everything that the HTTP API offers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation {
            $($operation,)*
        }

        impl Operation {
            pub const ALL: &[Self] = &[$(Self::$operation,)*];

            #[must_use]
            pub const fn who(self) -> Who {
                match self {
                    $(Self::$operation => Who::$who,)*
                }
            }

            #[must_use]
            pub const fn method(self) -> Method {
                match self {
                    $(Self::$operation => Method::$method,)*
                }
            }

            /// With `{parameters}`, as axum and OpenAPI write them.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$operation => $path,)*
                }
            }
        }
    };
}

operations! {
    ListWebhooks: OrgAdmin, Get "/api/organizations/{organization}/webhooks";
    CreateWebhook: OrgAdmin, Post "/api/organizations/{organization}/webhooks";
    UpdateWebhook: OrgAdmin, Patch "/api/organizations/{organization}/webhooks/{webhook}";
    DeleteWebhook: OrgAdmin, Delete "/api/organizations/{organization}/webhooks/{webhook}";
    ReadSecret: OrgAdmin, Get "/api/organizations/{organization}/webhooks/{webhook}/secret";
    RotateSecret: OrgAdmin, Post "/api/organizations/{organization}/webhooks/{webhook}/secret/rotate";
    TestWebhook: OrgAdmin, Post "/api/organizations/{organization}/webhooks/{webhook}/test";
    ListDeliveries: OrgAdmin, Get "/api/organizations/{organization}/webhooks/{webhook}/deliveries";
    RedeliverMany: OrgAdmin, Post "/api/organizations/{organization}/webhooks/{webhook}/redeliver";
    SettleHeld: OrgAdmin, Post "/api/organizations/{organization}/webhooks/{webhook}/held";
    ReadDelivery: OrgAdmin, Get "/api/organizations/{organization}/deliveries/{delivery}";
    RedeliverOne: OrgAdmin, Post "/api/organizations/{organization}/deliveries/{delivery}/redeliver";
    ReadJob: OrgAdmin, Get "/api/organizations/{organization}/jobs/{job}";
    CancelJob: OrgAdmin, Delete "/api/organizations/{organization}/jobs/{job}";
    ListEvents: OrgAdmin, Get "/api/organizations/{organization}/webhook-events";
    PublishEvent: OrgAdmin, Post "/api/organizations/{organization}/webhook-events";
    ListPlatformWebhooks: PlatformAdmin, Get "/api/platform/webhooks";
    CreatePlatformWebhook: PlatformAdmin, Post "/api/platform/webhooks";
    UpdatePlatformWebhook: PlatformAdmin, Patch "/api/platform/webhooks/{webhook}";
    DeletePlatformWebhook: PlatformAdmin, Delete "/api/platform/webhooks/{webhook}";
    ReadPlatformSecret: PlatformAdmin, Get "/api/platform/webhooks/{webhook}/secret";
    RotatePlatformSecret: PlatformAdmin, Post "/api/platform/webhooks/{webhook}/secret/rotate";
    TestPlatformWebhook: PlatformAdmin, Post "/api/platform/webhooks/{webhook}/test";
    ListPlatformDeliveries: PlatformAdmin, Get "/api/platform/webhooks/{webhook}/deliveries";
    RedeliverPlatformMany: PlatformAdmin, Post "/api/platform/webhooks/{webhook}/redeliver";
    SettlePlatformHeld: PlatformAdmin, Post "/api/platform/webhooks/{webhook}/held";
    ReadPlatformDelivery: PlatformAdmin, Get "/api/platform/deliveries/{delivery}";
    RedeliverPlatformOne: PlatformAdmin, Post "/api/platform/deliveries/{delivery}/redeliver";
    ReadPlatformJob: PlatformAdmin, Get "/api/platform/jobs/{job}";
    CancelPlatformJob: PlatformAdmin, Delete "/api/platform/jobs/{job}";
    ListUsers: OrgUsers, Get "/api/organizations/{organization}/users";
    CreateUser: OrgUsers, Post "/api/organizations/{organization}/users";
    SetUserActive: OrgUsers, Put "/api/organizations/{organization}/users/{user}/active";
    SetUserAdmin: PlatformAdmin, Put "/api/organizations/{organization}/users/{user}/admin";
    SetUserComplimentary: PlatformAdmin, Put "/api/organizations/{organization}/users/{user}/complimentary";
    DeleteUser: OrgAdmin, Delete "/api/organizations/{organization}/users/{user}";
    ListGroups: OrgUsers, Get "/api/organizations/{organization}/groups";
    CreateGroup: OrgAdmin, Post "/api/organizations/{organization}/groups";
    ReadGroup: OrgUsers, Get "/api/organizations/{organization}/groups/{group}";
    DeleteGroup: OrgAdmin, Delete "/api/organizations/{organization}/groups/{group}";
    SetGroupRoles: OrgAdmin, Patch "/api/organizations/{organization}/groups/{group}/roles";
    ListMembers: OrgUsers, Get "/api/organizations/{organization}/groups/{group}/members";
    AddMember: OrgUsers, Post "/api/organizations/{organization}/groups/{group}/members";
    RemoveMember: OrgUsers, Delete "/api/organizations/{organization}/groups/{group}/members";
    ReadSeats: OrgUsers, Get "/api/organizations/{organization}/seats";
    SetSeats: PlatformAdmin, Patch "/api/organizations/{organization}/seats";
    ReadAllowedTargets: PlatformAdmin, Get "/api/organizations/{organization}/allowed-targets";
    SetAllowedTargets: PlatformAdmin, Put "/api/organizations/{organization}/allowed-targets";
    ListAudit: OrgAdmin, Get "/api/organizations/{organization}/events";
    ExportAudit: OrgAdmin, Get "/api/organizations/{organization}/events/export";
    ListAuditActors: OrgAdmin, Get "/api/organizations/{organization}/events/actors";
    ListAuditTypes: SignedIn, Get "/api/events/types";
    ReadOrganization: OrgMember, Get "/api/organizations/{organization}";
    ListOrganizations: SignedIn, Get "/api/organizations";
    CreateOrganization: PlatformAdmin, Post "/api/organizations";
    ListSessions: SignedIn, Get "/api/auth/sessions";
    EndOtherSessions: SignedIn, Delete "/api/auth/sessions";
    EndSession: SignedIn, Delete "/api/auth/sessions/{session}";
    ConfirmPassword: SignedIn, Post "/api/auth/password/confirm";
    ChangePassword: SignedIn, Put "/api/auth/password";
    SetOwnName: SignedIn, Put "/api/auth/name";
    UsePasswordReset: Anyone, Post "/api/auth/password/reset";
    EndUserSessions: OrgUsers, Delete "/api/organizations/{organization}/users/{user}/sessions";
    ResetUserPassword: OrgAdmin, Post "/api/organizations/{organization}/users/{user}/password-reset";
    ListApiKeys: SignedIn, Get "/api/apikeys";
    CreateApiKey: SignedIn, Post "/api/apikeys";
    DeleteApiKey: SignedIn, Delete "/api/apikeys/{name}";
    LogIn: Anyone, Post "/api/sso/password/login";
    LogOut: SignedIn, Post "/api/sso/logout";
    ReadSession: SignedIn, Get "/api/auth/session";
    WhoAmI: SignedIn, Get "/api/auth/whoami";
}

impl Operation {
    /// How the audit log names it when it fails; `None` for what changes nothing and shows no secret. Events that are
    /// published are no admin's act: they stand in the events themselves.
    #[must_use]
    pub const fn act(self) -> Option<Act> {
        Some(match self {
            Self::CreateWebhook | Self::CreatePlatformWebhook => Act::CreateWebhook,
            Self::UpdateWebhook | Self::UpdatePlatformWebhook => Act::UpdateWebhook,
            Self::DeleteWebhook | Self::DeletePlatformWebhook => Act::DeleteWebhook,
            Self::ReadSecret | Self::ReadPlatformSecret => Act::RevealSecret,
            Self::RotateSecret | Self::RotatePlatformSecret => Act::RotateSecret,
            Self::TestWebhook | Self::TestPlatformWebhook => Act::TestWebhook,
            Self::RedeliverMany | Self::RedeliverPlatformMany => Act::RedeliverMany,
            Self::SettleHeld | Self::SettlePlatformHeld => Act::SettleHeld,
            Self::RedeliverOne | Self::RedeliverPlatformOne => Act::RedeliverOne,
            Self::CancelJob | Self::CancelPlatformJob => Act::CancelJob,
            Self::CreateUser => Act::CreateUser,
            Self::SetUserActive => Act::SetUserActive,
            Self::SetUserAdmin => Act::SetUserAdmin,
            Self::SetUserComplimentary => Act::SetUserComplimentary,
            Self::DeleteUser => Act::DeleteUser,
            Self::CreateGroup => Act::CreateGroup,
            Self::DeleteGroup => Act::DeleteGroup,
            Self::SetGroupRoles => Act::SetGroupRoles,
            Self::AddMember => Act::AddMember,
            Self::RemoveMember => Act::RemoveMember,
            Self::SetSeats => Act::SetSeats,
            Self::SetAllowedTargets => Act::SetAllowedTargets,
            Self::CreateOrganization => Act::CreateOrganization,
            Self::CreateApiKey => Act::CreateApiKey,
            Self::DeleteApiKey => Act::RevokeApiKey,
            Self::EndSession | Self::EndOtherSessions | Self::EndUserSessions => Act::EndSession,
            Self::ChangePassword | Self::UsePasswordReset | Self::ConfirmPassword => Act::SetPassword,
            Self::ResetUserPassword => Act::ResetPassword,
            Self::SetOwnName => Act::SetUserName,
            _ => return None,
        })
    }

    /// Whether it is about what is the platform's own: webhooks that fire for every organization.
    #[must_use]
    pub fn is_platform(self) -> bool {
        self.path().starts_with("/api/platform/")
    }

    /// Whether a session whose password was given long ago must give it again first: what this opens would outlive the session.
    #[must_use]
    pub const fn asks_for_password(self) -> bool {
        matches!(self, Self::CreateApiKey | Self::ResetUserPassword | Self::SetUserAdmin)
    }
}

/// What a caller is, seen from one organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub signed_in: bool,
    pub platform_admin: bool,
    /// Belongs to the organization, or to one of its groups.
    pub belongs: bool,
    pub roles: Vec<Role>,
}

/// Why a caller may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 401
    Unauthenticated,
    /// 404: an organization that the caller cannot see does not exist for them.
    NotFound,
    /// 403
    Forbidden,
}

impl Standing {
    #[must_use]
    pub fn sees_organization(&self) -> bool {
        self.platform_admin || self.belongs
    }

    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.platform_admin || self.roles.contains(&Role::Admin)
    }

    #[must_use]
    pub fn manages_users(&self) -> bool {
        self.is_admin() || self.roles.contains(&Role::Users)
    }
}

impl Who {
    /// Checks a caller, as seen from the organization that the operation names, or from none.
    ///
    /// # Errors
    /// Who is nobody is unauthenticated, who cannot see the organization does not find it, and only then is one forbidden.
    pub fn check(self, standing: &Standing, names_organization: bool) -> Result<(), Refusal> {
        if self == Self::Anyone {
            return Ok(());
        }
        if !standing.signed_in {
            return Err(Refusal::Unauthenticated);
        }
        if names_organization && !standing.sees_organization() {
            return Err(Refusal::NotFound);
        }
        let allowed = match self {
            Self::Anyone | Self::SignedIn => true,
            Self::OrgMember => standing.sees_organization(),
            Self::OrgUsers => standing.manages_users(),
            Self::OrgAdmin => standing.is_admin(),
            Self::PlatformAdmin => standing.platform_admin,
        };
        if allowed { Ok(()) } else { Err(Refusal::Forbidden) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(roles: &[Role]) -> Standing {
        Standing { signed_in: true, platform_admin: false, belongs: true, roles: roles.to_vec() }
    }

    #[test]
    fn the_order_is_401_then_404_then_403() {
        let nobody = Standing::default();
        let stranger = Standing { signed_in: true, ..Standing::default() };
        for who in [Who::OrgUsers, Who::OrgAdmin, Who::PlatformAdmin] {
            assert_eq!(who.check(&nobody, true), Err(Refusal::Unauthenticated));
            assert_eq!(who.check(&stranger, true), Err(Refusal::NotFound));
            assert_eq!(who.check(&member(&[]), true), Err(Refusal::Forbidden));
        }
    }

    #[test]
    fn each_role_opens_what_it_should() {
        let users = member(&[Role::Users]);
        assert_eq!(Who::OrgUsers.check(&users, true), Ok(()));
        assert_eq!(Who::OrgAdmin.check(&users, true), Err(Refusal::Forbidden));
        let admin = member(&[Role::Admin]);
        assert_eq!(Who::OrgUsers.check(&admin, true), Ok(()));
        assert_eq!(Who::OrgAdmin.check(&admin, true), Ok(()));
        assert_eq!(Who::PlatformAdmin.check(&admin, true), Err(Refusal::Forbidden));
        let platform = Standing { signed_in: true, platform_admin: true, ..Standing::default() };
        for who in [Who::OrgUsers, Who::OrgAdmin, Who::PlatformAdmin, Who::SignedIn] {
            assert_eq!(who.check(&platform, true), Ok(()));
        }
    }

    #[test]
    fn whatever_changes_something_is_an_act() {
        for operation in Operation::ALL {
            // A log in that fails is noted where the password is checked, and logging out cannot fail.
            let apart = [Operation::PublishEvent, Operation::LogIn, Operation::LogOut].contains(operation);
            let shows_a_secret = matches!(operation, Operation::ReadSecret | Operation::ReadPlatformSecret);
            let changes = operation.method() != Method::Get;
            assert_eq!(operation.act().is_some(), (changes && !apart) || shows_a_secret, "{operation:?}");
        }
    }

    #[test]
    fn what_names_no_organization_asks_only_for_a_sign_in() {
        let stranger = Standing { signed_in: true, ..Standing::default() };
        assert_eq!(Who::SignedIn.check(&stranger, false), Ok(()));
        assert_eq!(Who::PlatformAdmin.check(&stranger, false), Err(Refusal::Forbidden));
        assert_eq!(Who::Anyone.check(&Standing::default(), false), Ok(()));
    }
}
