//! Organizations and their seats.

use serde::{Deserialize, Serialize};

use crate::OrganizationId;

/// As `/api/organizations` answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    pub display_name: String,
    /// The original's resellers; Herald has none.
    pub partner: bool,
}

impl Organization {
    #[must_use]
    pub fn new(id: OrganizationId, name: String) -> Self {
        Self { id, display_name: name.clone(), name, partner: false }
    }
}

/// How many users may be active, and how many are. Complimentary users take none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seats {
    /// No limit when `None`.
    pub seats: Option<u32>,
    pub used_seats: u32,
}

impl Seats {
    /// Seats that are still free; `None` when there is no limit.
    #[must_use]
    pub fn remaining(self) -> Option<u32> {
        self.seats.map(|seats| seats.saturating_sub(self.used_seats))
    }

    #[must_use]
    pub fn is_full(self) -> bool {
        self.remaining() == Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_without_a_limit_is_never_full() {
        let unlimited = Seats { seats: None, used_seats: 9 };
        assert_eq!((unlimited.remaining(), unlimited.is_full()), (None, false));
        let full = Seats { seats: Some(9), used_seats: 9 };
        assert_eq!((full.remaining(), full.is_full()), (Some(0), true));
    }
}
