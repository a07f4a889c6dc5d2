//! Whose webhooks a page shows: an organization's, or the platform's. The pages are the same.

use api::{Problem, session::Membership};
use domain::Scope;
use leptos::{either::Either, prelude::*};

use crate::{
    pages::{
        organization::{self, Settings, Tab},
        platform::{self, Platform, PlatformTab},
    },
    session::{Need, Session, admit, admit_to_platform},
};

#[derive(Clone)]
pub(in crate::pages) enum Owner {
    Organization(Membership),
    /// With the name of the organization that owns them.
    Platform(String),
}

impl Owner {
    /// Of the webhooks in a page's path, for who may see them.
    pub(in crate::pages) async fn open(session: Session, scope: Option<Scope>) -> Result<Self, Problem> {
        let organization = match scope {
            Some(Scope::Platform) => {
                let session = admit_to_platform(session.await)?;
                return Ok(Self::Platform(session.platform.unwrap_or_default()));
            }
            Some(Scope::Organization(organization)) => Some(organization),
            None => None,
        };
        admit(session.await, organization, Need::Admin).map(Self::Organization)
    }

    pub(in crate::pages) fn scope(&self) -> Scope {
        match self {
            Self::Organization(membership) => membership.organization.id.into(),
            Self::Platform(_) => Scope::Platform,
        }
    }

    /// As bodies name it: `webhook.organization`.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Organization(membership) => &membership.organization.name,
            Self::Platform(name) => name,
        }
    }
}

/// The way from a page below the list back to it.
pub(in crate::pages) fn steps_to_list(scope: Scope) -> Vec<(String, String)> {
    match scope {
        Scope::Organization(organization) => organization::steps_to(Tab::Webhooks, organization),
        Scope::Platform => platform::steps_to(PlatformTab::Webhooks),
    }
}

/// The heading and the tabs with the list below.
#[component]
pub(super) fn ListFrame(owner: Owner, children: Children) -> impl IntoView {
    match owner {
        Owner::Organization(membership) => {
            Either::Left(view! { <Settings tab=Tab::Webhooks membership>{children()}</Settings> })
        }
        Owner::Platform(_) => {
            Either::Right(view! { <Platform tab=PlatformTab::Webhooks>{children()}</Platform> })
        }
    }
}

pub(super) const fn list_title(scope: Scope) -> &'static str {
    match scope {
        Scope::Organization(_) => "Webhooks · Organization settings",
        Scope::Platform => "Platform webhooks",
    }
}

pub(super) const fn form_title(scope: Scope) -> &'static str {
    match scope {
        Scope::Organization(_) => "Add webhook",
        Scope::Platform => "Add platform webhook",
    }
}

pub(super) const fn add_words(scope: Scope) -> &'static str {
    match scope {
        Scope::Organization(_) => "+ Add Webhook",
        Scope::Platform => "+ Add platform webhook",
    }
}
