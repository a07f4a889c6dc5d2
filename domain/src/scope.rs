//! Whose webhooks something is about.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{InvalidId, OrganizationId};

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

#[cfg(test)]
mod tests {
    use super::*;

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
