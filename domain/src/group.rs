//! Groups: they hold roles, and every member holds the roles of the group.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{GroupId, Issue, Timestamp, UserId};

/// What a group lets its members do in the group's organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Everything in the organization.
    #[serde(rename = "org:admin")]
    Admin,
    /// Its users and the members of its groups.
    #[serde(rename = "org:users")]
    Users,
}

impl Role {
    pub const ALL: [Self; 2] = [Self::Admin, Self::Users];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "org:admin",
            Self::Users => "org:users",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = Issue;

    fn from_str(text: &str) -> Result<Self, Issue> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
            Issue::new("unknown", format!("“{text}” is not a role. The roles are org:admin and org:users."))
        })
    }
}

/// A group in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    pub description: String,
    /// How many members it has.
    pub members: u32,
    /// The name of the organization it belongs to; members may be of another.
    pub organization: String,
    pub roles: Vec<Role>,
    pub created_at: Timestamp,
}

/// One group with its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupDetail {
    pub id: GroupId,
    pub name: String,
    pub description: String,
    pub members: Vec<Member>,
    pub organization: String,
    pub roles: Vec<Role>,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub id: UserId,
    pub username: String,
    pub email: String,
}
