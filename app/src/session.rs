//! Who is signed in, and which pages they may see.

use api::{
    Problem, paths,
    session::{Membership, SessionView, read_session},
};
use domain::{DeliveryId, GroupId, OrganizationId, Scope, UserId, WebhookId};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_url};

/// Read once for the header and the page.
pub(crate) type Session = Resource<Result<Option<SessionView>, Problem>>;

pub(crate) fn provide_session() {
    let session: Session = Resource::new_blocking(|| (), |()| read_session());
    provide_context(session);
}

pub(crate) fn use_session() -> Session {
    expect_context()
}

/// What the page's path names. None where it has something else than an id.
#[derive(Clone, Default)]
pub(crate) struct Place {
    pub(crate) organization: Option<OrganizationId>,
    /// Whose webhooks.
    pub(crate) scope: Option<Scope>,
    pub(crate) webhook: Option<WebhookId>,
    pub(crate) delivery: Option<DeliveryId>,
    pub(crate) user: Option<UserId>,
    pub(crate) group: Option<GroupId>,
    pub(crate) token: String,
}

pub(crate) fn use_place() -> Place {
    let part = |name: &str| use_params_map().with_untracked(|params| params.get(name).unwrap_or_default());
    let organization = part("id").parse().ok();
    let of_platform = use_url().with_untracked(|url| is_platforms(url.path()));
    Place {
        organization,
        scope: if of_platform { Some(Scope::Platform) } else { organization.map(Scope::Organization) },
        webhook: part("webhook").parse().ok(),
        delivery: part("delivery").parse().ok(),
        user: part("user").parse().ok(),
        group: part("group").parse().ok(),
        token: part("token"),
    }
}

/// What a page asks of its visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    See,
    ManageUsers,
    Admin,
}

impl Need {
    pub(crate) fn is_met_by(self, membership: &Membership) -> bool {
        match self {
            Self::See => true,
            Self::ManageUsers => membership.manages_users,
            Self::Admin => membership.admin,
        }
    }
}

/// Who may see a page of an organization: in this order 401, 404, 403.
pub(crate) fn admit(
    session: Result<Option<SessionView>, Problem>,
    organization: Option<OrganizationId>,
    need: Need,
) -> Result<Membership, Problem> {
    let session = session?.ok_or_else(Problem::unauthenticated)?;
    let membership = organization
        .and_then(|organization| session.membership(organization))
        .ok_or_else(|| Problem::not_found("organization"))?;
    if need.is_met_by(membership) { Ok(membership.clone()) } else { Err(Problem::forbidden()) }
}

/// Who may see the platform's pages: in this order 401, 403.
pub(crate) fn admit_to_platform(
    session: Result<Option<SessionView>, Problem>,
) -> Result<SessionView, Problem> {
    let session = session?.ok_or_else(Problem::unauthenticated)?;
    if session.platform_admin { Ok(session) } else { Err(Problem::forbidden()) }
}

/// Whether a path leads to the platform's pages.
fn is_platforms(path: &str) -> bool {
    path.strip_prefix(paths::PLATFORM).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The organization whose path this is, `/organizations/{id}/...`.
pub(crate) fn organization_in(path: &str) -> Option<OrganizationId> {
    path.strip_prefix("/organizations/")?.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::Code;
    use domain::{Organization, UserId};

    fn id(last: u8) -> OrganizationId {
        OrganizationId::from_bytes([last; 12])
    }

    fn member_of(organization: OrganizationId, admin: bool, manages_users: bool) -> SessionView {
        SessionView {
            user_id: UserId::from_bytes([9; 12]),
            username: "ada".into(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            platform_admin: false,
            platform: None,
            organizations: vec![Membership {
                organization: Organization::new(organization, "acme".into()),
                admin,
                manages_users,
                roles: Vec::new(),
            }],
        }
    }

    fn refusal(session: Option<SessionView>, organization: Option<OrganizationId>, need: Need) -> Code {
        admit(Ok(session), organization, need).expect_err("refused").code
    }

    #[test]
    fn visitors_sign_in_strangers_find_nothing_and_members_are_told() {
        let member = Some(member_of(id(1), false, false));
        assert_eq!(refusal(None, Some(id(1)), Need::See), Code::Unauthenticated);
        assert_eq!(refusal(member.clone(), Some(id(2)), Need::Admin), Code::NotFound);
        assert_eq!(refusal(member.clone(), None, Need::See), Code::NotFound);
        assert_eq!(refusal(member.clone(), Some(id(1)), Need::Admin), Code::Forbidden);
        assert!(admit(Ok(member), Some(id(1)), Need::See).is_ok());
    }

    #[test]
    fn who_manages_users_is_not_yet_an_admin() {
        let users = Some(member_of(id(1), false, true));
        assert!(admit(Ok(users.clone()), Some(id(1)), Need::ManageUsers).is_ok());
        assert_eq!(refusal(users, Some(id(1)), Need::Admin), Code::Forbidden);
    }

    #[test]
    fn the_platforms_pages_are_known_by_their_path() {
        assert!(is_platforms("/platform") && is_platforms("/platform/webhooks/1"));
        assert!(!is_platforms("/platforms") && !is_platforms("/organizations/1/webhooks"));
    }

    #[test]
    fn the_organization_is_read_from_the_path() {
        let path = format!("/organizations/{}/webhooks/new", id(7));
        assert_eq!(organization_in(&path), Some(id(7)));
        assert_eq!(organization_in("/organizations/nonsense"), None);
        assert_eq!(organization_in("/sign-in"), None);
    }
}
