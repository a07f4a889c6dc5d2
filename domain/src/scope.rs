//! Whose webhooks something is about.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{InvalidId, Operation, OrganizationId};

/// An organization's own webhooks, or the platform's, which fire for every organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Organization(OrganizationId),
    Platform,
}

/// What stands for the platform's in place of an organization's id.
const PLATFORM: &str = "platform";

impl Scope {
    #[must_use]
    pub const fn is_platform(self) -> bool {
        matches!(self, Self::Platform)
    }
}

impl From<OrganizationId> for Scope {
    fn from(organization: OrganizationId) -> Self {
        Self::Organization(organization)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization(organization) => organization.fmt(f),
            Self::Platform => f.write_str(PLATFORM),
        }
    }
}

impl FromStr for Scope {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text == PLATFORM { Ok(Self::Platform) } else { text.parse().map(Self::Organization) }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom("a scope is an organization's id or “platform”"))
    }
}

impl Operation {
    /// The same in a scope: what an organization's admin does with its webhooks, a platform admin does with the platform's.
    /// `None` for what the platform has no such thing of.
    #[must_use]
    pub fn within(self, scope: Scope) -> Option<Self> {
        let Scope::Platform = scope else { return Some(self) };
        let of_organization = self.path().strip_prefix("/api/organizations/{organization}/")?;
        let is_same = |other: &&Self| {
            let of_platform = other.path().strip_prefix("/api/platform/");
            of_platform == Some(of_organization) && other.method() == self.method()
        };
        Self::ALL.iter().find(is_same).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Who;

    #[test]
    fn whatever_the_platform_has_is_the_same_act_as_an_organizations() {
        let mut pairs = 0;
        for operation in Operation::ALL {
            let Some(of_platform) = operation.within(Scope::Platform) else { continue };
            assert_eq!(operation.act(), of_platform.act(), "{operation:?}");
            assert_eq!((operation.who(), of_platform.who()), (Who::OrgAdmin, Who::PlatformAdmin));
            pairs += 1;
        }
        let of_platform = Operation::ALL.iter().filter(|operation| operation.is_platform()).count();
        assert_eq!(pairs, of_platform, "each is the counterpart of one");
        assert_eq!(Operation::ListUsers.within(Scope::Platform), None);
        let organization = OrganizationId::from_bytes([1; 12]);
        assert_eq!(Operation::ListUsers.within(organization.into()), Some(Operation::ListUsers));
    }

    #[test]
    fn a_scope_is_written_as_it_is_read() {
        let organization = OrganizationId::from_bytes([7; 12]);
        for scope in [Scope::Platform, organization.into()] {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
        assert_eq!(Scope::Platform.to_string(), "platform");
        assert!("Platform".parse::<Scope>().is_err() && "".parse::<Scope>().is_err());
    }
}
